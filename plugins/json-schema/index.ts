/** Checks that replies match a JSON Schema, and has those repaired that do not. */

import { definePlugin, warn, type Conversation, type Message, type TextPart, type Verdict } from '../../core/index.ts'
import { react } from '../shared/guard/reaction.ts'
import { unfenced } from '../shared/guard/unfenced.ts'
import { askedSchema } from './asked-schema.ts'
import { Repairer, type Asking } from './repair.ts'
import { schema } from './schema.ts'
import { TooSlow, Validators, type Fault, type Validate } from './validators.ts'

export default definePlugin({
  name: 'json-schema',
  description: 'Checks that replies match a JSON Schema, and has those repaired that do not.',
  schema,
  phases: ['response', 'stream'],
  setup({ options, name, services: { pipelines }, regex }) {
    const validators = new Validators(regex)
    const standing = options.schema === undefined ? undefined : { schema: options.schema, validate: validators.compile(options.schema) }
    const repairer = new Repairer(pipelines, { instance: name, model: options.model, userPath: options.user_path, maxTokens: options.max_tokens })

    const invalid = ({ keyword }: Fault): Verdict =>
      react(options.on_invalid, { code: 'json_schema_invalid', message: options.message, status: options.block_status, detail: { keyword } })

    /** The fault that stays. */
    const check = async (
      seen: Asking,
      parts: readonly TextPart[],
      wanted: { readonly schema: object; readonly validate: Validate },
    ): Promise<Fault | undefined> => {
      const text = parts.map(part => part.text).join('')
      const fault = wanted.validate(text)
      if (fault === undefined || !options.repair) return fault
      const bare = unfenced(text)
      const repaired = wanted.validate(bare) === undefined ? bare : await repairer.repair(seen, text, wanted.schema, fault, wanted.validate)
      if (repaired === undefined) return fault
      parts.forEach((part, i) => part.rewrite(i === 0 ? repaired : ''))
      return undefined
    }

    return {
      async response(exchange): Promise<Verdict> {
        const texts = answersOf(exchange.reply?.conversation)
        const asked = standing === undefined && exchange.readable && texts.length > 0 ? askedSchema(exchange.conversation) : undefined
        const validate = asked === undefined ? undefined : validators.of(asked)
        const wanted = standing ?? (asked === undefined || validate === undefined ? undefined : { schema: asked, validate })
        if (wanted === undefined) return asked === undefined ? undefined : unusable
        const asking = { exchange, signal: exchange.signal }
        try {
          for (const parts of texts) {
            const fault = await check(asking, parts, wanted)
            if (fault !== undefined) return invalid(fault)
          }
        } catch (cause) {
          if (cause instanceof TooSlow) return unusable
          throw cause
        }
        return undefined
      },
      stream: { buffer: true },
    }
  },
})

const unusable = warn('json_schema_unusable', 'the schema of the request cannot be used')

/** The texts of each answer; none of a turn that says nothing, or calls tools, which is no answer yet. */
function answersOf(reply: Conversation | undefined): readonly (readonly TextPart[])[] {
  const messages = reply?.messages ?? []
  if (messages.some(({ parts }) => parts.some(({ type }) => type === 'tool_call'))) return []
  return messages.map(textsOf).filter(parts => parts.some(({ text }) => text.trim() !== ''))
}

function textsOf({ parts }: Message): readonly TextPart[] {
  return parts.filter((part): part is TextPart => part.type === 'text' && part.channel === 'text')
}
