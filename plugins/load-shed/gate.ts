/** Lets model requests in, or turns them away. */

import { gatewayError, type Exchange, type GatewayError } from '../../core/index.ts'
import type { Limit } from './limit.ts'
import type { Presence } from './presence.ts'

/** What there is too much of. */
export type Reason = 'in_flight' | 'queue' | 'event_loop_delay' | 'heap'

/** What is measured by the clock, and judged whenever it is. */
export interface Gauge {
  readonly reason: Reason
  readonly limit: Limit
}

export interface GateParts {
  readonly presence: Presence
  readonly inFlight: Limit
  readonly queue: Limit
  readonly gauges: readonly Gauge[]
  /** How many calls wait for a connection to one provider, where they are most. */
  longestQueue(): number
  /** Counts a request that was turned away. */
  shed(reason: Reason): void
}

/** One for all: it is made when there is least time for it. */
const overloaded = gatewayError('overloaded', 'the gateway has more to do than it can; try again in a moment', { retryAfterMs: 1000 })

export class Gate {
  readonly #parts: GateParts
  /** With fewer in progress, nothing is wrong. */
  #calmBelow = 0
  /** How many must have been let in before a queue can be too long. */
  #lookAt = 0

  constructor(parts: GateParts) {
    this.#parts = parts
    this.settle()
  }

  /** Asked of every model request. */
  enter(exchange: Exchange): GatewayError | undefined {
    const { presence } = this.#parts
    if (exchange.isAdmitted) return undefined
    if (presence.inFlight >= this.#calmBelow && !isOwn(exchange)) {
      const reason = this.#tooMuch()
      this.settle()
      if (reason !== undefined) return this.#turnAway(reason)
    }
    exchange.isAdmitted = true
    presence.enter()
    return undefined
  }

  leave(exchange: Exchange): void {
    if (!exchange.isAdmitted) return
    exchange.isAdmitted = false
    this.#parts.presence.leave()
  }

  /** To be called when a gauge was judged otherwise than before: while a limit holds, every request is looked at. */
  settle(): void {
    const { inFlight, queue, gauges } = this.#parts
    const isPressed = inFlight.isReached || queue.isReached || gauges.some(({ limit }) => limit.isReached)
    this.#calmBelow = isPressed ? 0 : Math.min(inFlight.value, queue.value)
  }

  #turnAway(reason: Reason): GatewayError {
    this.#parts.shed(reason)
    return overloaded
  }

  #tooMuch(): Reason | undefined {
    const { inFlight, presence, gauges } = this.#parts
    if (inFlight.judge(presence.inFlight)) return 'in_flight'
    return this.#isQueueLong() ? 'queue' : gauges.find(({ limit }) => limit.isReached)?.reason
  }

  /** Each request makes a queue longer by one at most: far from the limit, it is not looked at again soon. */
  #isQueueLong(): boolean {
    const {
      queue,
      presence: { admitted },
      longestQueue,
    } = this.#parts
    if (admitted < this.#lookAt || queue.value === Number.POSITIVE_INFINITY) return false
    const queued = longestQueue()
    const isLong = queue.judge(queued)
    this.#lookAt = isLong ? admitted : admitted + queue.value - queued
    return isLong
  }
}

/** Whether the gateway makes the call itself, for somebody whom it let in: a line of a batch, a guardrail's question. */
function isOwn({ request }: Exchange): boolean {
  return request.remoteAddress === ''
}
