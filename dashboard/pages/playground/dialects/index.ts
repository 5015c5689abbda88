/** The dialects that the playground speaks, by their names in the address. */

import { chat } from './chat.ts'
import { messages } from './messages.ts'
import { responses } from './responses.ts'

export const dialects = { chat, responses, messages }

export type DialectName = keyof typeof dialects
