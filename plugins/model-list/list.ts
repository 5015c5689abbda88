/** A list of models: what each is and costs, and what of that is otherwise with a provider. */

import type { ModelMetadata } from '../../core/index.ts'

type Entries = Readonly<Record<string, ModelMetadata>>

/** What lists call types of providers that are called otherwise here. */
const slugs: Readonly<Record<string, string>> = { vertex: 'vertex_ai' }

/** Members that say nothing of the model itself. */
const notMetadata: ReadonlySet<string> = new Set(['model_ref', 'provider_model_id', 'custom_model_id', 'enabled', 'aliases'])

/** Members that hold members, which count one by one. */
const blocks: ReadonlySet<string> = new Set(['capabilities', 'pricing'])

export class ModelList {
  readonly #models: Entries
  readonly #byProvider: Entries
  /** Entries of models by their other names. */
  readonly #aliases: ReadonlyMap<string, string>
  /** Entries of providers by the ids that they themselves use. */
  readonly #actual: ReadonlyMap<string, string>

  /** @throws Error saying what is wrong with the text */
  constructor(text: string) {
    const list = JSON.parse(text) as { readonly models?: unknown; readonly provider_models?: unknown } | null
    if (!isObject(list) || !isObject(list['models'] ?? list['provider_models']))
      throw new Error('a list of models is an object with `models`, `provider_models` or both')
    this.#models = entriesOf(list['models'])
    this.#byProvider = entriesOf(list['provider_models'])
    this.#aliases = new Map(
      Object.entries(this.#models).flatMap(([id, { aliases }]) => (Array.isArray(aliases) ? aliases.map(alias => [String(alias), id] as const) : [])),
    )
    this.#actual = new Map(Object.entries(this.#byProvider).flatMap(([key, entry]) => actualIds(key, entry).map(actual => [actual, key] as const)))
  }

  /** How many entries there are. */
  get size(): number {
    return Object.keys(this.#models).length + Object.keys(this.#byProvider).length
  }

  /** @param ids how the model may be called, the best first */
  of({ name, type }: { readonly name: string; readonly type: string }, ids: readonly string[]): ModelMetadata | undefined {
    const places = [...new Set([name, slugs[type] ?? type, type])]
    for (const id of ids) {
      const own = places.map(place => this.#ofProvider(`${place}/${id}`)).find(entry => entry !== undefined)
      const model = this.#model(typeof own?.['model_ref'] === 'string' ? own['model_ref'] : id)
      const known = [model, own].filter(entry => entry !== undefined).reduce(over, {})
      if (Object.keys(known).length > 0) return known
    }
    return undefined
  }

  /** A mapping that is not in use says nothing. */
  #ofProvider(key: string): ModelMetadata | undefined {
    const entry = valueOf(this.#byProvider, key) ?? valueOf(this.#byProvider, this.#actual.get(key))
    return entry?.['enabled'] === false ? undefined : entry
  }

  #model(id: string): ModelMetadata | undefined {
    return valueOf(this.#models, id) ?? valueOf(this.#models, this.#aliases.get(id))
  }
}

/** The later entry counts; what it leaves open with null is as it was. */
function over(known: ModelMetadata, entry: ModelMetadata): ModelMetadata {
  const said = Object.entries(entry).filter(([name, value]) => value !== null && !notMetadata.has(name))
  return {
    ...known,
    ...Object.fromEntries(
      said.map(([name, value]) => [name, blocks.has(name) && isObject(value) ? over(isObject(known[name]) ? known[name] : {}, value) : value]),
    ),
  }
}

function actualIds(key: string, entry: ModelMetadata): readonly string[] {
  const provider = key.slice(0, key.indexOf('/'))
  return ['provider_model_id', 'custom_model_id']
    .map(member => entry[member])
    .filter(id => typeof id === 'string' && id !== '')
    .map(id => `${provider}/${String(id)}`)
}

function valueOf(entries: Entries, key: string | undefined): ModelMetadata | undefined {
  return key !== undefined && Object.hasOwn(entries, key) ? entries[key] : undefined
}

function entriesOf(entries: unknown): Entries {
  return isObject(entries) ? Object.fromEntries(Object.entries(entries).filter((entry): entry is [string, ModelMetadata] => isObject(entry[1]))) : {}
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
