/** All virtual models, prepared: made anew whenever one changes, and only looked up by requests. */

import { createHash } from 'node:crypto'
import type { ModelPolicy } from '../../../core/index.ts'
import { isRedirect, selectorOf, type KnownModel } from './definition.ts'

export interface Option {
  readonly selector: string
  /** At least 1. */
  readonly weight: number
  /** The source itself: the real model of that name is meant. */
  readonly isSelf: boolean
}

export interface Redirect {
  readonly model: KnownModel
  readonly options: readonly Option[]
  /** Stands for the source and its targets: other targets, another text. */
  readonly fingerprint: string
}

export interface PreparedPolicy extends ModelPolicy {
  readonly slowdown: number | null
}

export class Redirects {
  readonly all: ReadonlyMap<string, KnownModel>
  readonly #active: ReadonlyMap<string, Redirect>
  /** By selector. */
  readonly policies: ReadonlyMap<string, PreparedPolicy>
  /** Whether anything is to be done when an attempt has ended. */
  readonly watchesAttempts: boolean
  readonly hasSlowPolicies: boolean

  constructor(all: ReadonlyMap<string, KnownModel>) {
    this.all = all
    const models = [...all.values()]
    this.#active = new Map(models.filter(model => isRedirect(model) && model.enabled).map(model => [model.source, prepare(model)]))
    this.policies = new Map(
      models
        .filter(model => !isRedirect(model))
        .map(({ source, enabled, user_paths: userPaths, groups, slowdown }) => [source, { enabled, userPaths, groups, slowdown }]),
    )
    this.hasSlowPolicies = [...this.policies.values()].some(({ slowdown }) => (slowdown ?? 0) > 0)
    this.watchesAttempts =
      this.hasSlowPolicies ||
      models.some(({ strategy, slowdown, label_targets: labels }) => strategy === 'plugin' || strategy === 'adaptive' || labels || (slowdown ?? 0) > 0)
  }

  get sources(): Iterable<string> {
    return this.#active.keys()
  }

  /** @returns undefined for what is no redirect, and for one that is switched off */
  of(source: string): Redirect | undefined {
    return this.#active.get(source)
  }

  /** Whether a redirect of this name is there and switched off. */
  isOff(source: string): boolean {
    const model = this.all.get(source)
    return model !== undefined && isRedirect(model) && !model.enabled
  }
}

function prepare(model: KnownModel): Redirect {
  const options = model.targets.map(target => ({
    selector: selectorOf(target),
    weight: Math.max(1, Math.round(target.weight)),
    isSelf: selectorOf(target) === model.source,
  }))
  const fingerprint = createHash('sha256')
    .update(JSON.stringify([model.source, options.map(({ selector, weight }) => [selector, weight])]))
    .digest('base64url')
    .slice(0, 22)
  return { model, options, fingerprint }
}
