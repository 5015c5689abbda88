/** What is measured of requests and of calls to providers, as the semantic conventions name it. */

import type { Attributes, Histogram, Meter } from '@opentelemetry/api'
import { headerIn, slot, type Attempt, type Exchange } from '../../core/index.ts'
import { callAttributes, errorType, isToldWhole, wasMade } from './call-facts.ts'
import { isInner, requestAttributes } from './request-facts.ts'
import type { RouteNames } from './route-names.ts'

const requestSeconds = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10]
const callSeconds = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92]
const chunkSeconds = [0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10]
const bodyBytes = [0, 100, 1000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000]

export class Measures {
  readonly #routes: RouteNames
  readonly #requests: Histogram
  readonly #requestBodies: Histogram
  readonly #responseBodies: Histogram
  readonly #calls: Histogram
  readonly #firstChunks: Histogram
  readonly #sent = slot<{ bytes: number }>()

  constructor(meter: Meter, routes: RouteNames) {
    const histogram = (name: string, unit: string, description: string, bounds: number[]) =>
      meter.createHistogram(name, { unit, description, advice: { explicitBucketBoundaries: bounds } })
    this.#routes = routes
    this.#requests = histogram('http.server.request.duration', 's', 'From the arrival of a request until its answer has left.', requestSeconds)
    this.#requestBodies = histogram('http.server.request.body.size', 'By', 'Of the bodies of requests.', bodyBytes)
    this.#responseBodies = histogram('http.server.response.body.size', 'By', 'Of the bodies of answers.', bodyBytes)
    this.#calls = histogram(
      'gen_ai.client.operation.duration',
      's',
      'Of calls to providers whose answer comes whole, and of streams that failed before they began.',
      callSeconds,
    )
    this.#firstChunks = histogram(
      'gen_ai.client.operation.time_to_first_chunk',
      's',
      'From the start of a call until the first event of its stream.',
      chunkSeconds,
    )
  }

  begun(exchange: Exchange): void {
    if (isInner(exchange)) return
    const sent = { bytes: 0 }
    this.#sent.set(exchange, sent)
    exchange.copyTo(bytes => {
      sent.bytes += bytes.length
    })
  }

  settled(exchange: Exchange, attempt: Attempt): void {
    const seconds = ((attempt.settledAt ?? exchange.clock.elapsed()) - attempt.startedAt) / 1000
    if (isToldWhole(exchange, attempt)) this.#calls.record(seconds, seriesOf(exchange, attempt))
    else if (wasMade(attempt) && attempt.outcome === 'established') this.#firstChunks.record(seconds, seriesOf(exchange, attempt))
  }

  finished(exchange: Exchange): void {
    if (isInner(exchange)) return
    const attributes = requestAttributes(exchange, this.#routes)
    const given = givenBytes(exchange)
    this.#requests.record((exchange.clock.elapsed() - exchange.startedAt) / 1000, attributes)
    if (given !== undefined) this.#requestBodies.record(given, attributes)
    this.#responseBodies.record(this.#sentBytes(exchange), attributes)
  }

  #sentBytes(exchange: Exchange): number {
    const counted = this.#sent.get(exchange)?.bytes ?? 0
    return counted > 0 ? counted : Number(headerIn(exchange.sentHeaders, 'Content-Length') ?? 0)
  }
}

/** Callers must not be able to invent series: models that no provider lists are one. */
function seriesOf(exchange: Exchange, attempt: Attempt): Attributes {
  const { isListed, model } = attempt.target
  const error = errorType(exchange, attempt)
  return { ...callAttributes(exchange, attempt, isListed === true ? model : 'other'), ...(error === undefined ? {} : { 'error.type': error }) }
}

/** As it came; undefined where nobody knows, or none came. */
function givenBytes({ request: { headers }, body, bytes }: Exchange): number | undefined {
  const declared = headers['content-length']
  const given = typeof declared === 'string' ? Number(declared) : (body?.bytes.length ?? bytes?.length)
  return given === 0 ? undefined : given
}
