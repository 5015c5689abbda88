/** What the writers of one request share. */

import type { Destination, Losses } from '../../../core/index.ts'
import type { ToolNames } from '../../../core/neutral/tool-names.ts'

/** As messages call it. */
export const dialect = 'cohere'

export interface Writing {
  readonly to: Destination
  readonly losses: Losses
  readonly names: ToolNames
}
