/** The options of the plugin `files`. */

import type { OptionsSchema } from '../../core/index.ts'

export const schema = {
  type: 'object',
  properties: {
    guarded: {
      type: 'boolean',
      default: true,
      setting: 'guardrails.enable_for_batch_processing',
      env: 'ENABLE_GUARDRAILS_FOR_BATCH_PROCESSING',
      description:
        'False lets the answers in the output files of batches pass the guardrails of guardrails.rules and of workflows unseen; those placed in a pipeline by hand look at them all the same.',
    },
  },
} as const satisfies OptionsSchema
