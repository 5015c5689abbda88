/** Writes a whole answer as a message. */

import type { JsonObject } from '../../../core/index.ts'
import type { NeutralReply, ReplyBlock } from '../../../core/neutral/reply.ts'
import type { ReplyContext } from '../../../core/neutral/translation.ts'
import { argumentsObject } from '../../../core/neutral/arguments.ts'
import { withFurther } from '../../../core/neutral/members.ts'
import { CallIds, carried, dropImage, messageId, shownThinking, stopOf } from './reply-blocks.ts'
import { sealCall, sealThought } from './sealed.ts'
import { writeUsage } from './usage.ts'
import { dialect } from './writing.ts'

export function writeReply(reply: NeutralReply, context: ReplyContext): Buffer {
  const { blocks } = reply
  const writer = new BlockWriter(context)
  const said = { hasCalls: blocks.some(({ type }) => type === 'tool_call'), hasRefusal: blocks.some(({ type }) => type === 'refusal') }
  return Buffer.from(
    JSON.stringify(
      withFurther(
        {
          id: messageId(context),
          type: 'message',
          role: 'assistant',
          model: reply.model ?? context.from.model,
          content: blocks.flatMap(block => writer.write(block)),
          ...stopOf(reply, said),
          usage: withFurther({ ...writeUsage(reply.usage) }, reply.usageExtras),
        },
        reply.extras,
      ),
    ),
  )
}

class BlockWriter {
  readonly #context: ReplyContext
  readonly #ids: CallIds

  constructor(context: ReplyContext) {
    this.#context = context
    this.#ids = new CallIds(context)
  }

  write(block: ReplyBlock): readonly JsonObject[] {
    switch (block.type) {
      case 'text':
        return this.#text(block)
      case 'refusal':
        return block.text === '' ? [] : [{ type: 'text', text: block.text }]
      case 'reasoning':
        return this.#thinking(block)
      case 'tool_call':
        return this.#call(block)
      case 'image':
        return this.#image()
    }
  }

  #text({ text, annotations }: ReplyBlock & { readonly type: 'text' }): readonly JsonObject[] {
    if (annotations !== undefined) this.#context.losses.silent('annotations', `${dialect} has citations of its own only`)
    return text === '' ? [] : [{ type: 'text', text }]
  }

  #thinking({ text, redacted, state, itemId }: ReplyBlock & { readonly type: 'reasoning' }): readonly JsonObject[] {
    const shown = shownThinking(this.#context.request)
    if (shown === 'none') return []
    if (redacted !== undefined) return [{ type: 'redacted_thinking', data: redacted }]
    const isForeign = state !== undefined && state.vendor !== 'anthropic'
    const signature = !isForeign ? (state?.value ?? '') : this.#seals() ? sealThought(text, state, itemId) : ''
    if (text === '' && signature === '') return []
    return [{ type: 'thinking', thinking: shown === 'state' ? '' : text, signature }]
  }

  #call({ id, name, argumentsText, isCustom, state }: ReplyBlock & { readonly type: 'tool_call' }): readonly JsonObject[] {
    const spelled = this.#ids.spell(id)
    const call = { type: 'tool_use', id: spelled, name, input: isCustom === true ? { input: argumentsText } : this.#input(argumentsText) }
    if (state === undefined || state.vendor === 'anthropic') return [call]
    return this.#seals() ? [{ type: 'thinking', thinking: '', signature: sealCall(spelled, state) }, call] : [{ ...call, ...carried(state) }]
  }

  /** Arguments that are cut short, or no JSON, are none. */
  #input(text: string): JsonObject {
    const { value, isBroken } = argumentsObject(text)
    if (!isBroken) return value
    this.#context.losses.fault('tool_calls.arguments', 'are no JSON, and are left out')
    return {}
  }

  #image(): readonly JsonObject[] {
    dropImage(this.#context.losses)
    return []
  }

  #seals(): boolean {
    return this.#context.from.options.seal_foreign_state
  }
}
