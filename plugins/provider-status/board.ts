/** The service `providerBoard`: what plugins tell of the providers. */

import type { BreakerSource, ProviderBoard, ProviderInstance } from '../../core/index.ts'

type State = ReturnType<BreakerSource['stateOf']>
type RulesOf = (provider: ProviderInstance) => Readonly<Record<string, unknown>> | undefined

export class Board implements ProviderBoard {
  readonly #sources = new Set<BreakerSource>()
  readonly #rules = new Set<{ readonly name: string; readonly of: RulesOf }>()

  rules(name: string, of: RulesOf): () => void {
    const told = { name, of }
    this.#rules.add(told)
    return () => { this.#rules.delete(told) }
  }

  breakers(source: BreakerSource): () => void {
    this.#sources.add(source)
    return () => { this.#sources.delete(source) }
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
    return Object.fromEntries([...this.#rules].flatMap(({ name, of }) => {
      const rules = of(provider)
      return rules === undefined ? [] : [[name, rules]]
    }))
  }
}
