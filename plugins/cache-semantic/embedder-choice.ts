/** Which model embeds, as the operator chose it. */

import type { ProviderInstance } from '../../core/index.ts'
import { SettingFault } from '../../core/config/problems/setting-fault.ts'

/** A model that embeds. */
export interface EmbedderChoice {
  readonly provider: ProviderInstance
  readonly model: string
}

export interface WrittenChoice {
  readonly embedder_provider?: string
  readonly embedder_model?: string
}

const pointer = '/cache/response/semantic/embedder'

/** @throws SettingFault if the choice cannot work */
export function chosenEmbedder(
  { embedder_provider: name, embedder_model: named }: WrittenChoice,
  providers: ReadonlyMap<string, ProviderInstance>,
): EmbedderChoice {
  if (name === undefined) throw wrong('provider', 'the semantic cache needs a provider that embeds', 'a name under providers')
  const provider = providers.get(name)
  if (provider === undefined && name === 'local') throw wrong('provider', 'no embedder comes with Tapline: name a provider', 'a name under providers')
  if (provider === undefined)
    throw wrong('provider', `there is no provider "${name}"; there are: ${[...providers.keys()].join(', ') || 'none'}`, 'a name under providers')
  if (!embeds(provider)) throw wrong('provider', `${name} (type ${provider.type}) serves no embeddings`, 'a provider that serves embeddings')
  const model = named ?? provider.definition.embeddingModel
  if (model === undefined) throw wrong('model', `say which model of ${name} embeds: none is known for the type ${provider.type}`, 'the id of a model')
  return { provider, model }
}

/** In its own spelling, or in that of one of its dialects. */
function embeds(provider: ProviderInstance): boolean {
  const spelled = [...provider.dialects].map(dialect => provider.wires.get(dialect)?.upstream?.embeddings?.operation)
  return ['embeddings', ...spelled].some(operation => operation !== undefined && provider.endpoint(operation) !== undefined)
}

function wrong(setting: 'provider' | 'model', message: string, expected: string): SettingFault {
  return new SettingFault([{ pointer: `${pointer}/${setting}`, expected, message }])
}
