/** Sampling, as far as the model takes it. */

import type { JsonObject } from '../../../core/index.ts'
import type { NeutralRequest } from '../../../core/neutral/request.ts'
import type { Thinking } from './upstream-thinking.ts'
import { dialect, type Writing } from './writing.ts'

export function writeSampling(request: NeutralRequest, thinking: Thinking, writing: Writing): JsonObject {
  const temperature = temperatureOf(request, thinking, writing)
  const topP = topPOf(request, thinking, writing)
  const topK = topKOf(request, thinking, writing)
  const isBoth = temperature !== undefined && topP !== undefined && writing.to.traits.singleSampling === true
  if (isBoth) writing.losses.drop('top_p', `${writing.to.model} does not take it with temperature`)
  return {
    ...(temperature === undefined ? {} : { temperature }),
    ...(topP === undefined || isBoth ? {} : { top_p: topP }),
    ...(topK === undefined ? {} : { top_k: topK }),
  }
}

function temperatureOf({ sampling: { temperature } }: NeutralRequest, { isOn }: Thinking, { to, losses }: Writing): number | undefined {
  if (temperature === undefined) return undefined
  if (temperature !== 1 && (isOn || to.traits.fixedSampling === true)) {
    losses.drop('temperature', `not taken by ${to.model}${isOn ? ' while it thinks' : ''}`)
    return undefined
  }
  if (temperature > 1) losses.drop('temperature', `${dialect} takes at most 1`)
  return Math.min(temperature, 1)
}

/** While a model thinks, and where sampling is fixed, only values near 1 are taken. */
function topPOf({ sampling: { topP } }: NeutralRequest, { isOn }: Thinking, { to, losses }: Writing): number | undefined {
  const least = to.traits.fixedSampling === true ? 0.99 : isOn ? 0.95 : 0
  if (topP === undefined || topP >= least) return topP
  losses.drop('top_p', `${to.model} takes at least ${least}${isOn ? ' while it thinks' : ''}`)
  return undefined
}

function topKOf({ sampling: { topK } }: NeutralRequest, { isOn }: Thinking, { to, losses }: Writing): number | undefined {
  if (topK === undefined || (!isOn && to.traits.fixedSampling !== true)) return topK
  losses.drop('top_k', `not taken by ${to.model}${isOn ? ' while it thinks' : ''}`)
  return undefined
}

/** Sequences of white space alone are refused. */
export function writeStop({ stop }: NeutralRequest, { losses }: Writing): JsonObject {
  const said = stop.filter(sequence => sequence !== '')
  const taken = said.filter(sequence => sequence.trim() !== '')
  if (taken.length < said.length) losses.drop('stop', `${dialect} takes no sequence of white space`)
  return taken.length === 0 ? {} : { stop_sequences: taken }
}
