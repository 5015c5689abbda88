/** The options of the plugin `failover`. */

import type { OptionsSchema } from '../../core/index.ts'
import { statusListSchema } from '../shared/attempts/status-list.ts'

export const schema = {
  type: 'object',
  properties: {
    enabled: {
      type: 'boolean',
      default: true,
      setting: 'failover.enabled',
      env: 'FAILOVER_ENABLED',
      description: 'Whether another target is tried when one has failed.',
    },
    max_attempts: {
      type: 'integer',
      minimum: 0,
      default: 0,
      setting: 'failover.max_attempts',
      env: 'FAILOVER_MAX_ATTEMPTS',
      description: 'How many further targets are tried; 0 is all of them.',
    },
    retry_on_statuses: {
      ...statusListSchema,
      default: ['429', '5xx'],
      setting: 'failover.retry_on_statuses',
      env: 'FAILOVER_RETRY_ON_STATUSES',
      description: 'Statuses after which the next target is tried.',
    },
    retry_on_errors: {
      type: 'array',
      items: { type: 'string', minLength: 1 },
      setting: 'failover.retry_on_errors',
      env: 'FAILOVER_RETRY_ON_ERRORS',
      default: [
        'model not found',
        'model does not exist',
        'model unsupported',
        'model unavailable',
        'model not available',
        'model deprecated',
        'model retired',
        'model disabled',
        'upstream failed',
        'upstream error',
        'upstream unavailable',
        'upstream timed out',
        'upstream timeout',
        '404 unsupported',
        '404 unavailable',
        '404 not available',
        '404 deprecated',
        '404 retired',
        '404 disabled',
      ],
      description:
        'Phrases after which the next target is tried: all their words occur in the error, in any order; a number is the status, a word can be the code.',
    },
  },
} as const satisfies OptionsSchema
