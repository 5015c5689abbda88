/** A place in a pipeline, as configuration writes it. */

import type { Place } from '../../config/problems/place.ts'

export const phases = ['request', 'route', 'prompt', 'lookup', 'attempt', 'settled', 'recover', 'response', 'stream', 'complete', 'finished'] as const
export type PhaseName = (typeof phases)[number]

export interface Step {
  /** A default plugin's name, an npm package, or a path to `.ts`/`.js`. */
  readonly use: string
  /** The name that patches, logs and metrics say; `use` by default. */
  readonly name?: string
  readonly options?: Readonly<Record<string, unknown>>
  readonly on_error?: 'open' | 'closed'
  /** Milliseconds that one call of an asynchronous tap may take; 0 is no limit. */
  readonly timeout?: number
  /** Hexadecimal SHA-256 of the plugin's file. */
  readonly sha256?: string
  /** The only phases in which the plugin is tapped; all by default. */
  readonly phases?: readonly PhaseName[]
  /** Guardrails beside each other that say the same here and edit nothing are asked at once. */
  readonly together?: string
  /** Calls that are exempt from guardrails go by it. */
  readonly exempts?: boolean
  /** Where the step was written. */
  readonly place?: Place
  /** The pointer of its options, where they do not stand in `options` beneath its place. */
  readonly optionsAt?: string
}
