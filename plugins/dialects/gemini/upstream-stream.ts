/** Reads Gemini's stream: server-sent events, each a whole response with the next parts; the end is the end of the bytes. */

import { gatewayError, type Json, type StreamEvent } from '../../../core/index.ts'
import type { Emit } from '../../../core/neutral/reply.ts'
import type { Destination, StreamReader } from '../../../core/neutral/translation.ts'
import { parseExactly } from '../../../core/neutral/json.ts'
import { AnswerReader } from './answer-reader.ts'

export class GeminiStream implements StreamReader {
  readonly #answer: AnswerReader
  readonly #provider: string

  constructor(from: Destination) {
    this.#answer = new AnswerReader(from)
    this.#provider = from.provider
  }

  read(event: StreamEvent, emit: Emit): void {
    const { data } = event
    if (data === undefined || event.isDone) return
    const body = this.#parse(data, emit)
    if (body !== undefined) this.#answer.take(body, emit)
  }

  end(emit: Emit): void {
    if (this.#answer.isFinished) this.#answer.finish(emit)
  }

  #parse(data: string, emit: Emit): Json | undefined {
    try {
      return parseExactly(data)
    } catch (cause) {
      this.#answer.fail(gatewayError('stream_incomplete', `${this.#provider} sent an event that cannot be read`, { provider: this.#provider, cause }), emit)
    }
  }
}
