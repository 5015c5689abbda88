/** Puts instructions of the operator's into every conversation. */

import { definePlugin, type Conversation, type Message, type OptionsSchema } from '../../core/index.ts'

const schema = {
  type: 'object',
  required: ['content'],
  properties: {
    mode: {
      type: 'string',
      enum: ['inject', 'override', 'decorator'],
      default: 'inject',
      description: "inject: only if the caller gives no instructions; override: replaces the caller's; decorator: on a line before the caller's.",
    },
    content: { type: 'string', minLength: 1, input: 'textarea', description: 'The instructions.' },
  },
} as const satisfies OptionsSchema

type Edit = (conversation: Conversation, instructions: readonly Message[], content: string) => void

export default definePlugin({
  name: 'system-prompt',
  description: 'Puts instructions into every conversation.',
  schema,
  phases: ['prompt'],
  setup({ options: { mode, content } }) {
    const edit = edits[mode]
    return {
      prompt(exchange) {
        if (!exchange.readable || exchange.operation === 'embeddings') return
        const { conversation } = exchange
        edit(
          conversation,
          conversation.messages.filter(({ role }) => role === 'system' || role === 'developer'),
          content,
        )
      },
    }
  },
})

const edits: Readonly<Record<'inject' | 'override' | 'decorator', Edit>> = {
  inject(conversation, instructions, content) {
    if (instructions.length === 0) conversation.insert(0, { role: 'system', text: content })
  },
  override(conversation, instructions, content) {
    conversation.remove(...instructions)
    conversation.insert(0, { role: instructions[0]?.role ?? 'system', text: content })
  },
  decorator(conversation, instructions, content) {
    const first = instructions[0]?.parts.find(part => part.type === 'text')
    if (first === undefined) conversation.insert(0, { role: 'system', text: content })
    else first.rewrite(`${content}\n${first.text}`)
  },
}
