/** Counts tokens for the metrics. */

import type { Meter, Target, Usage } from '../../core/index.ts'

/** Ids of models that nobody lists would make series without end. */
export function tokenCounter(meter: Meter): (target: Target, usage: Usage) => void {
  const count = meter.counter('tokens_total', 'Tokens, by model and direction.', ['provider', 'model', 'direction'])
  return ({ provider, model, isListed }, { inputTokens = 0, outputTokens = 0 }) => {
    const known = isListed === true ? model : 'other'
    if (inputTokens > 0) count(inputTokens, provider.name, known, 'input')
    if (outputTokens > 0) count(outputTokens, provider.name, known, 'output')
  }
}
