/** What a provider itself says that a call cost. */

import type { Cost, PricedCall } from '../../core/index.ts'

interface Reporter {
  readonly name: string
  /** How many make a dollar. */
  readonly perUsd: number
  readonly source: string
}

const reporters: Readonly<Record<string, Reporter>> = {
  openrouter: { name: 'cost', perUsd: 1, source: 'openrouter_credits' },
  xai: { name: 'cost_in_usd_ticks', perUsd: 1e10, source: 'xai_cost_in_usd_ticks' },
  edenai: { name: 'cost', perUsd: 1, source: 'edenai_cost' },
}

/** How far the parts may be from the whole. */
const tolerance = 1e-6

/** Undefined if the provider says nothing, or nothing that can be. */
export function reportedCost({ provider, raw_data: raw }: PricedCall): Cost | undefined {
  const reporter = Object.hasOwn(reporters, provider) ? reporters[provider] : undefined
  const said = reporter === undefined ? undefined : raw?.[reporter.name]
  if (reporter === undefined || !isAmount(said)) return undefined
  const total = said / reporter.perUsd
  const [input, output] = partsOf(raw ?? {}, total)
  return { input_cost: input, output_cost: output, total_cost: total, cost_source: reporter.source, costs_calculation_caveat: null }
}

/** The prompt's part and the answer's, if they add up. */
function partsOf(raw: Readonly<Record<string, unknown>>, total: number): readonly [number | null, number | null] {
  const nested = raw['cost_details'] as Readonly<Record<string, unknown>> | null | undefined
  const [input, output] = ['upstream_inference_prompt_cost', 'upstream_inference_completions_cost'].map(name => raw[`cost_details_${name}`] ?? nested?.[name])
  return isAmount(input) && isAmount(output) && Math.abs(input + output - total) <= tolerance ? [input, output] : [null, null]
}

function isAmount(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0
}
