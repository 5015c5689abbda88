/** How Kimi is spelled, whichever plan pays. */

import { flatEffort } from './effort.ts'
import { tokensField } from './fields.ts'
import { developerAsSystem, replayThoughts } from './messages.ts'
import { forChat } from './rule.ts'

export const kimiRules = forChat(developerAsSystem, tokensField('max_tokens'), flatEffort, replayThoughts)
