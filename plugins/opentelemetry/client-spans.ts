/** One span for each call to a provider whose answer comes whole, for each stream that failed before it began, and for each that nobody asked for. */

import { SpanKind, SpanStatusCode, trace, type Attributes, type Context, type Span, type Tracer } from '@opentelemetry/api'
import type { Attempt, Exchange } from '../../core/index.ts'
import { answerAttributes } from './answer-facts.ts'
import { callAttributes, errorType, isToldWhole, modelOf, operationOf } from './call-facts.ts'
import { contentAttributes } from './content.ts'
import { momentOf } from './moments.ts'

export class ClientSpans {
  readonly #tracer: Tracer
  readonly #capturesContent: boolean
  /** Of calls that are under way, or whose answer is. */
  readonly #open = new WeakMap<Attempt, Span>()

  constructor(tracer: Tracer, capturesContent: boolean) {
    this.#tracer = tracer
    this.#capturesContent = capturesContent
  }

  /** @param parent the request's. @returns in what the call is made: a stream, in the request itself */
  begin(exchange: Exchange, attempt: Attempt, parent: Context): Context {
    if (exchange.streamed) return parent
    const span = this.#start(exchange, attempt, parent)
    this.#open.set(attempt, span)
    return trace.setSpan(parent, span)
  }

  /** A call that failed is over; what an answer says is read when it leaves. A span that is not ended goes nowhere. */
  settled(exchange: Exchange, attempt: Attempt, parent: Context): void {
    const error = errorType(exchange, attempt)
    if (error === undefined || !isToldWhole(exchange, attempt)) return
    const span = this.#open.get(attempt) ?? this.#start(exchange, attempt, parent)
    const status = attempt.failure?.status
    span.setStatus({ code: SpanStatusCode.ERROR })
    this.#end(exchange, attempt, span, {
      'error.type': error,
      ...(status === undefined ? {} : { 'http.response.status_code': status }),
      ...this.#contentOf(exchange),
    })
  }

  /** Of a stream, too, if nobody knew beforehand that it would be one: the provider was told this span. */
  completed(exchange: Exchange): void {
    const last = exchange.attempts.at(-1)
    const span = last === undefined ? undefined : this.#open.get(last)
    if (last === undefined || span === undefined || last.outcome !== 'established' || !span.isRecording()) return
    this.#end(exchange, last, span, { ...answerAttributes(exchange), ...this.#contentOf(exchange) })
  }

  #start(exchange: Exchange, attempt: Attempt, parent: Context): Span {
    return this.#tracer.startSpan(nameOf(exchange, attempt), { kind: SpanKind.CLIENT, startTime: momentOf(exchange.clock, attempt.startedAt) }, parent)
  }

  /** By now it is known in which dialect the provider was spoken to. */
  #end(exchange: Exchange, attempt: Attempt, span: Span, attributes: Attributes): void {
    const { clock, streamed } = exchange
    span.updateName(nameOf(exchange, attempt))
    span.setAttributes({ ...callAttributes(exchange, attempt, modelOf(attempt)), 'gen_ai.request.stream': streamed, ...attributes })
    const isFlowing = streamed && attempt.outcome === 'established'
    span.end(momentOf(clock, isFlowing ? clock.elapsed() : (attempt.settledAt ?? clock.elapsed())))
    this.#open.delete(attempt)
  }

  #contentOf(exchange: Exchange): Attributes {
    return this.#capturesContent ? contentAttributes(exchange) : {}
  }
}

function nameOf(exchange: Exchange, attempt: Attempt): string {
  return `${operationOf(exchange, attempt)} ${modelOf(attempt)}`.trimEnd()
}
