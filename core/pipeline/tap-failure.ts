/** A tap that failed. */

import type { PhaseName } from './plan/step.ts'

export interface TapFailure {
  readonly instance: string
  readonly phase: PhaseName
  readonly mode: 'open' | 'closed'
  readonly cause: unknown
}
