/** What plugins tell the registry of models: how to choose among the targets of a virtual model, and what targets cost. */

import type { Exchange } from '../pipeline/exchange.ts'
import type { Target } from '../upstream/provider/target.ts'
import type { OptionsSchema } from '../plugin/schema.ts'

/** One of several targets that could serve a call now. */
export interface RouteOption {
  readonly target: Target
  /** As the virtual model names it. */
  readonly selector: string
  readonly weight: number
  /** What a million tokens in and a million out cost together, in USD; undefined where nobody knows. */
  readonly priceUsd: number | undefined
  /** Of the last calls: how many are known, which part of them failed, and how long half of them took at most. */
  readonly health: { readonly calls: number; readonly errorRate: number; readonly medianMs: number | undefined }
}

export interface RouteQuestion {
  readonly source: string
  readonly options: readonly RouteOption[]
  /** The option that earlier calls of the session went to, if it is still there. */
  readonly pinned: number | undefined
  /** `strategy_config` of the virtual model, checked by the strategy's schema. */
  readonly config: Readonly<Record<string, unknown>>
  readonly exchange: Exchange
}

/** A way to choose, for virtual models with `strategy: plugin`. */
export interface RouteStrategy {
  /** What `strategy_plugin` says. */
  readonly name: string
  /** Of `strategy_config`; without one, it must be empty. */
  readonly schema?: OptionsSchema
  /** @returns an index of `options`; anything else, a failure, or more than 250 ms: the weights decide */
  choose(question: RouteQuestion): number | undefined | Promise<number | undefined>
}
