/** Writes a plain reply as a chat completion. */

import { dataUrl } from '../../../core/neutral/media.ts'
import { withFurther } from '../../../core/neutral/members.ts'
import type { NeutralReply, ReplyBlock } from '../../../core/neutral/reply.ts'
import type { JsonObject } from '../../../core/neutral/request.ts'
import type { ReplyContext } from '../../../core/neutral/translation.ts'
import { CallIds, finishWord, isWrapped, replyId, spellAnnotations, spellUsage, unwrapped } from './reply-spelling.ts'
import { heldContent, joinContents, signedContent } from './state.ts'

type BlockOf<T extends ReplyBlock['type']> = Extract<ReplyBlock, { readonly type: T }>

export function writeReply(reply: NeutralReply, context: ReplyContext): Buffer {
  if (reply.finish === 'pause') context.losses.drop('pause_turn', 'not known to openai-chat')
  return Buffer.from(
    JSON.stringify(
      withFurther(
        {
          id: replyId(reply.id, context),
          object: 'chat.completion',
          created: reply.created ?? context.created,
          model: reply.model ?? context.from.model,
          provider: context.from.provider,
          choices: [
            { index: 0, message: messageOf(reply, context), logprobs: logprobsOf(reply), finish_reason: finishWord(reply.finish), ...stopReason(reply) },
          ],
          ...(reply.usage === undefined ? {} : { usage: withFurther(spellUsage(reply.usage), reply.usageExtras) }),
          ...(reply.serviceTier === undefined ? {} : { service_tier: reply.serviceTier }),
        },
        reply.extras,
      ),
    ),
  )
}

function logprobsOf({ logprobs }: NeutralReply): JsonObject | null {
  return logprobs === undefined ? null : { content: logprobs, refusal: null }
}

function stopReason({ stopSequence }: NeutralReply): JsonObject {
  return stopSequence === undefined ? {} : { stop_reason: stopSequence }
}

function messageOf({ blocks }: NeutralReply, context: ReplyContext): JsonObject {
  const texts = only(blocks, 'text')
  const thoughts = only(blocks, 'reasoning')
  const calls = only(blocks, 'tool_call')
  const refusals = only(blocks, 'refusal')
  const shown = context.request.wants.reasoning === false ? '' : joined(thoughts)
  const annotations = spellAnnotations(
    texts.flatMap(text => text.annotations ?? []),
    context.losses,
  )
  const images = only(blocks, 'image')
  const ids = new CallIds(context.ids)
  const state = texts.findLast(text => text.state !== undefined)?.state
  const held = joinContents(heldContent(thoughts), state === undefined ? undefined : signedContent(state))
  return {
    role: 'assistant',
    content: texts.length > 0 || (calls.length === 0 && refusals.length === 0) ? joined(texts) : null,
    ...(shown === '' ? {} : { reasoning_content: shown }),
    ...(refusals.length === 0 ? {} : { refusal: joined(refusals) }),
    ...(annotations.length === 0 ? {} : { annotations }),
    ...(images.length === 0 ? {} : { images: images.map(({ mime, data }) => ({ type: 'image_url', image_url: { url: dataUrl(mime, data) } })) }),
    ...(calls.length === 0 ? {} : { tool_calls: calls.map(call => callOf(call, ids, context)) }),
    ...(held === undefined ? {} : { extra_content: held }),
  }
}

function callOf({ id, name, argumentsText, isCustom, state }: BlockOf<'tool_call'>, ids: CallIds, { request }: ReplyContext): JsonObject {
  const held = state === undefined ? {} : { extra_content: signedContent(state) }
  if (isCustom === true) return { id: ids.of(id), type: 'custom', custom: { name, input: argumentsText }, ...held }
  if (isWrapped(name, request)) return { id: ids.of(id), type: 'custom', custom: { name, input: unwrapped(argumentsText) }, ...held }
  return { id: ids.of(id), type: 'function', function: { name, arguments: argumentsText.trim() === '' ? '{}' : argumentsText }, ...held }
}

function only<T extends ReplyBlock['type']>(blocks: readonly ReplyBlock[], type: T): BlockOf<T>[] {
  return blocks.filter((block): block is BlockOf<T> => block.type === type)
}

function joined(blocks: readonly { readonly text: string }[]): string {
  return blocks.map(({ text }) => text).join('')
}
