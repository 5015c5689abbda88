/** What the writers of one request share. */

import type { Losses } from '../../../core/neutral/losses.ts'
import type { Destination } from '../../../core/neutral/translation.ts'
import type { ToolIds, ToolNames } from '../../../core/neutral/tool-names.ts'
import type { CachePoints } from './cache-points.ts'
import type { DocumentNames } from './document-names.ts'

/** As messages call it. */
export const dialect = 'bedrock-converse'

export interface Writing {
  readonly to: Destination
  readonly losses: Losses
  readonly names: ToolNames
  readonly ids: ToolIds
  readonly documents: DocumentNames
  readonly points: CachePoints
}

/** Whether the model is one of Claude: these take Anthropic's own fields, too. */
export function isClaude({ to }: Pick<Writing, 'to'>): boolean {
  return to.traits.vendor === 'anthropic'
}
