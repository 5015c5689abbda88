/** Keeps saying that a gateway is a demonstration, for as long as it is one. */

import { definePlugin, type Timer } from '../../core/index.ts'
import { schema } from './schema.ts'

const everyMs = 5 * 60_000

export default definePlugin({
  name: 'demo-mode',
  description: 'Says, again and again, that this gateway is a demonstration.',
  schema,
  needs: ['admin'],
  setup({ services: { admin, clock }, log }) {
    let next: Timer | undefined
    let withdraw = () => {}
    const remind = () => {
      log.warn('demo mode is on: this gateway is a demonstration, and nothing in it is to be relied on (server.demo_mode)')
      next = clock.after(everyMs, remind)
    }
    return {
      start() {
        withdraw = admin.setting('DEMO_MODE', () => true)
        remind()
      },
      close() {
        next?.cancel()
        withdraw()
      },
    }
  },
})
