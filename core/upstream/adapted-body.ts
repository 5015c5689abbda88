/** The answer to an adapted operation: read whole, and handed on as OpenAI would have spelled it. */

import { GatewayError, gatewayError } from '../errors.ts'
import type { AdaptedReply } from '../plugin/adapter.ts'
import type { Adaptation } from './adaptation.ts'
import { emptyFailure, faultFailure, transportFailure } from './failure.ts'
import type { BodyReader, Reading } from './reading.ts'
import { Reply } from './reply.ts'
import { reportLosses } from './report-losses.ts'
import { RunningStream } from './running-stream.ts'

/** What is held of an answer: speech in hexadecimal digits takes twice its size. */
const heldLimit = 64 * 1024 * 1024

export class AdaptedBody implements BodyReader {
  readonly flows = false
  readonly #reading: Reading
  readonly #chunks: Buffer[] = []
  #bytes = 0

  constructor(reading: Reading) {
    this.#reading = reading
  }

  data(chunk: Buffer): void {
    this.#chunks.push(chunk)
    this.#bytes += chunk.length
    if (this.#bytes <= heldLimit) return
    const { call, settle, attempt: { target: { provider: { name: provider } } } } = this.#reading
    call.abort()
    settle({ kind: 'empty', error: gatewayError('response_too_large', `${provider} sent more than ${heldLimit} bytes, which must be seen whole`, { provider }), text: '' })
  }

  end(): void {
    const { attempt: { target, adaptation }, settle } = this.#reading
    const { name: provider } = target.provider
    if (this.#bytes === 0) return settle(emptyFailure(provider, 'empty response'))
    if (adaptation === undefined) throw new TypeError('the attempt adapts nothing')
    try {
      this.#settle(adaptation.reply(Buffer.concat(this.#chunks)), adaptation)
    } catch (cause) {
      settle(faultFailure(cause instanceof GatewayError ? cause : gatewayError('bad_upstream_response', `${provider}: the provider's answer cannot be read`, { provider, cause })))
    }
  }

  broken(_error: GatewayError, cause: Error): void {
    this.#reading.settle(transportFailure(this.#reading.attempt.target.provider.name, cause))
  }

  #settle({ type, body, usage }: AdaptedReply, { losses }: Adaptation): void {
    const { attempt: { target }, exchange, settle, call } = this.#reading
    reportLosses(exchange, target.provider, losses)
    exchange.readUsageFrom(() => usage)
    const headers = ['Content-Type', type]
    if (type.startsWith('application/json')) {
      const reply = new Reply({ status: 200, headers, body, target })
      return settle(exchange.dialect === undefined ? reply : reply.readAs(exchange.dialect, exchange.operation))
    }
    // What is no document goes by as bytes, so that nobody tries to read it.
    const stream = new RunningStream(call)
    stream.put(body)
    stream.finish()
    return settle(new Reply({ status: 200, headers: [...headers, 'Content-Length', String(body.length)], stream, framing: 'bytes', target }))
  }
}
