/** The service `providerBoard`: what plugins tell of the providers. */

import type { BreakerSource, ProviderBoard, ProviderInstance } from '../../core/index.ts'
import { Registrations } from '../../core/services/registrations.ts'

type State = ReturnType<BreakerSource['stateOf']>
type RulesOf = (provider: ProviderInstance) => Readonly<Record<string, unknown>> | undefined

export class Board implements ProviderBoard {
  readonly #sources = new Registrations<BreakerSource>()
  readonly #rules = new Registrations<{ readonly name: string; readonly of: RulesOf }>()

  rules(name: string, of: RulesOf): () => void {
    return this.#rules.add({ name, of })
  }

  breakers(source: BreakerSource): () => void {
    return this.#sources.add(source)
  }

  /** The worst that any breaker of the provider is in. */
  circuitOf(provider: ProviderInstance): State {
    const states = new Set([...this.#sources].map(source => source.stateOf(provider)))
    return (['open', 'half-open', 'closed'] as const).find(state => states.has(state))
  }

  reset(provider: ProviderInstance): void {
    for (const source of this.#sources) source.reset(provider)
  }

  /** What was told last of each name. */
  resilienceOf(provider: ProviderInstance): Readonly<Record<string, Readonly<Record<string, unknown>>>> {
    return Object.fromEntries(
      [...this.#rules].flatMap(({ name, of }) => {
        const rules = of(provider)
        return rules === undefined ? [] : [[name, rules]]
      }),
    )
  }
}
