/** Limits and sampling: `inferenceConfig`, and `top_k` beside it. */

import type { JsonObject } from '../../../core/index.ts'
import type { NeutralRequest } from '../../../core/neutral/request.ts'
import type { Thinking } from './thinking.ts'
import { dialect, isClaude, type Writing } from './writing.ts'

export function writeInference(request: NeutralRequest, thinking: Thinking, writing: Writing): JsonObject {
  const maxTokens = thinking.maxTokens ?? request.maxOutputTokens ?? writing.to.traits.defaultMaxTokens
  const stopSequences = stopsOf(request, writing)
  return {
    ...(maxTokens === undefined ? {} : { maxTokens }),
    ...temperatureOf(request, thinking, writing),
    ...topPOf(request, thinking, writing),
    ...(stopSequences.length === 0 ? {} : { stopSequences }),
  }
}

/** A field of the model's own. */
export function writeTopK({ sampling: { topK } }: NeutralRequest, thinking: Thinking, { to, losses }: Writing): JsonObject {
  if (topK === undefined) return {}
  if (to.traits.fixedSampling !== true && !thinking.isOn) return { top_k: topK }
  losses.drop('top_k', `not taken by ${to.model}${thinking.isOn ? ' while it thinks' : ''}`)
  return {}
}

function temperatureOf({ sampling: { temperature } }: NeutralRequest, { isOn }: Thinking, { to, losses }: Writing): JsonObject {
  if (temperature === undefined) return {}
  if (temperature !== 1 && (isOn || to.traits.fixedSampling === true)) {
    losses.drop('temperature', `not taken by ${to.model}${isOn ? ' while it thinks' : ''}`)
    return {}
  }
  if (temperature > 1) losses.drop('temperature', `${dialect} takes at most 1`)
  return { temperature: Math.min(temperature, 1) }
}

/** While a model thinks, and with fixed sampling, only values near 1 are taken. */
function topPOf({ sampling: { topP, temperature } }: NeutralRequest, { isOn }: Thinking, { to, losses }: Writing): JsonObject {
  if (topP === undefined) return {}
  if (to.traits.singleSampling === true && temperature !== undefined) {
    losses.drop('top_p', `${to.model} does not take it beside temperature`)
    return {}
  }
  const least = to.traits.fixedSampling === true ? 0.99 : isOn ? 0.95 : 0
  if (topP >= least) return { topP }
  losses.drop('top_p', `${to.model} takes at least ${least}${isOn ? ' while it thinks' : ''}`)
  return {}
}

/** Claude refuses sequences of white space. */
function stopsOf({ stop }: NeutralRequest, writing: Writing): readonly string[] {
  const said = stop.filter(sequence => sequence !== '')
  if (!isClaude(writing)) return said
  const taken = said.filter(sequence => sequence.trim() !== '')
  if (taken.length < said.length) writing.losses.drop('stop', `${writing.to.model} takes no sequence of white space`)
  return taken
}
