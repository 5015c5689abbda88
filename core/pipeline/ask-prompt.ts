/** The `prompt` phase: policy looks at the conversation that is about to leave. */

import type { Exchange } from './exchange.ts'
import type { Said } from './plan/plan.ts'

/** Fires the taps where there is a conversation. A member that policy does not see, as a later one of the same name shadows it, does not leave either. */
export function askPrompt(exchange: Exchange): Said | undefined | Promise<Said | undefined> {
  const { plan, body, readable } = exchange
  if (!readable) return undefined
  if (plan.guardsPrompts && body?.unshadow() === true) exchange.rereadConversation()
  return plan.prompt?.fire(exchange)
}
