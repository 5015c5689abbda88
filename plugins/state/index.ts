/** Stands for the place where the numbers that limits are counted by are kept: it becomes the step of that place. */

import { definePlugin, type OptionsSchema, type Step } from '../../core/index.ts'
import { redisUrlSetting } from '../shared/redis-url.ts'

const schema = {
  type: 'object',
  properties: {
    backend: {
      enum: ['auto', 'redis', 'postgresql', 'memory'],
      default: 'auto',
      setting: 'state.backend',
      env: 'STATE_BACKEND',
      description:
        'Where limits and budgets are counted, and circuit breakers are shared: `redis`, `postgresql` (the database of `storage`), or `memory`, which is this process alone. `auto` is the first of these that is configured.',
    },
    redis_url: { ...redisUrlSetting, setting: 'cache.response.simple.redis.url' },
    storage: {
      type: 'string',
      minLength: 1,
      default: 'sqlite',
      setting: 'storage.type',
      env: 'STORAGE_TYPE',
      description: 'The database: `sqlite`, `postgresql`, `mongodb`, or a plugin of your own by package or path.',
    },
  },
} as const satisfies OptionsSchema

export default definePlugin({
  name: 'state',
  description: 'Chooses where limits and budgets are counted.',
  schema,
  expand({ backend, redis_url: url, storage }): readonly Step[] {
    switch (backend === 'auto' ? known(url, storage) : backend) {
      case 'redis':
        return [{ use: 'state-redis', optionsAt: '/cache/response/simple/redis', ...(url === undefined ? {} : { options: { url } }) }]
      case 'postgresql':
        return [{ use: 'state-storage' }]
      default:
        return [{ use: 'state-memory' }]
    }
  },
})

function known(url: string | undefined, storage: string): 'redis' | 'postgresql' | 'memory' {
  if (url !== undefined) return 'redis'
  return storage === 'postgresql' ? 'postgresql' : 'memory'
}
