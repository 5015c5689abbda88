/** The vectors of one node, in a file beside its database, sought on a thread of their own. */

import type { VectorEntry, VectorMatch } from '../../../core/index.ts'
import { makePrivateFile } from '../../shared/private-file.ts'
import { UnfitDatabase, type VectorDatabase, type Which } from '../shared/vector-database.ts'
import { memory } from './place.ts'
import { atOnce, type Opening } from './protocol.ts'
import { SearchThread } from './search-thread.ts'

export class EmbeddedVectors implements VectorDatabase {
  readonly #path: string
  readonly #thread: SearchThread

  constructor(opening: Opening) {
    this.#path = opening.path
    this.#thread = new SearchThread(opening)
  }

  /** @throws UnfitDatabase: a file that cannot be opened does not mend itself */
  async prepare(signal: AbortSignal): Promise<void> {
    try {
      if (this.#path !== memory) makePrivateFile(this.#path)
      await this.#thread.ask({ ask: 'ping' }, signal)
    } catch (cause) {
      throw new UnfitDatabase(`${this.#path} cannot be used: ${(cause as Error).message}`, { cause })
    }
  }

  async nearest(vector: Float32Array, namespace: string, nowSeconds: number, signal: AbortSignal): Promise<VectorMatch | undefined> {
    const match = await this.#thread.ask({ ask: 'nearest', vector: unit(vector), namespace, nowSeconds }, signal)
    return match === undefined ? undefined : { ...match, body: Buffer.from(match.body.buffer, match.body.byteOffset, match.body.byteLength) }
  }

  async put({ vector, ...entry }: VectorEntry, signal: AbortSignal): Promise<boolean> {
    await this.#thread.ask({ ask: 'put', vector: unit(vector), entry }, signal)
    return true
  }

  async forget(which: Which, signal: AbortSignal): Promise<void> {
    while ((await this.#thread.ask({ ask: 'forget', which }, signal)) === atOnce) {
      /* and the next ones, behind what waits */
    }
  }

  ping(signal: AbortSignal): Promise<void> {
    return this.#thread.ask({ ask: 'ping' }, signal)
  }

  close(): Promise<void> {
    return this.#thread.close()
  }
}

/** A copy of length 1: between two such, the distance tells the angle. */
function unit(vector: Float32Array): Float32Array {
  const length = Math.hypot(...vector)
  return length === 0 ? vector : vector.map(number => number / length)
}
