/** Admits calls under all rules that hold for them, or refuses them; gives back the slots of calls that are over, and counts their tokens. */

import { randomUUID } from 'node:crypto'
import {
  gatewayError,
  slot,
  type Claim,
  type Clock,
  type Exchange,
  type GatewayError,
  type Hold,
  type Instrument,
  type State,
  type Target,
} from '../../core/index.ts'
import { admits } from '../../core/services/state.ts'
import type { SpentRecord } from '../../core/services/ledger.ts'
import { isPromise } from '../../core/promise.ts'
import type { Counted, Counting } from './counting.ts'
import { limitHeaders } from './headers.ts'
import { claimOf, waitOf, windowOf, wordsOf, type Meter } from './meter.ts'
import type { RateIndex } from './rate-index.ts'

type Now<T> = T | Promise<T>

/** What a call holds, until it is over. */
interface Grant {
  readonly where: State
  readonly holds: readonly Hold[]
  readonly target: Target | undefined
}

export interface LimiterOptions {
  readonly counting: Counting
  readonly state: State
  readonly clock: Clock
  readonly refused: Instrument
  /** How long a slot is held unless it is renewed; undefined: until it is given back. */
  readonly slotMs: number | undefined
}

export class Limiter {
  index: RateIndex
  readonly #options: LimiterOptions
  readonly #grants = slot<readonly Grant[]>()
  readonly #process = randomUUID()
  #calls = 0
  /** What is held now, by holder. */
  readonly held = new Map<string, readonly Hold[]>()
  /** Until when a target was said to be full, in milliseconds since 1970; in the shared state, which does not answer at once. */
  readonly #fullUntil = new Map<string, number>()

  constructor(index: RateIndex, options: LimiterOptions) {
    this.index = index
    this.#options = options
  }

  /** Counts a call under the rules of its caller and of the first target that takes it. */
  admit(exchange: Exchange): Now<GatewayError | undefined> {
    return this.#admitAt(exchange, this.index.ofCaller(exchange.userPath, exchange.caller?.keyId), 0, undefined)
  }

  /** Counts a call that no model takes under the rules of its caller. Nothing runs that could take a slot. */
  admitObject(exchange: Exchange): Now<GatewayError | undefined> {
    const meters = this.index.ofCaller(exchange.userPath, exchange.caller?.keyId).filter(({ kind }) => kind !== 'concurrent')
    return meters.length === 0 ? undefined : this.#ask(exchange, meters, undefined, refusal => refusal?.error)
  }

  /** Counts a call under the rules of another target than the one it was admitted for. */
  admitTarget(exchange: Exchange, target: Target): Now<GatewayError | undefined> {
    const grants = this.#grants.get(exchange)
    if (grants?.some(grant => isSame(grant.target, target)) === true) return undefined
    const meters = this.index.ofTarget(target.provider.name, target.model)
    return meters.length === 0 ? undefined : this.#ask(exchange, meters, target, refusal => refusal?.error)
  }

  /** The call is over: its slots are free. */
  release(exchange: Exchange): void {
    const grants = this.#grants.get(exchange)
    if (grants === undefined) return
    this.#grants.set(exchange, [])
    for (const { where, holds } of grants) {
      const [first] = holds
      if (first === undefined) continue
      this.held.delete(first.holder)
      this.#options.counting.settle(where, { releases: holds, adds: [] })
    }
  }

  /** Counts the tokens of a call that is over, for its caller and for the target that it went to. */
  count({ user_path: path, auth_key_id: keyId, provider_name: provider, model, total_tokens: tokens, timestamp }: SpentRecord): void {
    if (tokens === null || tokens <= 0) return
    const meters = [...this.index.ofCaller(path, keyId), ...this.index.ofTarget(provider, model)].filter(({ kind }) => kind === 'tokens')
    if (meters.length === 0) return
    const adds = meters.map(meter => {
      const { current, endMs } = windowOf(meter, timestamp)
      return { counter: current, amount: Math.round(tokens), expiresAtMs: endMs + meter.periodMs }
    })
    this.#options.counting.settle(this.#options.state, { releases: [], adds })
  }

  /** Whether a rule of the target would refuse a call now: exactly where this process counts, else as far as was seen. */
  refuses({ provider, model }: Target): boolean {
    const meters = this.index.ofTarget(provider.name, model)
    if (meters.length === 0) return false
    const { state, clock } = this.#options
    const now = clock.now()
    if (state.isShared) return this.#wasFull(`${provider.name}/${model}`, now)
    const claims = meters.map(meter => claimOf(meter, '', now, undefined))
    const standings = state.read(
      claims.map(({ counter, hold }) => ({ ...counter, ...(hold === undefined ? {} : { held: hold.key }) })),
      now,
    )
    return !isPromise(standings) && claims.some((claim, index) => !admits(claim, standings[index] ?? { current: 0, previous: 0, held: 0 }))
  }

  #wasFull(target: string, now: number): boolean {
    const until = this.#fullUntil.get(target) ?? 0
    if (until <= now) this.#fullUntil.delete(target)
    return until > now
  }

  /** Targets that are full are passed over; with none left, the first one's refusal counts. */
  #admitAt(exchange: Exchange, ofCaller: readonly Meter[], index: number, before: GatewayError | undefined): Now<GatewayError | undefined> {
    const target = exchange.targets[index]
    if (target === undefined && index > 0) return before
    const ofTarget = target === undefined ? [] : this.index.ofTarget(target.provider.name, target.model)
    if (ofCaller.length === 0 && ofTarget.length === 0) return this.#go(exchange, index)
    return this.#ask(exchange, [...ofCaller, ...ofTarget], target, refusal => {
      if (refusal === undefined) return this.#go(exchange, index)
      if (target === undefined || refusal.at < ofCaller.length) return refusal.error
      if (this.#options.state.isShared)
        this.#fullUntil.set(`${target.provider.name}/${target.model}`, this.#options.clock.now() + Math.min(refusal.error.retryAfterMs ?? 0, 1000))
      return this.#admitAt(exchange, ofCaller, index + 1, before ?? refusal.error)
    })
  }

  #go(exchange: Exchange, index: number): undefined {
    if (index > 0) exchange.targets = exchange.targets.slice(index)
  }

  /** @param then what to do next; it is given the first refusal, if there was one */
  #ask(
    exchange: Exchange,
    meters: readonly Meter[],
    target: Target | undefined,
    then: (refusal: Refusal | undefined) => Now<GatewayError | undefined>,
  ): Now<GatewayError | undefined> {
    const { clock, counting, slotMs } = this.#options
    const now = clock.now()
    const holder = `${this.#process}:${(this.#calls += 1)}`
    const claims = meters.map(meter => claimOf(meter, holder, now, slotMs))
    const said = counting.claim(claims)
    if (isPromise(said)) return said.then(counted => then(this.#judge({ exchange, meters, target, claims, now }, counted)))
    return then(this.#judge({ exchange, meters, target, claims, now }, said))
  }

  #judge(asked: Asked, counted: Counted | undefined): Refusal | undefined {
    if (counted === undefined) return { at: 0, error: gatewayError('overloaded', 'rate limits cannot be checked now', { retryAfterMs: 1000 }) }
    if (!counted.admitted) return this.#refusal(asked, counted)
    this.#grant(asked, counted)
    return undefined
  }

  #grant({ exchange, claims, meters, target, now }: Asked, { where, standings }: Counted): void {
    const holds = claims.flatMap(({ hold }) => hold ?? [])
    const [first] = holds
    if (first !== undefined && this.#options.slotMs !== undefined) this.held.set(first.holder, holds)
    if (target !== undefined || holds.length > 0) this.#grants.set(exchange, [...(this.#grants.get(exchange) ?? []), { where, holds, target }])
    const headers = exchange.attempts.length === 0 && exchange.forward === undefined ? limitHeaders(meters, standings, now) : []
    if (headers.length > 0) exchange.replyHeaders.push(...headers)
    // The caller may have left while the state was asked.
    if (exchange.completed) this.release(exchange)
  }

  #refusal({ claims, meters, now }: Asked, { standings }: Counted): Refusal {
    const refusing = meters
      .map((meter, at) => ({ meter, at, standing: standings[at], claim: claims[at] }))
      .filter(({ claim, standing }) => claim !== undefined && standing !== undefined && !admits(claim, standing))
    const at = refusing[0]?.at ?? 0
    const meter = meters[at] as Meter
    this.#options.refused(1, meter.rule.scope)
    const waits = refusing.map(each => (each.standing === undefined ? 0 : waitOf(each.meter, each.standing, now)))
    return { at, error: gatewayError('rate_limit_exceeded', `rate limit exceeded: ${wordsOf(meter)}`, { retryAfterMs: Math.max(1, ...waits) }) }
  }
}

interface Asked {
  readonly exchange: Exchange
  readonly meters: readonly Meter[]
  readonly claims: readonly Claim[]
  readonly target: Target | undefined
  readonly now: number
}

interface Refusal {
  /** The index of the meter that refuses. */
  readonly at: number
  readonly error: GatewayError
}

function isSame(one: Target | undefined, other: Target): boolean {
  return one !== undefined && one.provider === other.provider && one.model === other.model
}
