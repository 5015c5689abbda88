/** Finds and replaces in prompts, replies and streams; or blocks, answers or warns where something is found (policy 11). */

import { answer, block, definePlugin, type Conversation, type Exchange, type Role, type StreamTap, type Verdict } from '../../core/index.ts'
import { Rules } from './rules.ts'
import { schema } from './schema.ts'

const warning = 'warn; code=guardrail_warning'
const compatibleHeader = 'X-GoModel-Guardrail'

/** What a match leads to, in a conversation and in a stream. */
interface Action {
  look(conversation: Conversation, exchange: Exchange, roles?: readonly Role[]): Verdict
  readonly stream: StreamTap<Exchange>
}

export default definePlugin({
  name: 'string-replace',
  description: 'Finds and replaces in prompts, replies and streams, or blocks what is found.',
  schema,
  setup({ options, regex }) {
    const rules = new Rules(options, regex)
    const matches = (text: string) => rules.matches(text)
    const refusal = () => block('guardrail_blocked', options.message, options.block_status === undefined ? {} : { status: options.block_status })
    const lookbehind = options.stream_lookbehind
    const warn = warner(options.compat_headers)
    const roles = options.roles.includes('all') ? undefined : options.roles as readonly Role[]

    const actions: Readonly<Record<typeof options.on_match, Action>> = {
      replace: {
        look(conversation, _, whose) { conversation.rewrite(text => rules.replace(text), whose) },
        stream: { lookbehind, text: text => rules.replace(text) },
      },
      block: {
        look: (conversation, _, whose) => some(conversation, matches, whose) ? refusal() : undefined,
        stream: { lookbehind, text: text => matches(text) ? refusal() : text },
      },
      respond: {
        look: (conversation, _, whose) => some(conversation, matches, whose) ? answer(options.message) : undefined,
        stream: { buffer: true },
      },
      warn: {
        look(conversation, exchange, whose) { if (some(conversation, matches, whose)) warn(exchange) },
        stream: {
          lookbehind,
          open: exchange => exchange,
          text(text, _, exchange) {
            if (matches(text)) warn(exchange)
            return text
          },
        },
      },
    }
    const action = actions[options.on_match]

    return {
      prompt: exchange => exchange.readable ? action.look(exchange.conversation, exchange, roles) : undefined,
      response(exchange) {
        const conversation = exchange.reply?.conversation
        return conversation === undefined ? undefined : action.look(conversation, exchange)
      },
      stream: action.stream,
    }
  },
})

function some(conversation: Conversation, matches: (text: string) => boolean, roles?: readonly Role[]): boolean {
  return [...conversation.texts(roles)].some(part => matches(part.text))
}

/** Once for each exchange; behind the first byte nobody sees it any more. */
function warner(isCompatible: boolean): (exchange: Exchange) => void {
  const headers = ['X-Tapline-Guardrail', warning, ...isCompatible ? [compatibleHeader, warning] : []]
  return ({ replyHeaders }) => { if (!replyHeaders.includes(warning)) replyHeaders.push(...headers) }
}
