/** A guardrail that sees conversations whole, and may take its time: prompts before they leave, replies once they are complete. */

import { refuseTokens } from './tokens.ts'
import type { Conversation } from '../../../core/document/conversation.ts'
import type { Exchange } from '../../../core/pipeline/exchange.ts'
import type { Taps, Verdict } from '../../../core/plugin/define.ts'

/** What a guardrail looks at. */
export interface Seen {
  readonly phase: 'prompt' | 'response'
  /** Of a prompt the messages of the request, of a response those of the reply. */
  readonly conversation: Conversation
  readonly exchange: Exchange
  /** Aborted when the client leaves, or the guardrail has had its time. */
  readonly signal: AbortSignal
}

/** The taps of such a guardrail. Streams are collected for it. */
export function guardWhole(look: (seen: Seen) => Promise<Verdict> | Verdict): Pick<Taps, 'prompt' | 'response' | 'stream'> {
  return {
    prompt: exchange =>
      exchange.readable
        ? (refuseTokens(exchange) ?? look({ phase: 'prompt', conversation: exchange.conversation, exchange, signal: exchange.signal }))
        : undefined,
    response(exchange) {
      const conversation = exchange.reply?.conversation
      return conversation === undefined ? undefined : look({ phase: 'response', conversation, exchange, signal: exchange.signal })
    },
    stream: { buffer: true },
  }
}
