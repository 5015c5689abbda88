/** What the parts of a request are written with. */

import type { Losses } from '../../../core/neutral/losses.ts'
import type { NeutralRequest } from '../../../core/neutral/request.ts'
import type { ToolNames } from '../../../core/neutral/tool-names.ts'
import type { Destination } from '../../../core/neutral/translation.ts'

export const dialect = 'openai-responses'

export interface Writing {
  readonly request: NeutralRequest
  readonly to: Destination
  readonly losses: Losses
  readonly names: ToolNames
}
