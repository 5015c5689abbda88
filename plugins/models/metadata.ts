/** What is known of a model: what administrators say, over what the configuration says, over what its provider says, over what is known anyway. */

import type { Catalogue, ModelEntry, ModelMetadata, ProviderInstance } from '../../core/index.ts'
import { undated } from '../shared/models/dated-model-id.ts'

/** Members that hold members, which count one by one. */
const blocks = ['capabilities', 'pricing']

/**
 * @param overrides what administrators say, the strongest last
 * @param catalogue undefined where nobody has another than the bundled one
 * @returns nothing, if nobody says anything of the model
 */
export function metadataOf(
  provider: ProviderInstance,
  { id, metadata: listed }: ModelEntry,
  overrides: readonly ModelMetadata[],
  catalogue: Catalogue | undefined,
): ModelMetadata | undefined {
  const configured = provider.configured(id)?.metadata
  const known = [catalogued(provider, id, catalogue), listed, configured, ...overrides].filter(layer => layer !== undefined).reduce<ModelMetadata>(over, {})
  return Object.keys(known).length === 0 ? undefined : { modes: [modeOf(id)], ...known }
}

/** The later layer counts. */
function over(known: ModelMetadata, layer: ModelMetadata): ModelMetadata {
  const joined = blocks
    .filter(name => isObject(known[name]) && isObject(layer[name]))
    .map(name => [name, { ...(known[name] as object), ...(layer[name] as object) }])
  return { ...known, ...layer, ...(Object.fromEntries(joined) as ModelMetadata) }
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function catalogued(provider: ProviderInstance, id: string, catalogue: Catalogue | undefined): ModelMetadata | undefined {
  const canonical = provider.canonical(id)
  const ids = [canonical, undated(canonical)]
  if (catalogue !== undefined && !catalogue.isBundled) return catalogue.of(provider, [id, ...ids])
  const { catalogue: bundled = {} } = provider.definition
  return ids.filter(known => Object.hasOwn(bundled, known)).map(known => bundled[known])[0]
}

/** What an id lets guess; the first that matches. */
const guesses: readonly (readonly [pattern: RegExp, mode: string])[] = [
  [/embed|bge|e5|gte|minilm/, 'embedding'],
  [/rerank/, 'rerank'],
  [/tts|whisper|transcribe/, 'audio'],
  [/imagen|image|dall-e/, 'image'],
]

function modeOf(id: string): string {
  const name = id.slice(id.lastIndexOf('/') + 1).toLowerCase()
  return guesses.find(([pattern]) => pattern.test(name))?.[1] ?? 'chat'
}
