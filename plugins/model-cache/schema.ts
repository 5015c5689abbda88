/** The options of the plugin `model-cache`. */

import type { OptionsSchema } from '../../core/index.ts'
import { redisUrlSetting } from '../shared/redis-url.ts'

export const schema = {
  type: 'object',
  properties: {
    cache_dir: {
      type: 'string',
      minLength: 1,
      setting: 'cache.model.local.cache_dir',
      env: 'CACHE_DIR',
      env_form: 'prefixed',
      description:
        'The folder in which the models that providers listed are kept. By default `.cache` if there is such a folder, else `tapline` in the cache directory of the user.',
    },
    redis_url: {
      ...redisUrlSetting,
      setting: 'cache.model.redis.url',
      description: 'Keep them in Redis, for all replicas: `redis://user:password@host:6379/0`.',
    },
    redis_key: {
      type: 'string',
      minLength: 1,
      default: 'tapline:models',
      setting: 'cache.model.redis.key',
      env: 'REDIS_KEY_MODELS',
      description: 'The key in Redis: a hash of a list for each provider.',
    },
    redis_ttl: {
      type: 'number',
      format: 'seconds',
      minimum: 1000,
      default: 86400,
      setting: 'cache.model.redis.ttl',
      env: 'REDIS_TTL_MODELS',
      description: 'How long a list is kept in Redis.',
    },
  },
} as const satisfies OptionsSchema
