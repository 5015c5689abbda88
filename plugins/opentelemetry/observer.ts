/** What the gateway does, as spans and measures: the taps of the plugin, once there is somewhere to send them. */

import type { Attempt, Exchange, Pipelines } from '../../core/index.ts'
import { ClientSpans } from './client-spans.ts'
import { Measures } from './measures.ts'
import { Propagation } from './propagation.ts'
import { RouteNames } from './route-names.ts'
import { ServerSpans } from './server-spans.ts'
import type { Options } from './settings.ts'
import type { Telemetry } from './telemetry.ts'

interface Spans {
  readonly propagation: Propagation
  readonly requests: ServerSpans
  readonly calls: ClientSpans
}

export class Observer {
  readonly #spans: Spans | undefined
  readonly #measures: Measures | undefined

  constructor({ tracer, meter }: Telemetry, { propagators, capture_message_content: capturesContent }: Options, pipelines: Pick<Pipelines, 'routes'>) {
    const routes = new RouteNames(pipelines)
    const propagation = new Propagation(propagators)
    this.#spans =
      tracer === undefined
        ? undefined
        : { propagation, requests: new ServerSpans(tracer, propagation, routes), calls: new ClientSpans(tracer, capturesContent) }
    this.#measures = meter === undefined ? undefined : new Measures(meter, routes)
  }

  arrived(exchange: Exchange): void {
    this.#spans?.requests.begin(exchange)
    this.#measures?.begun(exchange)
  }

  /** The call carries the trace on. */
  started(exchange: Exchange, attempt: Attempt): void {
    if (this.#spans === undefined) return
    const { requests, calls, propagation } = this.#spans
    attempt.headerEdits.push(propagation.editsFor(calls.begin(exchange, attempt, requests.contextOf(exchange))))
  }

  settled(exchange: Exchange, attempt: Attempt): void {
    this.#spans?.calls.settled(exchange, attempt, this.#spans.requests.contextOf(exchange))
    this.#measures?.settled(exchange, attempt)
  }

  completed(exchange: Exchange): void {
    this.#spans?.calls.completed(exchange)
  }

  finished(exchange: Exchange): void {
    this.#spans?.requests.end(exchange)
    this.#measures?.finished(exchange)
  }
}
