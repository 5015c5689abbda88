/** The `prompt` phase: policy looks at the conversation that is about to leave. */

import { unsetRecased } from '../document/recased.ts'
import type { JsonDocument } from '../document/document.ts'
import type { Exchange } from './exchange.ts'
import type { Said } from './plan/plan.ts'

/** Fires the taps where there is a conversation. What policy does not see does not leave either: members that are shadowed by a later one of the same name, or whose names others read. */
export function askPrompt(exchange: Exchange): Said | undefined | Promise<Said | undefined> {
  const { plan, body, readable } = exchange
  if (!readable) return undefined
  if (plan.guardsPrompts && body !== undefined && wasCleared(body)) exchange.rereadConversation()
  return plan.prompt?.fire(exchange)
}

function wasCleared(body: JsonDocument): boolean {
  const hadShadows = body.unshadow()
  return unsetRecased(body) || hadShadows
}
