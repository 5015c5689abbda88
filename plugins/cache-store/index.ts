/** Stands for the place where the caches keep answers: it becomes the step of that place. */

import { definePlugin, type OptionsSchema, type Step } from '../../core/index.ts'

const schema = {
  type: 'object',
  properties: {
    store: {
      type: 'string',
      enum: ['redis', 'memory'],
      setting: 'cache.response.simple.store',
      env: 'RESPONSE_CACHE_SIMPLE_STORE',
      description:
        'Where entries are kept: `redis`, which all replicas share, or `memory`, which is this process alone. By default `redis` if its URL is known, else `memory`.',
    },
    redis_url: {
      type: 'string',
      pattern: '^(rediss?://|/)',
      secret: true,
      setting: 'cache.response.simple.redis.url',
      env: 'REDIS_URL',
      env_form: 'bare',
      description: 'Where Redis is: `redis://user:password@host:6379/0`.',
    },
  },
} as const satisfies OptionsSchema

export default definePlugin({
  name: 'cache-store',
  description: 'Chooses where the caches keep answers.',
  schema,
  expand({ store, redis_url: url }): readonly Step[] {
    if ((store ?? (url === undefined ? 'memory' : 'redis')) === 'memory') return [{ use: 'cache-memory' }]
    return [{ use: 'cache-redis', ...(url === undefined ? {} : { options: { url } }) }]
  },
})
