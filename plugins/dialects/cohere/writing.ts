/** What the writers of one request share. */

import type { Losses } from '../../../core/neutral/losses.ts'
import type { Destination } from '../../../core/neutral/translation.ts'
import type { ToolNames } from '../../../core/neutral/tool-names.ts'

/** As messages call it. */
export const dialect = 'cohere'

export interface Writing {
  readonly to: Destination
  readonly losses: Losses
  readonly names: ToolNames
}
