/** The options of the plugin `batches`. */

import type { OptionsSchema } from '../../core/index.ts'

export const schema = {
  type: 'object',
  properties: {
    concurrency: {
      type: 'integer',
      minimum: 1,
      maximum: 256,
      default: 4,
      setting: 'batches.concurrency',
      env: 'BATCHES_CONCURRENCY',
      description: 'How many requests of one batch that the gateway runs itself are under way at once.',
    },
    poll_interval: {
      type: 'number',
      format: 'duration',
      minimum: 1000,
      default: '60s',
      setting: 'batches.poll_interval',
      env: 'BATCHES_POLL_INTERVAL',
      description: 'How often providers are asked for the state of the batches that they run, besides when somebody asks for one.',
    },
    max_requests: {
      type: 'integer',
      minimum: 1,
      default: 50_000,
      setting: 'batches.max_requests',
      env: 'BATCHES_MAX_REQUESTS',
      description: 'How many requests one batch may have.',
    },
    guarded: {
      type: 'boolean',
      default: true,
      setting: 'guardrails.enable_for_batch_processing',
      env: 'ENABLE_GUARDRAILS_FOR_BATCH_PROCESSING',
      description:
        'False lets the lines of batches and their results pass the guardrails of guardrails.rules and of workflows unseen; those placed in a pipeline by hand look at them all the same.',
    },
    public_url: {
      type: 'string',
      pattern: '^https?://',
      setting: 'server.public_url',
      env: 'PUBLIC_URL',
      description:
        'Where clients reach the gateway, base path included, for addresses that answers name; by default, where the caller of the moment reached it.',
    },
  },
} as const satisfies OptionsSchema
