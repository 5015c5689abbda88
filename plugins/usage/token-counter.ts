/** Counts tokens for the metrics. */

import type { Meter, Usage } from '../../core/index.ts'

/** @returns how to count; its model is as metrics name it */
export function tokenCounter(meter: Meter): (provider: string, model: string, usage: Usage) => void {
  const count = meter.counter('tokens_total', 'Tokens, by model and direction.', ['provider', 'model', 'direction'])
  return (provider, model, { inputTokens = 0, outputTokens = 0 }) => {
    if (inputTokens > 0) count(inputTokens, provider, model, 'input')
    if (outputTokens > 0) count(outputTokens, provider, model, 'output')
  }
}
