/** Stands for the place where the caches keep answers: it becomes the step of that place. */

import { definePlugin, type OptionsSchema, type Step } from '../../core/index.ts'
import { redisUrlSetting } from '../shared/redis-url.ts'

const schema = {
  type: 'object',
  properties: {
    store: {
      type: 'string',
      minLength: 1,
      setting: 'cache.response.simple.store',
      env: 'RESPONSE_CACHE_SIMPLE_STORE',
      description:
        'Where entries are kept: `redis`, which all replicas share, `memory`, which is this process alone, or a plugin of your own by package or path. By default `redis` if its URL is known, else `memory`.',
    },
    redis_url: { ...redisUrlSetting, setting: 'cache.response.simple.redis.url' },
  },
} as const satisfies OptionsSchema

export default definePlugin({
  name: 'cache-store',
  description: 'Chooses where the caches keep answers.',
  schema,
  expand({ store, redis_url: url }, at): readonly Step[] {
    const use = store ?? (url === undefined ? 'memory' : 'redis')
    switch (use) {
      case 'memory':
        return [{ use: 'cache-memory' }]
      case 'redis':
        return [{ use: 'cache-redis', optionsAt: '/cache/response/simple/redis', ...(url === undefined ? {} : { options: { url } }) }]
      default: {
        const place = at('/cache/response/simple/store')
        return [{ use, ...(place === undefined ? {} : { place }) }]
      }
    }
  },
})
