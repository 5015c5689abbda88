/** Resolves what each call refers to, and knows what that was until the answer is kept. */

import { slot, type Attempt, type Exchange } from '../../core/index.ts'
import { takeKey } from '../shared/objects/made-with.ts'
import type { PastSources } from './history.ts'
import { heldBytes } from './record.ts'
import { resolve, type Resolved } from './references.ts'

export class Resolver {
  readonly #sources: PastSources
  readonly #resolved = slot<Resolved>()

  constructor(sources: PastSources) {
    this.#sources = sources
  }

  of(exchange: Exchange): Resolved | undefined {
    return this.#resolved.get(exchange)
  }

  /** @returns undefined if there is nothing to resolve. @throws GatewayError */
  resolve(exchange: Exchange): Promise<void> | undefined {
    return resolve(exchange, this.#sources)?.then(found => {
      if (found === undefined) return
      this.#resolved.set(exchange, found)
      exchange.cache = 'bypass'
      exchange.holdBytes = heldBytes
    })
  }

  /** A provider knows an earlier response under the key that it was made with. */
  takeKey(exchange: Exchange, attempt: Attempt): void {
    const made = this.#resolved.get(exchange)?.key
    if (made !== undefined) takeKey(attempt, made)
  }
}
