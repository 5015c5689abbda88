/** Keeps cache entries in Redis, for all replicas. */

import { definePlugin, type OptionsSchema } from '../../core/index.ts'
import { redisUrl } from '../shared/redis-url.ts'

const schema = {
  type: 'object',
  required: ['url'],
  properties: {
    url: redisUrl,
    key: {
      type: 'string',
      default: 'tapline:response:',
      setting: 'cache.response.simple.redis.key',
      env: 'REDIS_KEY_RESPONSES',
      description: 'What the keys of entries begin with.',
    },
  },
} as const satisfies OptionsSchema

export default definePlugin({
  name: 'cache-redis',
  description: 'Keeps cache entries in Redis.',
  schema,
  provides: 'cache',
  async setup({ options: { url, key }, services: { health }, signal }) {
    const { RedisCache } = await import('./redis-cache.ts')
    const service = new RedisCache({
      url,
      prefix: key,
      opened: cache =>
        signal.addEventListener(
          'abort',
          health.check('cache', () => cache.probe()),
        ),
    })
    return { service, close: () => service.close() }
  },
})
