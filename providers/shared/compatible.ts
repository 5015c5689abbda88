/** How vendors are spelled that are OpenAI's likeness, as it was before the newer names. */

import { flatEffort } from './effort.ts'
import { tokensField } from './fields.ts'
import { developerAsSystem } from './messages.ts'
import { forChat } from './rule.ts'

export const compatibleRules = forChat(developerAsSystem, tokensField('max_tokens'), flatEffort)
