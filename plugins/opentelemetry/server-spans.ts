/** One span for each request that came: from its arrival until its answer has left. */

import { SpanKind, SpanStatusCode, trace, type Attributes, type Context, type Tracer } from '@opentelemetry/api'
import { slot, type Exchange } from '../../core/index.ts'
import { isInner, requestAttributes } from './request-facts.ts'
import { momentOf } from './moments.ts'
import type { Propagation } from './propagation.ts'
import { methodOf, type RouteNames } from './route-names.ts'

export class ServerSpans {
  readonly #tracer: Tracer
  readonly #propagation: Propagation
  readonly #routes: RouteNames
  readonly #contexts = slot<Context>()

  constructor(tracer: Tracer, propagation: Propagation, routes: RouteNames) {
    this.#tracer = tracer
    this.#propagation = propagation
    this.#routes = routes
  }

  /** What is done for the request belongs to it, calls of the gateway to itself too: those have no span, as they came from nobody. */
  begin(exchange: Exchange): void {
    const parent = this.#propagation.parentOf(exchange)
    const context = isInner(exchange) ? parent : trace.setSpan(parent, this.#start(exchange, parent))
    this.#contexts.set(exchange, context)
    exchange.traceHeaders = this.#propagation.headersOf(context)
  }

  contextOf(exchange: Exchange): Context {
    return this.#contexts.get(exchange) ?? this.#propagation.parentOf(exchange)
  }

  /** A request that was refused before any step saw it has its span now. */
  end(exchange: Exchange): void {
    if (isInner(exchange)) return
    if (this.#contexts.get(exchange) === undefined) this.begin(exchange)
    const span = trace.getSpan(this.contextOf(exchange))
    if (span === undefined) return
    const attributes = requestAttributes(exchange, this.#routes)
    span.setAttributes(attributes)
    if (attributes['error.type'] !== undefined) span.setStatus({ code: SpanStatusCode.ERROR })
    span.end(momentOf(exchange.clock, exchange.clock.elapsed()))
  }

  #start(exchange: Exchange, parent: Context): ReturnType<Tracer['startSpan']> {
    const method = methodOf(exchange)
    const route = this.#routes.of(exchange)
    const word = method === '_OTHER' ? 'HTTP' : method
    const attributes: Attributes = { 'http.request.method': method, ...(route === undefined ? {} : { 'http.route': route }) }
    return this.#tracer.startSpan(
      route === undefined ? word : `${word} ${route}`,
      { kind: SpanKind.SERVER, startTime: momentOf(exchange.clock, exchange.startedAt), attributes },
      parent,
    )
  }
}
