/** The breaker itself: three states, and a permit for each call so that what comes late counts for nothing. */

import type { Clock } from '../../core/index.ts'
import type { BreakerNews, BreakerRules, BreakerState, Standing } from './standing.ts'

export interface BreakerListeners {
  /** @param isOwn whether this process saw why, and not another one that told */
  changed(state: BreakerState, isOwn: boolean): void
  /** Something that others must know. */
  news?(news: BreakerNews): void
}

/** Leave to make one call. Its holder reports how the call ended, in one of four words. */
export class Permit {
  readonly isProbe: boolean
  /** Of the breaker's state when it was given; a permit of an earlier generation is void. */
  readonly generation: number
  readonly #breaker: Breaker

  constructor(breaker: Breaker, generation: number, isProbe: boolean) {
    this.#breaker = breaker
    this.generation = generation
    this.isProbe = isProbe
  }

  succeeded(): void {
    this.#breaker.succeeded(this)
  }

  failed(): void {
    this.#breaker.failed(this)
  }

  /** The provider refuses everything for a while: opens at once. */
  tripped(forMs: number): void {
    this.#breaker.tripped(this, forMs)
  }

  /** The call says nothing of the provider. */
  giveBack(): void {
    this.#breaker.takeBack(this)
  }
}

export class Breaker {
  readonly #rules: BreakerRules
  readonly #clock: Clock
  readonly #listeners: BreakerListeners
  #state: BreakerState = 'closed'
  #generation = 0
  /** As that of a standing. */
  #count = 0
  #openUntil = 0
  #probe: Permit | undefined
  /** When a probe that never reported is forgotten. */
  #probeUntil = 0
  /** While closed, all calls share one permit. */
  #shared = new Permit(this, 0, false)

  constructor(rules: BreakerRules, clock: Clock, listeners: BreakerListeners) {
    this.#rules = rules
    this.#clock = clock
    this.#listeners = listeners
  }

  get state(): BreakerState {
    return this.#state
  }

  /** How long a refused caller should wait. */
  get waitMs(): number {
    const until = this.#state === 'open' ? this.#openUntil : this.#probeUntil
    return Math.max(0, until - this.#clock.elapsed())
  }

  /** Forgets what happened. Calls that are under way count for nothing. */
  reset(): void {
    if (this.#state !== 'closed' || this.#count > 0) this.#become('closed', true)
  }

  /** Stands as it does with all. @param isOwn whether what this process told made it so */
  take({ state, count, untilMs }: Standing, isOwn: boolean): void {
    const openMs = untilMs - this.#clock.now()
    // Whoever asks finds it half-open, as it is here.
    if (state === 'open' && this.#state === 'half-open' && openMs <= 0) return
    if (state === 'open') this.#openUntil = this.#clock.elapsed() + openMs
    if (state !== this.#state) this.#become(state, isOwn)
    this.#count = count
  }

  /** Asks to make a call; undefined if it must not be made. */
  enter(): Permit | undefined {
    if (this.#state === 'closed') return this.#shared
    const now = this.#clock.elapsed()
    if (this.#state === 'open' && now >= this.#openUntil) this.#become('half-open', true)
    if (this.#state === 'open' || (this.#probe !== undefined && now < this.#probeUntil)) return undefined
    this.#probeUntil = now + this.#rules.timeoutMs
    return (this.#probe = new Permit(this, ++this.#generation, true))
  }

  /** A probe that was given leave for here is sent. */
  probing(): void {
    this.#listeners.news?.({ did: 'probe' })
  }

  /** Another process sends the probe that was given leave for here; nobody asks again for so long. */
  leaveProbe(permit: Permit, forMs: number): void {
    if (this.#probe === permit) this.#probeUntil = this.#clock.elapsed() + forMs
  }

  succeeded(permit: Permit): void {
    if (permit.generation !== this.#generation) return
    this.#probe = undefined
    if (permit.isProbe) return this.#passed()
    if (this.#count > 0) this.#listeners.news?.({ did: 'succeed' })
    this.#count = 0
  }

  failed(permit: Permit): void {
    if (permit.generation !== this.#generation) return
    if (permit.isProbe || ++this.#count >= this.#rules.failureThreshold) this.#open(this.#rules.timeoutMs)
    else this.#listeners.news?.({ did: 'fail' })
  }

  tripped(permit: Permit, forMs: number): void {
    if (permit.generation === this.#generation) this.#open(forMs === 0 ? this.#rules.timeoutMs : forMs)
  }

  takeBack(permit: Permit): void {
    if (permit.generation === this.#generation) this.#probe = undefined
  }

  #passed(): void {
    if (++this.#count >= this.#rules.successThreshold) this.#become('closed', true)
    this.#listeners.news?.({ did: this.#state === 'closed' ? 'close' : 'pass-probe' })
  }

  #open(forMs: number): void {
    this.#openUntil = this.#clock.elapsed() + forMs
    this.#become('open', true)
    this.#listeners.news?.({ did: 'open', forMs })
  }

  #become(state: BreakerState, isOwn: boolean): void {
    this.#state = state
    this.#count = 0
    this.#probe = undefined
    this.#generation += 1
    if (state === 'closed') this.#shared = new Permit(this, this.#generation, false)
    this.#listeners.changed(state, isOwn)
  }
}
