/** The options of the plugin `cache-exact`. */

import type { OptionsSchema } from '../../core/index.ts'
import { streamingProperties } from '../shared/cache/settings.ts'

export const schema = {
  type: 'object',
  properties: {
    enabled: {
      type: 'boolean',
      default: false,
      setting: 'cache.response.simple.enabled',
      env: 'RESPONSE_CACHE_SIMPLE_ENABLED',
      description: 'Whether equal requests are answered from the cache. The block alone switches it on.',
    },
    ttl: {
      type: 'number',
      format: 'seconds',
      minimum: 1000,
      default: 3600,
      setting: 'cache.response.simple.redis.ttl',
      env: 'REDIS_TTL_RESPONSES',
      description: 'How long an entry lives, in either store.',
    },
    max_entry_bytes: {
      type: 'number',
      format: 'size',
      minimum: 1,
      default: '2M',
      setting: 'cache.response.simple.max_entry_bytes',
      env: 'RESPONSE_CACHE_MAX_ENTRY',
      description: 'Larger answers are not kept.',
    },
    ...streamingProperties,
  },
} as const satisfies OptionsSchema
