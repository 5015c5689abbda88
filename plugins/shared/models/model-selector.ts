/** What a selector stands for: one model, all models of a provider, a model of any provider, or everything. */

export interface ModelSelector {
  readonly kind: 'exact' | 'provider' | 'model' | 'global'
  readonly provider?: string
  readonly model?: string
  /** Its one spelling, as it is stored. */
  readonly text: string
}

/** The one spelling of a model's id with a provider, of several that mean the same. @param type of the provider, where it may be gone */
export type CanonicalId = (provider: string, model: string, type?: string) => string

/** What knows the spellings of models' ids. */
export interface Spellings {
  /** The configured instances, by name. */
  readonly providers: ReadonlyMap<string, { canonical(model: string): string }>
  /** The types that instances may have, by name: for those that are gone. */
  readonly types?: (() => ReadonlyMap<string, { canonical?(model: string): string }> | undefined) | undefined
}

/** As the types of the instances spell them. */
export function canonicalIds(providers: Spellings['providers'], types?: Spellings['types']): CanonicalId {
  return (provider, model, type = '') => providers.get(provider)?.canonical(model) ?? types?.()?.get(type)?.canonical?.(model) ?? model
}

/** @param providers the names of the configured instances. @returns undefined for nothing, and for everything of a provider that is not there */
export function readModelSelector(given: string, providers: Iterable<string>): ModelSelector | undefined {
  const text = given.trim()
  if (text === '') return undefined
  if (text === '*' || text === '/') return { kind: 'global', text: '/' }
  const slash = text.indexOf('/')
  const before = text.slice(0, Math.max(0, slash)).toLowerCase()
  const provider = [...providers].find(name => name.toLowerCase() === before)
  const model = text.slice(slash + 1)
  const isWhole = model === '*' || model === ''
  if (provider === undefined) return slash >= 0 && isWhole ? undefined : { kind: 'model', model: text, text }
  return isWhole ? { kind: 'provider', provider, text: `${provider}/` } : { kind: 'exact', provider, model, text: `${provider}/${model}` }
}

/** From the broadest to the one that says most. */
const ranks = ['global', 'model', 'provider', 'exact'] as const

/** Those of several that mean a model of a provider, the one that says most last; of two spellings of one id, the one that is asked for. */
export function selectorsFor<T extends { readonly selector: ModelSelector }>(
  all: readonly T[],
  provider: string,
  model: string,
  canonical: CanonicalId,
): readonly T[] {
  const id = canonical(provider, model)
  const rank = ({ selector: { kind, model: spelled } }: T) => ranks.indexOf(kind) + (spelled === model ? 0.5 : 0)
  return all
    .filter(({ selector }) => (selector.provider ?? provider) === provider && (selector.model === undefined || canonical(provider, selector.model) === id))
    .sort((one, other) => rank(one) - rank(other))
}
