/** The options of the plugin `retry`. */

import type { OptionsSchema } from '../../core/index.ts'
import { statusListSchema } from '../shared/attempts/status-list.ts'

export const schema = {
  type: 'object',
  properties: {
    max_retries: {
      type: 'integer',
      minimum: 0,
      default: 3,
      setting: 'resilience.retry.max_retries',
      env: 'RETRY_MAX_RETRIES',
      description: 'How often a failed call to one target is repeated; 0 is never.',
    },
    initial_backoff: {
      type: 'number',
      format: 'duration',
      default: '1s',
      setting: 'resilience.retry.initial_backoff',
      env: 'RETRY_INITIAL_BACKOFF',
      description: 'The wait before the first repetition.',
    },
    max_backoff: {
      type: 'number',
      format: 'duration',
      default: '30s',
      setting: 'resilience.retry.max_backoff',
      env: 'RETRY_MAX_BACKOFF',
      description: 'The longest wait; a provider that asks for more is not called again.',
    },
    backoff_factor: {
      type: 'number',
      minimum: 1,
      default: 2,
      setting: 'resilience.retry.backoff_factor',
      env: 'RETRY_BACKOFF_FACTOR',
      description: 'By how much each wait is longer than the one before.',
    },
    jitter_factor: {
      type: 'number',
      minimum: 0,
      maximum: 1,
      default: 0.1,
      setting: 'resilience.retry.jitter_factor',
      env: 'RETRY_JITTER_FACTOR',
      description: 'The part of a wait that is left to chance.',
    },
    retry_on_statuses: {
      ...statusListSchema,
      default: ['429', '502', '503', '504', '522', '524', '529'],
      setting: 'resilience.retry.retry_on_statuses',
      env: 'RETRY_ON_STATUSES',
      description: 'Statuses after which a call is repeated; an empty list leaves connections that failed.',
    },
  },
} as const satisfies OptionsSchema
