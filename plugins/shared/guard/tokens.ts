/** Texts that callers send as the numbers of their tokens, which nobody can read. */

import type { Role } from '../../../core/document/conversation.ts'
import type { GatewayError } from '../../../core/errors.ts'
import type { Exchange } from '../../../core/pipeline/exchange.ts'
import { block } from '../../../core/pipeline/verdict.ts'

/** What a guardrail says of embeddings of tokens: a call that it cannot look at does not pass. @param roles those it looks at; absent is all */
export function refuseTokens({ operation, conversation }: Exchange, roles?: readonly Role[]): GatewayError | undefined {
  if (operation !== 'embeddings' || roles?.includes('user') === false) return undefined
  const isRead = conversation.messages.every(({ parts }) => parts.every(({ type }) => type === 'text'))
  return isRead ? undefined : block('guardrail_blocked', 'a guardrail applies, and nobody can read tokens: send texts', { status: 403 })
}
