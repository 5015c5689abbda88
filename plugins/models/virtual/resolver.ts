/** Where a call goes that names a virtual model: the strategy chooses one target, the others follow as declared. */

import { isPromise } from '../../../core/promise.ts'
import type { Access, Asking, Saturation, Target } from '../../../core/index.ts'
import type { Ask, Viable } from './choice.ts'
import type { Chooser } from './chooser.ts'
import type { Option, Redirect, Redirects } from './redirects.ts'

type Now<T> = T | Promise<T>

/** The real models. */
export interface RealModels {
  find(selector: string): Target | undefined
  /** Whether calls to a target make sense: its provider is there, and has the model. */
  isAvailable(target: Target): boolean
}

export interface Resolving {
  readonly real: RealModels
  readonly access: Access
  readonly saturation: Saturation | undefined
  readonly chooser: Chooser
}

const nowhere: readonly Target[] = []

export class Resolver {
  readonly #parts: Resolving
  redirects: Redirects

  constructor(parts: Resolving, redirects: Redirects) {
    this.#parts = parts
    this.redirects = redirects
  }

  /** The redirect that a name means to somebody: one that is limited to others leaves the real model of that name. */
  entered(name: string, { userPath }: Asking): Redirect | undefined {
    const redirect = this.redirects.of(name)
    return redirect !== undefined && this.#parts.access.admits(userPath, redirect.model.user_paths) ? redirect : undefined
  }

  /** Where a call goes, in order; none if nothing can serve it. */
  targets(redirect: Redirect, ask: Ask): Now<readonly Target[]> {
    const open = this.#viable(redirect, target => this.#serves(target, ask))
    // What somebody may not use is for `access` to refuse, in its words.
    if (open.length === 0) return this.#viable(redirect, target => this.#parts.real.isAvailable(target)).flatMap(({ leaves }) => leaves)
    const free = open.filter(({ leaves }) => leaves.some(leaf => !this.#isSaturated(leaf)))
    if (free.length === 0) return open[0]?.leaves.slice(0, 1) ?? nowhere
    const chosen = this.#chosenLeaf(redirect, free, ask)
    return isPromise(chosen) ? chosen.then(first => this.#ordered(redirect, first, open)) : this.#ordered(redirect, chosen, open)
  }

  /** Wherever calls for a name may go, in the order in which it is declared; nobody's turn passes. */
  reached(name: string): readonly Target[] {
    const redirect = this.redirects.of(name)
    return redirect === undefined ? this.#real(name) : redirect.options.flatMap(option => this.#leaves(option))
  }

  /** The option that the strategy chooses, down to a real model: chains choose at every level. */
  #chosenLeaf(redirect: Redirect, free: readonly Viable[], ask: Ask): Now<Target | undefined> {
    const index = this.#parts.chooser.choose(redirect, free, ask)
    return isPromise(index) ? index.then(known => this.#descend(free, known, ask)) : this.#descend(free, index, ask)
  }

  #descend(free: readonly Viable[], index: number, ask: Ask): Now<Target | undefined> {
    const chosen = free.find(viable => viable.index === index) ?? free[0]
    const inner = chosen === undefined || chosen.option.isSelf ? undefined : this.redirects.of(chosen.option.selector)
    if (inner === undefined) return chosen?.leaves[0]
    const open = this.#viable(inner, target => this.#serves(target, ask) && !this.#isSaturated(target))
    return this.#chosenLeaf(inner, open, ask)
  }

  /** The chosen one, and behind it what failover may try. */
  #ordered({ model: { failover } }: Redirect, first: Target | undefined, open: readonly Viable[]): readonly Target[] {
    if (first === undefined) return nowhere
    if (!failover) return [first]
    const others = open.flatMap(({ leaves }) => leaves).filter(leaf => !this.#isSaturated(leaf))
    const all = [first, ...others]
    return all.filter((target, index) => all.findIndex(({ provider, model }) => provider === target.provider && model === target.model) === index)
  }

  #viable({ options }: Redirect, serves: (target: Target) => boolean): readonly Viable[] {
    return options.flatMap((option, index) => {
      const leaves = this.#leaves(option).filter(serves)
      return leaves.length === 0 ? [] : { index, option, leaves }
    })
  }

  #leaves({ selector, isSelf }: Option): readonly Target[] {
    if (isSelf) return this.#real(selector)
    const inner = this.redirects.of(selector)
    if (inner !== undefined) return inner.options.flatMap(option => this.#leaves(option))
    return this.redirects.isOff(selector) ? nowhere : this.#real(selector)
  }

  #real(selector: string): readonly Target[] {
    const target = this.#parts.real.find(selector)
    return target === undefined ? nowhere : [target]
  }

  #serves(target: Target, ask: Ask): boolean {
    return this.#parts.real.isAvailable(target) && this.#parts.access.denial(ask, target.provider.name, target.model) === undefined
  }

  #isSaturated(target: Target): boolean {
    return this.#parts.saturation?.refuses(target) === true
  }
}
