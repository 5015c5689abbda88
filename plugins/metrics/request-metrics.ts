/** What is counted and measured of requests that were bound for a provider (admin 10). */

import { slot, type Attempt, type Exchange, type Meter, type Target } from '../../core/index.ts'

const durationBuckets = [0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60]
const overheadBuckets = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1]
const generating: ReadonlySet<string> = new Set(['chat', 'responses', 'messages'])

export class RequestMetrics {
  readonly #requests
  readonly #duration
  readonly #firstByte
  readonly #overhead
  readonly #empty
  readonly #retries
  readonly #failovers
  readonly #inFlight: InFlight
  readonly #flying = slot<Flying>()

  constructor(meter: Meter) {
    const target = ['provider', 'model']
    this.#requests = meter.counter('requests_total', 'Requests that were bound for a provider.', [...target, 'endpoint', 'status_code', 'status_type', 'stream'])
    this.#duration = meter.histogram('request_duration_seconds', 'From arrival to the whole reply, or to the first byte of a stream.', [...target, 'endpoint', 'stream'], durationBuckets)
    this.#firstByte = meter.histogram('time_to_first_byte_seconds', 'From arrival to the first byte of the reply.', target, durationBuckets)
    this.#overhead = meter.histogram('gateway_overhead_seconds', 'What the gateway adds before the first call and behind the last one.', ['endpoint'], overheadBuckets)
    this.#empty = meter.counter('empty_responses_total', 'Answers of status 2xx with nothing in them.', [...target, 'reason'])
    this.#retries = meter.counter('retries_total', 'Calls that were repeated.', ['provider'])
    this.#failovers = meter.counter('failovers_total', 'Calls to another target than the first, by the provider that was called instead.', ['provider'])
    this.#inFlight = new InFlight(meter.gauge('requests_in_flight', 'Requests that are under way to a provider, or whose reply is.', ['provider', 'endpoint', 'stream']))
  }

  /** A call is about to start: the request is in flight with its provider. */
  started(exchange: Exchange, { target }: Attempt): void {
    const before = this.#flying.get(exchange)
    if (before?.provider === target.provider.name) return
    if (before !== undefined) this.#inFlight.change(-1, before)
    const flying = this.#inFlight.find(target.provider.name, endpointOf(exchange), exchange.streamed)
    this.#flying.set(exchange, flying)
    this.#inFlight.change(1, flying)
  }

  ended(exchange: Exchange): void {
    const flying = this.#flying.get(exchange)
    if (flying !== undefined) this.#inFlight.change(-1, flying)
    const { attempts, reply } = exchange
    const last = attempts.at(-1)
    if (last === undefined) return
    const labels = labelsOf(reply?.target ?? last.target)
    this.#time(exchange, labels, last)
    this.#count(exchange, labels, last)
  }

  #time(exchange: Exchange, labels: readonly [string, string], last: Attempt): void {
    const { startedAt, firstByteAt, clock, streamed, attempts } = exchange
    const endpoint = endpointOf(exchange)
    const repliedAt = firstByteAt ?? clock.elapsed()
    const seconds = (repliedAt - startedAt) / 1000
    this.#duration(streamed ? seconds : (clock.elapsed() - startedAt) / 1000, ...labels, endpoint, String(streamed))
    if (firstByteAt !== undefined) this.#firstByte(seconds, ...labels)
    const before = (attempts[0]?.startedAt ?? startedAt) - startedAt
    if (last.settledAt !== undefined) this.#overhead((before + repliedAt - last.settledAt) / 1000, endpoint)
  }

  #count(exchange: Exchange, labels: readonly [string, string], last: Attempt): void {
    const { error, status, streamed, attempts } = exchange
    const isError = error !== undefined || status >= 400
    this.#requests(1, ...labels, endpointOf(exchange), statusCode(exchange, last), isError ? 'error' : 'success', String(streamed))
    for (const { kind, target, failure } of attempts) {
      if (kind === 'retry') this.#retries(1, target.provider.name)
      if (kind === 'failover') this.#failovers(1, target.provider.name)
      if (failure?.kind === 'empty') this.#empty(1, ...labelsOf(target), 'no_choices')
    }
    if (!isError && generating.has(exchange.operation)) this.#countSilence(exchange, labels)
  }

  #countSilence({ usage }: Exchange, labels: readonly [string, string]): void {
    if (usage === undefined) this.#empty(1, ...labels, 'no_usage')
    else if (usage.outputTokens === 0) this.#empty(1, ...labels, 'no_output')
  }
}

/** How many requests of one kind are under way. */
interface Flying {
  readonly provider: string
  readonly endpoint: string
  readonly stream: string
  count: number
}

/** A gauge that is counted up and down. */
class InFlight {
  readonly #kinds = new Map<string, Flying>()
  readonly #set: (value: number, ...labels: string[]) => void

  constructor(set: (value: number, ...labels: string[]) => void) {
    this.#set = set
  }

  find(provider: string, endpoint: string, streamed: boolean): Flying {
    const key = `${provider} ${endpoint} ${streamed}`
    const known = this.#kinds.get(key)
    if (known !== undefined) return known
    const flying = { provider, endpoint, stream: String(streamed), count: 0 }
    this.#kinds.set(key, flying)
    return flying
  }

  change(by: 1 | -1, flying: Flying): void {
    flying.count += by
    this.#set(flying.count, flying.provider, flying.endpoint, flying.stream)
  }
}

function labelsOf(target: Target): readonly [string, string] {
  return [target.provider.name, target.isListed === true ? target.model : 'other']
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
