/** One phase of a compiled pipeline: a tapable hook built once, synchronous until a tap hands back a promise. */

import { SyncBailHook } from 'tapable'
import { JsonError } from '../document/document.ts'
import { gatewayError, isOverLimit, type GatewayError } from '../errors.ts'
import { kindOfValue } from '../kind-of-value.ts'
import { isPromise } from '../promise.ts'
import type { Attempt } from './attempt.ts'
import type { Exchange } from './exchange.ts'
import { Overdue } from './stoppable.ts'
import type { Plan } from './plan/plan.ts'
import type { PhaseName } from './plan/step.ts'
import { noteFailure, policyFailure, type TapFailure } from './tap-failure.ts'
import { Blocked, Refused } from './verdict.ts'
import { Warning } from './warning.ts'

/** One tap, with everything about it decided. */
export interface Tap<Said> {
  /** The instance's name. */
  readonly name: string
  /** The index of its step in the pipeline. */
  readonly step: number
  readonly call: (exchange: Exchange, attempt: Attempt | undefined) => Said | Warning | Promise<Said | Warning | undefined> | undefined
  /** Whether a value is one that this phase understands. */
  readonly understands: (said: unknown) => boolean
  readonly onError: 'open' | 'closed'
  /** Milliseconds; 0 is no limit. */
  readonly timeoutMs: number
  /** Its edits may still land after its deadline, so that going on would be unsafe. */
  readonly edits: boolean
  /** It applies policy: what it does is traced, and it looks at the calls of clients only. */
  readonly guards: boolean
  /** It does not look at exempt calls. */
  readonly exempts: boolean
}

/** A tap that answered with a promise: those behind it wait. */
class Pending<Said> {
  readonly tap: Tap<Said>
  readonly index: number
  readonly said: Promise<Said | Warning | undefined>
  /** Ends its work, if it asked for a signal. */
  readonly work: AbortController | undefined

  constructor(tap: Tap<Said>, index: number, said: Promise<Said | Warning | undefined>, work: AbortController | undefined) {
    this.tap = tap
    this.index = index
    this.said = said
    this.work = work
  }
}

type Hook<Said> = SyncBailHook<[Exchange, Attempt | undefined], Said | Pending<Said>>

/** What is said in these phases is the reply; in the others it is about an attempt. */
const answers: ReadonlySet<PhaseName> = new Set(['request', 'route', 'prompt', 'lookup'])

const verdicts = 'what block(), warn(), answer() or new Reply() makes'
const understood: Partial<Record<PhaseName, string>> = {
  attempt: 'what refuse() makes',
  recover: "retry(afterMs), next, giveUp or { do: 'answer', reply }",
}

/**
 * A bail hook of tapable's that awaits only what must be awaited: its asynchronous hooks would await every tap. When a tap
 * hands back a promise, the hook bails out with it, and the hook that starts behind that tap goes on when it settles.
 */
export class Phase<Said> {
  readonly name: PhaseName
  readonly taps: readonly Tap<Said>[]
  /** `#from[i]` fires the taps from the i-th on. */
  readonly #from: readonly Hook<Said>[]

  constructor(name: PhaseName, taps: readonly Tap<Said>[]) {
    this.name = name
    this.taps = taps
    this.#from = taps.map((_, start) => this.#hook(start))
  }

  /** Fires the taps in order until one says something. `start` skips the first taps. */
  fire(exchange: Exchange, attempt?: Attempt, start = 0): Said | undefined | Promise<Said | undefined> {
    const hook = this.#from[start]
    if (hook === undefined) return undefined
    const said = hook.call(exchange, attempt)
    return said instanceof Pending ? this.#await(said, exchange, attempt) : said
  }

  #hook(start: number): Hook<Said> {
    const hook: Hook<Said> = new SyncBailHook(['exchange', 'attempt'], this.name)
    for (let index = start; index < this.taps.length; index++) {
      const tap = this.taps[index] as Tap<Said>
      hook.tap(tap.name, (exchange, attempt) => this.#ask(tap, index, exchange, attempt) as Said)
    }
    return hook
  }

  #ask(tap: Tap<Said>, index: number, exchange: Exchange, attempt: Attempt | undefined): Said | Pending<Said> | undefined {
    if ((tap.guards && exchange.origin !== 'client') || (tap.exempts && exchange.isExempt)) return undefined
    let said
    if (tap.timeoutMs > 0) exchange.beginAsking()
    try {
      said =
        tap.guards && exchange.trace !== undefined
          ? exchange.trace.around(exchange, this.name, tap.name, () => tap.call(exchange, attempt))
          : tap.call(exchange, attempt)
    } catch (cause) {
      if (tap.timeoutMs > 0) exchange.endAsking()?.abort(cause)
      return this.#failed(tap, exchange, cause)
    }
    const work = tap.timeoutMs > 0 ? exchange.endAsking() : undefined
    if (said === undefined) return undefined
    return isPromise<Said | Warning | undefined>(said) ? new Pending(tap, index, said, work) : this.#heard(tap, exchange, said)
  }

  async #await(pending: Pending<Said>, exchange: Exchange, attempt: Attempt | undefined): Promise<Said | undefined> {
    const { tap } = pending
    let late: Said | Warning | undefined
    try {
      late = await exchange.orStopped(pending.said, tap.timeoutMs)
    } catch (cause) {
      pending.work?.abort(cause)
      exchange.throwIfStopped()
      this.#failed(tap, exchange, cause, cause instanceof Overdue && tap.edits ? 'closed' : tap.onError)
    }
    const said = late === undefined ? undefined : this.#heard(tap, exchange, late)
    return said ?? this.fire(exchange, attempt, pending.index + 1)
  }

  #heard(tap: Tap<Said>, exchange: Exchange, said: Said | Warning): Said | undefined {
    if (said instanceof Warning) {
      exchange.warn(tap.name, this.name, said)
      return undefined
    }
    if (!tap.understands(said))
      return this.#failed(tap, exchange, new TypeError(`${this.name} returned ${kindOfValue(said)}: expected nothing, or ${understood[this.name] ?? verdicts}`))
    if (answers.has(this.name)) exchange.answeredBy = placeOf(tap, exchange.plan)
    return said
  }

  /** Open: as if the tap had said nothing. Closed: the request ends with an error that names no plugin. */
  #failed(tap: Tap<Said>, exchange: Exchange, thrown: unknown, mode = tap.onError): undefined {
    const verdict = thrown instanceof Blocked ? 'block()' : thrown instanceof Refused ? 'refuse()' : undefined
    const cause = verdict === undefined ? thrown : new TypeError(`${this.name} threw what ${verdict} makes: expected it to be returned`, { cause: thrown })
    const failure: TapFailure = { instance: tap.name, phase: this.name, mode, cause }
    const told = mode === 'closed' ? faultOf(exchange, cause) : undefined
    if (told !== undefined) {
      exchange.failures.push(failure)
      throw told
    }
    noteFailure(exchange, failure)
    if (mode === 'closed') throw policyFailure('request', cause)
    return undefined
  }
}

/** Where a step stands in the exchange's plan, which may by now be another than the one that asked. */
function placeOf({ name, step }: Tap<unknown>, { steps }: Plan): number {
  if (steps[step]?.name === name) return step
  const there = steps.findIndex(other => other.name === name)
  return there < 0 ? step : there
}

/** What was no fault of the tap, as the caller may hear it: a text that it wanted to read, a limit that it ran into. */
function faultOf(exchange: Exchange, cause: unknown): GatewayError | undefined {
  if (cause instanceof JsonError) return unreadable(exchange, cause)
  return isOverLimit(cause) ? cause : undefined
}

/** A text that is not spelled as JSON allows; the scan passes over such corners of long texts. */
function unreadable({ reply }: Exchange, cause: JsonError): GatewayError {
  return reply === undefined
    ? gatewayError('invalid_json', `invalid request body: ${cause.message}`, { cause })
    : gatewayError('bad_upstream_response', 'the provider returned a text that cannot be read', { cause })
}
