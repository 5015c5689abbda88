/** Writes a plain reply as a response. */

import { replayed } from '../../../core/neutral/assemble.ts'
import { defined } from '../../../core/neutral/members.ts'
import type { NeutralReply } from '../../../core/neutral/reply.ts'
import type { ReplyContext } from '../../../core/neutral/translation.ts'
import { ResponseWriter, type WriterOptions } from './caller-stream.ts'

/** The response with which its stream would have ended. */
export function writeReply(reply: NeutralReply, context: ReplyContext): Buffer {
  const { created, logprobs } = reply
  const writer = new ResponseWriter(
    context,
    defined<WriterOptions>({ isPlain: true, created, logprobs: context.request.wants.logprobs === true ? logprobs : undefined }),
  )
  for (const event of replayed(reply)) writer.write(event)
  return Buffer.from(writer.response())
}
