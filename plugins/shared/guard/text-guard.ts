/** A guardrail over texts: what it finds in prompts, replies and streams is rewritten, blocked, answered or warned of. */

import type { Conversation, Role } from '../../../core/document/conversation.ts'
import type { Exchange } from '../../../core/pipeline/exchange.ts'
import { answer, block } from '../../../core/pipeline/verdict.ts'
import { warn } from '../../../core/pipeline/warning.ts'
import { rolesOf } from './properties.ts'
import { refuseTokens } from './tokens.ts'
import type { AnyStreamTap, SetupContext, StreamTap, Taps, Verdict } from '../../../core/plugin/define.ts'

/** What a guardrail looks for. */
export interface TextRule {
  readonly matches: (text: string) => boolean
  /** Rewrites the messages of these roles, of all without them. */
  readonly rewritePrompt: (conversation: Conversation, exchange: Exchange, roles?: readonly Role[]) => void
  /** Makes what rewrites the texts of one reply; a pure function, as far as anybody can see. `isOpen`: more of the text may follow. */
  readonly rewriterOfReply: (exchange: Exchange) => (text: string, isOpen: boolean) => string
}

/** A rule that remembers nothing. */
export function textRule(matches: (text: string) => boolean, rewrite: (text: string) => string): TextRule {
  return {
    matches,
    rewritePrompt: (conversation, _, roles) => {
      conversation.rewrite(text => rewrite(text), roles)
    },
    rewriterOfReply: () => rewrite,
  }
}

/** As the options of guardrails spell it. */
export interface GuardOptions {
  readonly roles: readonly (Role | 'all')[]
  readonly message: string
  readonly block_status?: number | undefined
  readonly stream_lookbehind: number
}

export type GuardAction = 'rewrite' | 'block' | 'respond' | 'warn'

/** What of the set-up a guardrail needs. */
type Warner = Pick<SetupContext<unknown>, 'warnInStream'>

type Look = (conversation: Conversation, exchange: Exchange, roles?: readonly Role[]) => Verdict

/** What a match leads to. */
interface Reaction {
  readonly prompt: Look
  readonly reply: Look
  readonly stream: AnyStreamTap
}

/** The taps of a guardrail. Replies are looked at whole, whoever speaks. */
export function guardTexts(rule: TextRule, action: GuardAction, options: GuardOptions, warner: Warner): Pick<Taps, 'prompt' | 'response' | 'stream'> {
  const roles = rolesOf(options.roles)
  const { prompt, reply, stream } = reactions[action](rule, options, warner)
  return {
    prompt: exchange =>
      exchange.readable ? ((action === 'warn' ? undefined : refuseTokens(exchange, roles)) ?? prompt(exchange.conversation, exchange, roles)) : undefined,
    response(exchange) {
      const conversation = exchange.reply?.conversation
      return conversation === undefined ? undefined : reply(conversation, exchange)
    },
    stream,
  }
}

const reactions: Readonly<Record<GuardAction, (rule: TextRule, options: GuardOptions, warner: Warner) => Reaction>> = {
  rewrite: (rule, { stream_lookbehind: lookbehind }) => ({
    prompt: (conversation, exchange, roles) => rule.rewritePrompt(conversation, exchange, roles),
    reply(conversation, exchange) {
      const rewrite = rule.rewriterOfReply(exchange)
      conversation.rewrite(text => rewrite(text, false))
    },
    stream: rewritingStream(rule, lookbehind),
  }),

  block({ matches }, { message, block_status: status, stream_lookbehind: lookbehind }) {
    const refusal = () => block('guardrail_blocked', message, status === undefined ? {} : { status })
    return { ...looking(matches, refusal), stream: { lookbehind, text: text => (matches(text) ? refusal() : text) } }
  },

  respond: ({ matches }, { message }) => ({ ...looking(matches, () => answer(message)), stream: { buffer: true } }),

  warn: ({ matches }, { stream_lookbehind: lookbehind }, warner) => ({ ...looking(matches, () => warn()), stream: warningStream(matches, lookbehind, warner) }),
}

function looking(matches: (text: string) => boolean, react: () => Verdict): { readonly prompt: Look; readonly reply: Look } {
  const look: Look = (conversation, _, roles) => ([...conversation.texts(roles)].some(({ text }) => matches(text)) ? react() : undefined)
  return { prompt: look, reply: look }
}

function rewritingStream(rule: TextRule, lookbehind: number): AnyStreamTap {
  const tap: StreamTap<ReturnType<TextRule['rewriterOfReply']>> = {
    lookbehind,
    open: exchange => rule.rewriterOfReply(exchange),
    text: (text, _, rewrite) => rewrite(text, true),
  }
  return tap
}

/** Behind the first byte, no header tells of it any more. */
function warningStream(matches: (text: string) => boolean, lookbehind: number, { warnInStream }: Warner): AnyStreamTap {
  const tap: StreamTap<Exchange> = {
    lookbehind,
    open: exchange => exchange,
    text(text, _, exchange) {
      if (matches(text)) warnInStream(exchange)
      return text
    },
  }
  return tap
}
