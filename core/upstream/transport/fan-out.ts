/** One request that takes several calls: they run side by side, and their plain replies come back as one JSON array. */

import type { Call, OutgoingCall, ReplyHeaders, ReplyListener } from './transport.ts'

type Send = (call: OutgoingCall, listener: ReplyListener) => Call

/** Makes the calls. The first that fails ends the others, and is the reply. */
export function fanOut(send: Send, { further = [], ...first }: OutgoingCall, listener: ReplyListener): Call {
  const calls = [first, ...further.map(body => ({ ...first, headers: [...first.headers], body }))]
  const replies = calls.map(() => new Part())
  const running: Call[] = []
  let missing = calls.length
  const abort = () => {
    for (const call of running) call.abort()
  }
  const fail = (part: Part) => {
    abort()
    listener.onHead(part.status, part.headers)
    listener.onData(part.body)
    listener.onEnd()
  }
  for (const [index, call] of calls.entries()) {
    const part = replies[index] as Part
    running.push(
      send(call, {
        onHead: (status, headers) => {
          part.head(status, headers)
        },
        onData: chunk => {
          part.chunks.push(chunk)
        },
        onEnd: () => {
          if (part.status >= 300) return fail(part)
          missing -= 1
          if (missing === 0) finish(replies, listener)
        },
        onError: cause => {
          if (part.status >= 300) return fail(part)
          abort()
          if (part.status > 0) listener.onHead(part.status, part.headers)
          listener.onError(cause)
        },
      }),
    )
  }
  return { pause: () => {}, resume: () => {}, abort }
}

function finish(replies: readonly Part[], listener: ReplyListener): void {
  const [first] = replies
  const { 'content-length': _length, ...headers } = first?.headers ?? {}
  listener.onHead(200, headers)
  listener.onData(
    Buffer.concat([Buffer.from('['), ...replies.flatMap(({ body }, index) => (index === 0 ? [body] : [Buffer.from(','), body])), Buffer.from(']')]),
  )
  listener.onEnd()
}

/** The reply to one of the calls. */
class Part {
  status = 0
  headers: ReplyHeaders = {}
  readonly chunks: Buffer[] = []

  head(status: number, headers: ReplyHeaders): void {
    this.status = status
    this.headers = headers
  }

  get body(): Buffer {
    return Buffer.concat(this.chunks)
  }
}
