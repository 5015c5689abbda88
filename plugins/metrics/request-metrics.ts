/** What is counted and measured of requests that were bound for a provider. */

import { slot, type Attempt, type Exchange, type Instrument, type Meter, type Target } from '../../core/index.ts'
import { memoize } from '../../core/memoize.ts'

const durationBuckets = [0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60]
const overheadBuckets = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1]
const generating: ReadonlySet<string> = new Set(['chat', 'responses', 'messages'])

/** Requests that have all labels but the status in common: their series, found once. */
interface Kind {
  readonly target: Target
  readonly inFlight: (value: number) => void
  readonly duration: (value: number) => void
  readonly firstByte: (value: number) => void
  readonly overhead: (value: number) => void
  /** By status code, behind an `!` if it was an error. */
  readonly requests: Map<string, (value: number) => void>
}

type Metrics = ReturnType<typeof define>

export class RequestMetrics {
  readonly #metrics: Metrics
  /** By provider, endpoint, model, and whether it is a stream: four words are found sooner than put together. */
  readonly #kinds = memoize(() => memoize(() => memoize(() => new Map<boolean, Kind>())))
  /** Where a request is in flight. */
  readonly #flying = slot<Kind>()

  constructor(meter: Meter) {
    this.#metrics = define(meter)
  }

  /** A call is about to start: the request is in flight with its provider. */
  started(exchange: Exchange, { target }: Attempt): void {
    const before = this.#flying.get(exchange)
    const kind = this.#kind(exchange, target)
    if (kind === before) return
    before?.inFlight(-1)
    kind.inFlight(1)
    this.#flying.set(exchange, kind)
  }

  ended(exchange: Exchange): void {
    const kind = this.#flying.get(exchange)
    const last = exchange.attempts.at(-1)
    if (kind === undefined || last === undefined) return
    kind.inFlight(-1)
    if (last.failure?.kind === 'refused' && exchange.attempts.every(isRefused)) return
    measure(exchange, kind, last)
    this.#count(exchange, kind, last)
  }

  #count(exchange: Exchange, kind: Kind, last: Attempt): void {
    const isError = exchange.error !== undefined || exchange.status >= 400
    this.#requests(exchange, kind, statusCode(exchange, last), isError)(1)
    if (exchange.attempts.length > 1 || last.failure !== undefined) this.#countAttempts(exchange.attempts)
    if (!isError && generating.has(exchange.operation)) this.#countSilence(exchange, kind)
  }

  #countAttempts(attempts: readonly Attempt[]): void {
    for (const { kind, target, failure } of attempts) {
      if (kind === 'retry') this.#metrics.retries(1, target.provider.name)
      if (kind === 'failover') this.#metrics.failovers(1, target.provider.name)
      if (failure?.kind === 'empty') this.#metrics.empty(1, target.provider.name, modelOf(target), 'no_choices')
    }
  }

  #countSilence({ usage }: Exchange, { target }: Kind): void {
    const reason = usage === undefined ? 'no_usage' : usage.outputTokens === 0 ? 'no_output' : undefined
    if (reason !== undefined) this.#metrics.empty(1, target.provider.name, modelOf(target), reason)
  }

  #requests(exchange: Exchange, { requests, target }: Kind, status: string, isError: boolean): (value: number) => void {
    const key = isError ? `!${status}` : status
    const known = requests.get(key)
    if (known !== undefined) return known
    const series = this.#metrics.requests.of(
      target.provider.name,
      modelOf(target),
      endpointOf(exchange),
      status,
      isError ? 'error' : 'success',
      String(exchange.streamed),
    )
    requests.set(key, series)
    return series
  }

  #kind(exchange: Exchange, target: Target): Kind {
    const [provider, model, endpoint] = [target.provider.name, modelOf(target), endpointOf(exchange)]
    const kinds = this.#kinds(provider)(endpoint)(model)
    const known = kinds.get(exchange.streamed)
    if (known !== undefined) return known
    const stream = String(exchange.streamed)
    const { inFlight, duration, firstByte, overhead } = this.#metrics
    const kind: Kind = {
      target,
      inFlight: inFlight.of(provider, endpoint, stream),
      duration: duration.of(provider, model, endpoint, stream),
      firstByte: firstByte.of(provider, model),
      overhead: overhead.of(endpoint),
      requests: new Map(),
    }
    kinds.set(exchange.streamed, kind)
    return kind
  }
}

/** The gateway itself refused it: nothing was sent. */
function isRefused({ failure }: Attempt): boolean {
  return failure?.kind === 'refused'
}

function define(meter: Meter) {
  const target = ['provider', 'model']
  return {
    requests: meter.counter('requests_total', 'Requests that were bound for a provider.', [...target, 'endpoint', 'status_code', 'status_type', 'stream']),
    duration: meter.histogram(
      'request_duration_seconds',
      'From arrival to the whole reply, or to the first byte of a stream.',
      [...target, 'endpoint', 'stream'],
      durationBuckets,
    ),
    firstByte: meter.histogram('time_to_first_byte_seconds', 'From arrival to the first byte of the reply.', target, durationBuckets),
    overhead: meter.histogram(
      'gateway_overhead_seconds',
      'What the gateway adds before the first call and behind the last one.',
      ['endpoint'],
      overheadBuckets,
    ),
    empty: meter.counter('empty_responses_total', 'Answers of status 2xx with nothing in them.', [...target, 'reason']),
    retries: meter.counter('retries_total', 'Calls that were repeated.', ['provider']),
    failovers: meter.counter('failovers_total', 'Calls to another target than the first, by the provider that was called instead.', ['provider']),
    inFlight: meter.upDown('requests_in_flight', 'Requests that are under way to a provider, or whose reply is.', ['provider', 'endpoint', 'stream']),
  } satisfies Record<string, Instrument>
}

/** A stream is timed to its first byte, a plain reply to its end, which is when it is counted. */
function measure({ startedAt, firstByteAt, clock, streamed, attempts }: Exchange, kind: Kind, last: Attempt): void {
  const now = clock.elapsed()
  const repliedAt = firstByteAt ?? now
  kind.duration(((streamed ? repliedAt : now) - startedAt) / 1000)
  if (firstByteAt !== undefined) kind.firstByte((firstByteAt - startedAt) / 1000)
  const before = (attempts[0]?.startedAt ?? startedAt) - startedAt
  if (last.settledAt !== undefined) kind.overhead((before + repliedAt - last.settledAt) / 1000)
}

function modelOf({ isListed, model }: Target): string {
  return isListed === true ? model : 'other'
}

/** The path, where the route has only one; callers must not be able to invent labels. */
function endpointOf({ request, operation }: Exchange): string {
  for (const _ in request.params) return operation
  return request.path
}

function statusCode({ status, error }: Exchange, { failure }: Attempt): string {
  const isUnanswered = failure?.kind === 'transport' || failure?.kind === 'timeout'
  return isUnanswered && error !== undefined ? 'network_error' : String(status)
}
