/** What the admin API says of the log. */

import type { AdminEndpoint } from '../../../core/index.ts'
import { conversationEndpoint } from './conversation.ts'
import { detailEndpoint } from './detail.ts'
import { exportEndpoint } from './export.ts'
import type { ApiGround } from './ground.ts'
import { logEndpoint } from './log.ts'
import { mediaEndpoint } from './media.ts'
import { statsEndpoint } from './stats.ts'
import { sessionsEndpoint } from './sessions.ts'

export function auditEndpoints(ground: ApiGround): readonly AdminEndpoint[] {
  return [logEndpoint, sessionsEndpoint, statsEndpoint, detailEndpoint, conversationEndpoint, exportEndpoint, mediaEndpoint].map(make => make(ground))
}
