/** `generationConfig`: limits, sampling, output and thinking. */

import type { Json, JsonObject } from '../../../core/index.ts'
import type { Losses } from '../../../core/neutral/losses.ts'
import type { NeutralRequest } from '../../../core/neutral/request.ts'
import type { Destination } from '../../../core/neutral/translation.ts'
import { noteStrictness, placeOfOutput } from '../../../core/neutral/output.ts'
import { checkSchema, openApiSchema, withoutMeta } from '../../../core/neutral/schema.ts'
import { thinkingConfigOf } from './thinking.ts'

/** @param stop as many sequences as are taken */
export function generationConfigOf(request: NeutralRequest, to: Destination, stop: readonly string[], losses: Losses): JsonObject {
  const config = {
    ...member('maxOutputTokens', request.maxOutputTokens),
    ...samplingOf(request, to, losses),
    ...(stop.length === 0 ? {} : { stopSequences: stop }),
    ...logprobsOf(request),
    ...modalitiesOf(request),
    ...outputOf(request, to, losses),
    ...member('thinkingConfig', thinkingConfigOf(request.reasoning, to, losses)),
  }
  return Object.keys(config).length === 0 ? {} : { generationConfig: config }
}

/** The newest models take no sampling: their vendor's defaults are what they were made with. */
function samplingOf({ sampling }: NeutralRequest, { traits }: Destination, losses: Losses): JsonObject {
  const { temperature, topP, topK, seed, presencePenalty, frequencyPenalty } = sampling
  const rest = { ...member('seed', seed), ...member('presencePenalty', presencePenalty), ...member('frequencyPenalty', frequencyPenalty) }
  if (traits.fixedSampling !== true) return { ...member('temperature', temperature), ...member('topP', topP), ...member('topK', topK), ...rest }
  for (const [name, value] of Object.entries({ temperature, top_p: topP, top_k: topK })) {
    if (value !== undefined) losses.drop(name, 'the model takes no sampling')
  }
  return rest
}

function logprobsOf({ wants: { logprobs, topLogprobs } }: NeutralRequest): JsonObject {
  return logprobs === true ? { responseLogprobs: true, ...member('logprobs', topLogprobs) } : {}
}

/** Text alone is what comes anyway. */
function modalitiesOf({ hints: { modalities = [] } }: NeutralRequest): JsonObject {
  return modalities.some(modality => modality !== 'text') ? { responseModalities: modalities.map(modality => modality.toUpperCase()) } : {}
}

function outputOf({ output }: NeutralRequest, { traits }: Destination, losses: Losses): JsonObject {
  if (output === undefined) return {}
  if (output.kind === 'json_object') return { responseMimeType: 'application/json' }
  const at = `${placeOfOutput(output)}.schema`
  checkSchema(output.schema, at)
  noteStrictness(output, 'Gemini', losses)
  if (traits.jsonSchema === false) return { responseMimeType: 'application/json', responseSchema: openApiSchema(output.schema, at) }
  return { responseMimeType: 'application/json', responseJsonSchema: withoutMeta(output.schema) }
}

function member(name: string, value: Json | undefined): JsonObject {
  return value === undefined ? {} : { [name]: value }
}
