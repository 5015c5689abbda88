/** The service `modelCache`: what providers listed, kept for a start at which they are away. */

import type { ModelEntry } from '../plugin/provider.ts'

export interface KeptListing {
  /** Milliseconds since 1970. */
  readonly at: number
  readonly entries: readonly ModelEntry[]
}

export interface ModelCache {
  /** What a provider listed before this start; undefined if nothing of it was kept. @param provider the instance */
  listed(provider: string): KeptListing | undefined
  /** Keeps what a provider listed just now. @throws what was in the way; the log has it already */
  keep(provider: string, entries: readonly ModelEntry[]): Promise<void>
}
