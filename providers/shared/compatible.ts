/** How vendors are spelled that are OpenAI's likeness, as it was before the newer names. */

import { flatEffort } from './effort.ts'
import { tokensField } from './fields.ts'
import { developerAsSystem, ownState } from './messages.ts'
import { forChat } from './rule.ts'

export const compatibleRules = forChat(ownState(), developerAsSystem, tokensField('max_tokens'), flatEffort)
