/** One attempt: a call to one target, until its reply is established, it failed, or the caller left. */

import { GatewayError, gatewayError } from '../errors.ts'
import type { Attempt, Failure } from '../pipeline/attempt.ts'
import type { Exchange } from '../pipeline/exchange.ts'
import type { Timer } from '../services/clock.ts'
import { isPromise } from '../promise.ts'
import { isWorthAnother } from './again.ts'
import { bodyReader } from './bodies/body-reader.ts'
import { timeoutFailure, transportFailure } from './failure.ts'
import { FellSilent } from './bodies/fell-silent.ts'
import { outgoingCall } from './outgoing.ts'
import type { BodyReader, Outcome, Reading } from './bodies/reading.ts'
import { Reply } from './reply.ts'
import { forgetRelayed, relayHeaders } from './headers/relayed-headers.ts'
import { imagesFor, wantsImages } from './images/remote-images.ts'
import type { Call, OutgoingCall, ReplyHeaders, ReplyListener } from './transport/transport.ts'

/** How long a provider may take to end its reply when its answer is complete. */
const lingerMs = 1_000

/**
 * Makes the call. Resolves once the outcome is certain: a plain reply when it is whole, a stream with its first event.
 */
export function send(exchange: Exchange, attempt: Attempt): Promise<Outcome> {
  forgetRelayed(exchange)
  return wantsImages(attempt.target.provider) ? sendWithImages(exchange, attempt) : sendTaught(exchange, attempt)
}

async function sendWithImages(exchange: Exchange, attempt: Attempt): Promise<Outcome> {
  try {
    attempt.images = await imagesFor(exchange, attempt)
  } catch (cause) {
    const error: unknown = exchange.signal.aborted ? exchange.signal.reason : cause
    if (error instanceof GatewayError) return { kind: 'refused', error, text: '' }
    if (exchange.signal.aborted) return undefined
    throw cause
  }
  return await sendTaught(exchange, attempt)
}

function sendTaught(exchange: Exchange, attempt: Attempt): Promise<Outcome> {
  return new Promise(resolve => {
    const settle = (outcome: Outcome) => {
      if (outcome === undefined || outcome instanceof Reply) return resolve(outcome)
      // Not at once: whoever reads the refusal is amid its work.
      resolve(Promise.resolve(outcome).then(failure => orAnother(exchange, attempt, failure)))
    }
    new Sending(exchange, attempt, settle).start()
  })
}

/** The failure, or what the same call comes to where it is worth another. */
function orAnother(exchange: Exchange, attempt: Attempt, failure: Failure): Failure | Promise<Outcome> {
  if (!isWorthAnother(exchange, attempt, failure)) return failure
  failure.reply?.stream?.abort()
  forgetRelayed(exchange)
  return new Promise(resolve => new Sending(exchange, attempt, resolve).start())
}

class Sending implements ReplyListener, Call {
  readonly #exchange: Exchange
  readonly #attempt: Attempt
  readonly #resolve: (outcome: Outcome) => void
  #call: Call | undefined
  #reader: BodyReader | undefined
  #settled = false
  #over = false
  #paused = false
  /** Whether the first byte of an answer that flows is there. */
  #hasBegun = false
  #lastByteAt = 0
  #timer: Timer | undefined
  #stay: (() => void) | undefined

  constructor(exchange: Exchange, attempt: Attempt, resolve: (outcome: Outcome) => void) {
    this.#exchange = exchange
    this.#attempt = attempt
    this.#resolve = resolve
  }

  start(): void {
    const { responseHeaderMs, totalMs } = this.#limits()
    const waitMs = this.#exchange.streamed || totalMs === 0 ? responseHeaderMs : Math.min(responseHeaderMs || totalMs, totalMs)
    this.#arm(waitMs, () => this.#silent(waitMs, this.#reader?.flows === true ? 'event' : 'response'))
    this.#stay = this.#exchange.whenStopped(reason => this.#stop(reason))
    try {
      const outgoing = this.#outgoing()
      if (isPromise(outgoing)) outgoing.then(call => this.#leave(call)).catch((cause: unknown) => this.#unsent(cause))
      else this.#leave(outgoing)
    } catch (cause) {
      this.#unsent(cause)
    }
  }

  /** Time may be up, or the caller gone, before the call is ready. */
  #leave(call: OutgoingCall): void {
    if (!this.#over) this.#call = this.#attempt.target.provider.send(call, this)
  }

  #unsent(cause: unknown): void {
    this.#fail(cause instanceof GatewayError ? { kind: 'refused', error: cause, text: '' } : transportFailure(this.#name(), asError(cause)))
  }

  /** What fails before a byte is sent is no failure of the provider, but of its type, its dialect or the gateway. @throws GatewayError */
  #outgoing(): OutgoingCall | Promise<OutgoingCall> {
    try {
      return outgoingCall(this.#exchange, this.#attempt)
    } catch (cause) {
      if (cause instanceof GatewayError) throw cause
      this.#exchange.log.error({ provider: this.#name(), err: cause }, 'the call to a provider could not be made')
      throw gatewayError('internal_error', 'The gateway failed; the request id leads to the reason in its log', { cause })
    }
  }

  onHead(status: number, headers: ReplyHeaders): void {
    if (this.#over) return
    const reading: Reading = {
      exchange: this.#exchange,
      attempt: this.#attempt,
      status,
      headers,
      call: this,
      settle: outcome => this.#settle(outcome),
      concluded: () => this.#leaveOff(),
    }
    relayHeaders(this.#exchange, this.#attempt, headers)
    this.#reader = bodyReader(reading)
    if (!this.#over && !this.#reader.flows) this.#limitTotal()
  }

  onData(chunk: Buffer): void {
    if (this.#over) return
    this.#lastByteAt = this.#exchange.clock.elapsed()
    if (!this.#hasBegun && this.#reader?.flows === true) this.#watchSilence()
    this.#reader?.data(chunk)
  }

  onEnd(): void {
    if (this.#over) return
    this.#finish()
    this.#reader?.end()
  }

  onError(cause: Error): void {
    if (this.#over) return
    this.#finish()
    if (this.#reader === undefined)
      this.#settle(
        cause instanceof GatewayError ? { kind: 'transport', error: cause, text: cause.message.toLowerCase() } : transportFailure(this.#name(), cause),
      )
    else this.#reader.broken(gatewayError('stream_incomplete', `${this.#name()} broke off its answer`, { provider: this.#name(), cause }))
  }

  pause(): void {
    this.#paused = true
    this.#call?.pause()
  }

  resume(): void {
    this.#paused = false
    this.#lastByteAt = this.#exchange.clock.elapsed()
    this.#call?.resume()
  }

  abort(): void {
    if (this.#over) return
    this.#finish()
    this.#call?.abort()
  }

  #limits(): { readonly responseHeaderMs: number; readonly totalMs: number } {
    const { limitMs } = this.#attempt
    const { responseHeaderMs, totalMs } = this.#exchange.plan.limits
    return limitMs === undefined
      ? { responseHeaderMs, totalMs }
      : { responseHeaderMs: Math.min(limitMs, responseHeaderMs || limitMs), totalMs: Math.min(limitMs, totalMs || limitMs) }
  }

  #name(): string {
    return this.#attempt.target.provider.name
  }

  #settle(outcome: Outcome): void {
    if (this.#settled) return
    this.#settled = true
    this.#resolve(outcome)
  }

  #fail(failure: Failure): void {
    this.abort()
    this.#settle(failure)
  }

  /** The client left, or the gateway must end: then the stream breaks, and whoever has it says so. */
  #stop(reason: Error): void {
    this.abort()
    if (!(reason instanceof GatewayError)) return this.#settle(undefined)
    if (this.#settled) this.#reader?.broken(reason)
    else this.#settle({ kind: 'refused', error: reason, text: '' })
  }

  #finish(): void {
    this.#over = true
    this.#timer?.cancel()
    this.#stay?.()
  }

  /** A connection whose call comes to its end is used again; one that the provider keeps open is given up. */
  #leaveOff(): void {
    if (this.#over) return
    if (this.#paused) this.resume()
    this.#arm(lingerMs, () => this.abort())
  }

  #arm(ms: number, expired: () => void): void {
    this.#timer?.cancel()
    this.#timer = ms > 0 ? this.#exchange.clock.after(ms, expired) : undefined
  }

  /** A plain answer must be whole within the total limit, counted from the start of the attempt: often the very timer that runs. */
  #limitTotal(): void {
    const { totalMs, responseHeaderMs } = this.#limits()
    if (totalMs === responseHeaderMs && !this.#exchange.streamed) return
    const left = totalMs - (this.#exchange.clock.elapsed() - this.#attempt.startedAt)
    if (totalMs > 0) this.#arm(Math.max(left, 1), () => this.#fail(timeoutFailure(this.#name(), totalMs, 'complete response')))
    else this.#timer?.cancel()
  }

  /**
   * A stream may take as long as it likes, but not fall silent: from its first byte on, for which the provider has as long as for its headers.
   * One timer looks at the time of the last byte.
   */
  #watchSilence(): void {
    this.#hasBegun = true
    const idleMs = this.#exchange.plan.limits.streamIdleMs
    if (idleMs === 0) return this.#timer?.cancel()
    const look = () => {
      const quietMs = this.#exchange.clock.elapsed() - this.#lastByteAt
      if (this.#paused || quietMs < idleMs) return this.#arm(this.#paused ? idleMs : idleMs - quietMs, look)
      this.#silent(idleMs, 'event')
    }
    this.#arm(idleMs, look)
  }

  /** @param missing what did not come in time */
  #silent(waitedMs: number, missing: 'response' | 'event'): void {
    this.abort()
    if (!this.#settled) return this.#settle(timeoutFailure(this.#name(), waitedMs, missing))
    this.#reader?.broken(new FellSilent(this.#name(), waitedMs))
  }
}

function asError(cause: unknown): Error {
  return cause instanceof Error ? cause : new Error(String(cause))
}
