/** Errors as they go from one process to another. */

import type { Problem } from '../config/problems/place.ts'
import { ConfigError } from '../config/problems/problems.ts'

export interface Failure {
  readonly message: string
  readonly stack: string | undefined
  /** Of a configuration that cannot be used. */
  readonly problems?: readonly Problem[]
}

export function failureOf(cause: unknown): Failure {
  if (!(cause instanceof Error)) return { message: String(cause), stack: undefined }
  return { message: cause.message, stack: cause.stack, ...(cause instanceof ConfigError ? { problems: cause.problems } : {}) }
}

export function reviveFailure({ message, stack, problems }: Failure): Error {
  if (problems !== undefined) return new ConfigError(problems)
  return Object.assign(new Error(message), stack === undefined ? {} : { stack })
}
