/** The options of the plugin `cache-exact`. */

import type { OptionsSchema } from '../../core/index.ts'

export const schema = {
  type: 'object',
  properties: {
    enabled: { type: 'boolean', default: false, setting: 'cache.response.simple.enabled', env: 'RESPONSE_CACHE_SIMPLE_ENABLED', description: 'Whether equal requests are answered from the cache. The block alone switches it on.' },
    ttl: { type: 'number', format: 'seconds', minimum: 1000, default: 3600, setting: 'cache.response.simple.redis.ttl', env: 'REDIS_TTL_RESPONSES', description: 'How long an entry lives, in either store.' },
    max_entry_bytes: { type: 'number', format: 'size', minimum: 1, default: '2M', setting: 'cache.response.simple.max_entry_bytes', env: 'RESPONSE_CACHE_MAX_ENTRY', description: 'Larger answers are not kept.' },
    streaming: { type: 'boolean', default: true, setting: 'cache.response.streaming.enabled', env: 'RESPONSE_CACHE_STREAMING', description: 'Whether streams are kept and replayed, too.' },
    replay: { type: 'string', enum: ['instant', 'paced'], default: 'instant', setting: 'cache.response.streaming.replay', env: 'RESPONSE_CACHE_STREAM_REPLAY', description: 'How a kept stream is replayed: at once, or about as fast as it came. The header `X-Cache-Replay` of a request goes before.' },
    partition: { type: 'string', enum: ['none', 'user_path'], default: 'none', description: 'user_path: callers share entries only with those of the same path.' },
  },
} as const satisfies OptionsSchema
