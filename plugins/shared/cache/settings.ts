/** The options that all caches of answers have. */

import type { OptionsSchema } from '../../../core/plugin/schema.ts'

export const streamingProperties = {
  streaming: {
    type: 'boolean',
    default: true,
    setting: 'cache.response.streaming.enabled',
    env: 'RESPONSE_CACHE_STREAMING',
    description: 'Whether streams are kept and replayed, too.',
  },
  replay: {
    type: 'string',
    enum: ['instant', 'paced'],
    default: 'instant',
    setting: 'cache.response.streaming.replay',
    env: 'RESPONSE_CACHE_STREAM_REPLAY',
    description: 'How a kept stream is replayed: at once, or about as fast as it came. The header `X-Cache-Replay` of a request goes before.',
  },
  partition: {
    type: 'string',
    enum: ['none', 'user_path'],
    default: 'none',
    description: 'user_path: callers share entries only with those of the same path.',
  },
} as const satisfies Readonly<Record<string, OptionsSchema>>
