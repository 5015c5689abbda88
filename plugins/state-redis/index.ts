/** Keeps the numbers that limits are counted by in Redis, for all replicas. */

import { definePlugin, type OptionsSchema } from '../../core/index.ts'
import { redisUrl } from '../shared/redis-url.ts'

const schema = {
  type: 'object',
  required: ['url'],
  properties: {
    url: redisUrl,
    prefix: { type: 'string', default: 'tapline:state:', description: 'What the keys begin with.' },
  },
} as const satisfies OptionsSchema

export default definePlugin({
  name: 'state-redis',
  description: 'Keeps the numbers that limits are counted by in Redis.',
  schema,
  provides: 'state',
  async setup({ options: { url, prefix }, services: { clock, health }, log, signal }) {
    const { RedisState } = await import('./redis-state.ts')
    let isLost = false
    const lost = (err: Error) => {
      if (!isLost) log.warn({ err }, 'Redis cannot be reached; limits and budgets follow their on_store_failure')
      isLost = true
    }
    const state = new RedisState({
      url,
      prefix,
      clock,
      lost,
      found: () => {
        isLost = false
      },
    })
    return {
      service: state,
      async open() {
        await state.open()
        signal.addEventListener(
          'abort',
          health.check('state', () => state.probe()),
        )
      },
      close: () => state.close(),
    }
  },
})
