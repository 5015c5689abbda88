/** The options of the plugin `live-logs`. */

import type { OptionsSchema } from '../../core/index.ts'

export const schema = {
  type: 'object',
  properties: {
    streaming: {
      type: 'boolean',
      default: true,
      setting: 'admin.live_logs.enabled',
      env: 'DASHBOARD_LIVE_LOGS_ENABLED',
      description: 'Whether administrators can look at requests while they happen.',
    },
    buffer_size: {
      type: 'integer',
      minimum: 1,
      maximum: 1_000_000,
      default: 10_000,
      setting: 'admin.live_logs.buffer_size',
      env: 'DASHBOARD_LIVE_LOGS_BUFFER_SIZE',
      description: 'How many events are kept for those who come back; never more than `replay_limit` and one.',
    },
    replay_limit: {
      type: 'integer',
      minimum: 1,
      maximum: 100_000,
      default: 1000,
      setting: 'admin.live_logs.replay_limit',
      env: 'DASHBOARD_LIVE_LOGS_REPLAY_LIMIT',
      description: 'How many events somebody who comes back may have missed.',
    },
    heartbeat_seconds: {
      type: 'integer',
      minimum: 1,
      maximum: 3600,
      default: 15,
      setting: 'admin.live_logs.heartbeat_seconds',
      env: 'DASHBOARD_LIVE_LOGS_HEARTBEAT_SECONDS',
      description: 'How often the stream says that it is there.',
    },
  },
} as const satisfies OptionsSchema
