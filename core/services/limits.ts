/** What limits tell others: the services `budgets`, `rateLimits` and `saturation`. */

import type { Caller } from '../pipeline/caller.ts'
import type { Target } from '../upstream/provider/target.ts'

/** A limit and how much of it is used, as its callers see it. */
export type LimitStanding = Readonly<Record<string, unknown>>

/** What a call is counted for. */
export interface LimitedCall {
  readonly caller: Caller | undefined
  readonly userPath: string
  readonly labels: readonly string[]
}

export interface Limits {
  /** Those that hold for a caller: of their path and above, of their key and its labels. Nothing is counted. @throws StateUnavailable, StorageUnavailable */
  of(call: LimitedCall): Promise<readonly LimitStanding[]>
}

/** Which targets would be refused now. For who chooses among targets: it answers at once, by what was seen last. */
export interface Saturation {
  refuses(target: Target): boolean
  /**
   * Takes part in the answers.
   * @param name of who answers: of one name, the latest alone is asked
   * @returns how to withdraw it
   */
  add(name: string, source: (target: Target) => boolean): () => void
}
