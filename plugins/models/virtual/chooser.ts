/** Chooses among the targets of a virtual model that could serve a call. */

import { isPromise } from '../../../core/promise.ts'
import { Overdue } from '../../../core/pipeline/stoppable.ts'
import type { Clock, RouteOption, RouteStrategy, Target } from '../../../core/index.ts'
import { inTime } from '../../shared/in-time.ts'
import type { Ask, Viable } from './choice.ts'
import { noteChoice } from './noted-choice.ts'
import type { Pins } from './pins.ts'
import type { Redirect } from './redirects.ts'
import type { TargetHealth } from './target-health.ts'
import type { RoundRobin } from './round-robin.ts'

const deadlineMs = 250
/** A strategy that a plugin may offer under its own name. */
const adaptive = 'adaptive'

type Now<T> = T | Promise<T>

export interface ChooserParts {
  readonly turns: RoundRobin
  readonly pins: Pins
  readonly health: TargetHealth
  readonly clock: Clock
  /** In USD for a million tokens in and out; undefined where nobody knows. */
  price(target: Target): number | undefined
  strategy(name: string): RouteStrategy | undefined
  /** Told once of each virtual model. */
  warn(source: string, message: string, cause?: unknown): void
}

export class Chooser {
  readonly #parts: ChooserParts

  constructor(parts: ChooserParts) {
    this.#parts = parts
  }

  /** @param free those that could serve, at least one. @returns the index of one of them among all targets */
  choose(redirect: Redirect, free: readonly Viable[], ask: Ask): Now<number> {
    const { strategy, session_affinity: isSticky } = redirect.model
    const first = free[0]?.index ?? 0
    if (strategy === 'failover' || redirect.options.length < 2) return first
    const session = isSticky ? ask.exchange?.session : undefined
    if (session === undefined) return this.#pick(redirect, free, ask, undefined)
    const key = `${redirect.fingerprint}:${session}`
    const pinned = this.#parts.pins.get(key)
    return isPromise(pinned) ? pinned.then(known => this.#keep(key, known, redirect, free, ask)) : this.#keep(key, pinned, redirect, free, ask)
  }

  /** What is pinned stays while it can serve; a plugin is asked all the same. */
  #keep(key: string, pinned: number | undefined, redirect: Redirect, free: readonly Viable[], ask: Ask): Now<number> {
    const isThere = free.some(({ index }) => index === pinned)
    if (isThere && pinned !== undefined && !this.#isAsked(redirect)) return pinned
    const picked = this.#pick(redirect, free, ask, isThere ? pinned : undefined)
    const pin = (index: number): Now<number> => (index === pinned ? index : this.#pinned(key, index, pinned, free))
    return isPromise(picked) ? picked.then(pin) : pin(picked)
  }

  /** Another process may have been first; then its choice counts, if it can serve. */
  #pinned(key: string, index: number, instead: number | undefined, free: readonly Viable[]): Now<number> {
    const agreed = this.#parts.pins.pin(key, index, instead)
    const usable = (known: number) => (free.some(viable => viable.index === known) ? known : index)
    return isPromise(agreed) ? agreed.then(usable) : usable(agreed)
  }

  #pick(redirect: Redirect, free: readonly Viable[], ask: Ask, pinned: number | undefined): Now<number> {
    const { source, strategy } = redirect.model
    switch (strategy) {
      case 'cost':
        return this.#cheapest(free)
      case 'plugin':
        return this.#asked(redirect, free, ask, pinned)
      case adaptive:
        if (this.#isAsked(redirect)) return this.#asked(redirect, free, ask, pinned)
        this.#parts.warn(source, 'nothing here adapts; the weights decide')
    }
    return this.#inTurn(source, free)
  }

  /** Whether a plugin chooses; of what adapts, where one offers that. */
  #isAsked({ model: { strategy } }: Redirect): boolean {
    return strategy === 'plugin' || (strategy === adaptive && this.#parts.strategy(adaptive) !== undefined)
  }

  #inTurn(source: string, free: readonly Viable[]): number {
    if (free.length === 1) return free[0]?.index ?? 0
    return (
      free[
        this.#parts.turns.next(
          source,
          free.map(({ option }) => option.weight),
        )
      ]?.index ?? 0
    )
  }

  #cheapest(free: readonly Viable[]): number {
    const priced = free.map(({ index, leaves }) => ({ index, price: this.#priceOf(leaves) ?? Number.POSITIVE_INFINITY }))
    return priced.reduce((best, one) => (one.price < best.price ? one : best)).index
  }

  /** A chain costs what its cheapest end costs. */
  #priceOf(leaves: readonly Target[]): number | undefined {
    const prices = leaves.map(leaf => this.#parts.price(leaf)).filter(price => price !== undefined)
    return prices.length === 0 ? undefined : Math.min(...prices)
  }

  /** Whatever goes wrong with a plugin, the weights decide. */
  async #asked(redirect: Redirect, free: readonly Viable[], { exchange }: Ask, pinned: number | undefined): Promise<number> {
    const { source, strategy_config: config } = redirect.model
    const name = redirect.model.strategy === adaptive ? adaptive : redirect.model.strategy_plugin
    const strategy = name === null ? undefined : this.#parts.strategy(name)
    if (strategy === undefined || exchange === undefined) {
      if (exchange !== undefined) this.#parts.warn(source, `there is no strategy ${JSON.stringify(name)}; the weights decide`)
      return this.#inTurn(source, free)
    }
    const at = free.findIndex(({ index }) => index === pinned)
    const noted = noteChoice(exchange, strategy.name, this.#parts.clock)
    try {
      const options = free.map(viable => this.#optionOf(viable))
      const choice = Promise.try(() => strategy.choose({ source, options, pinned: at < 0 ? undefined : at, config, exchange }))
      const answer = await inTime(this.#parts.clock, choice, deadlineMs, () => new Overdue(`no choice within ${deadlineMs} ms`))
      const chosen = answer === undefined ? undefined : free[answer]
      noted(chosen?.option.selector)
      if (chosen !== undefined) return chosen.index
      this.#parts.warn(source, `the strategy ${name} chose none of the targets; the weights decide`)
    } catch (cause) {
      noted(undefined, cause)
      this.#parts.warn(source, `the strategy ${name} failed; the weights decide`, cause)
    }
    return this.#inTurn(source, free)
  }

  #optionOf({ option, leaves }: Viable): RouteOption {
    const [target] = leaves as readonly [Target, ...Target[]]
    return { target, selector: option.selector, weight: option.weight, priceUsd: this.#priceOf(leaves), health: this.#parts.health.of(target) }
  }
}
