/** Shows administrators what happens to requests while it happens. */

import { definePlugin, type LiveLog } from '../../core/index.ts'
import { liveEndpoint } from './endpoint.ts'
import { LiveHub } from './live-hub.ts'
import { schema } from './schema.ts'
import { sequenceOf } from './sequence.ts'

/** Nobody may look. */
const nobody: LiveLog = { isWatched: false, tell() {}, completed() {}, settled() {}, showUnderWay: () => () => {} }

export default definePlugin({
  name: 'live-logs',
  description: 'Shows administrators what happens to requests while it happens.',
  schema,
  provides: 'live',
  needs: ['admin'],
  setup({ options, services: { admin, clock, health }, log }) {
    const hub = options.streaming
      ? new LiveHub({
          bufferSize: options.buffer_size,
          replayLimit: options.replay_limit,
          heartbeatMs: options.heartbeat_seconds * 1000,
          sequence: sequenceOf(health),
          clock,
          log,
        })
      : undefined
    const withdraw = [
      admin.endpoint(liveEndpoint({ hub, isEnding: () => health.draining })),
      admin.setting('DASHBOARD_LIVE_LOGS_ENABLED', () => options.streaming),
    ]
    return {
      service: hub ?? nobody,
      leave() {
        hub?.dismiss(health.draining ? 'shutdown' : 'reload')
      },
      close() {
        for (const end of withdraw) end()
        hub?.close()
      },
    }
  },
})
