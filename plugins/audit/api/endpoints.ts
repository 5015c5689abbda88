/** What the admin API says of the log. */

import type { AdminEndpoint } from '../../../core/index.ts'
import { conversationEndpoint } from './conversation.ts'
import { detailEndpoint } from './detail.ts'
import { exportEndpoint } from './export.ts'
import type { ApiDeps } from './deps.ts'
import { logEndpoint } from './log.ts'
import { mediaEndpoint } from './media.ts'
import { statsEndpoint } from './stats.ts'
import { sessionsEndpoint } from './sessions.ts'

export function auditEndpoints(deps: ApiDeps): readonly AdminEndpoint[] {
  return [logEndpoint, sessionsEndpoint, statsEndpoint, detailEndpoint, conversationEndpoint, exportEndpoint, mediaEndpoint].map(make => make(deps))
}
