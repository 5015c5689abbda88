/** The options of the plugin `cheapest-healthy`; a virtual model may say each otherwise in its `strategy_config`. */

import type { OptionsSchema } from '../../core/index.ts'

const maxErrorRate = {
  type: 'number',
  minimum: 0,
  maximum: 1,
  description: 'A target of whose last calls a larger part failed is avoided.',
} as const satisfies OptionsSchema
const prefer = {
  enum: ['cheapest', 'fastest'],
  description: 'Which of the healthy targets is taken: the cheapest, or the one that answers first.',
} as const satisfies OptionsSchema

export const schema = {
  type: 'object',
  properties: { max_error_rate: { ...maxErrorRate, default: 0.2 }, prefer: { ...prefer, default: 'cheapest' } },
} as const satisfies OptionsSchema

/** What is absent is as the options say. */
export const routeSchema = {
  type: 'object',
  properties: { max_error_rate: maxErrorRate, prefer },
} as const satisfies OptionsSchema
