/** What serves a port, as the program sees it: this process, or several. */

import type { Logger } from 'pino'
import { ConfigError, formatProblem } from '../config/problems/problems.ts'
import type { Generation } from './generation.ts'

/** What a configuration was made of, by absolute paths. */
export interface MadeOf {
  readonly files: ReadonlySet<string>
}

/** What the log tells of a configuration that serves. */
export interface ServedFacts {
  readonly url: string
  readonly providers: readonly string[]
  readonly pipelines: number
  /** The configuration file. */
  readonly file: string | undefined
  /** The variables that would have started a provider, where nothing did. */
  readonly lookedFor: readonly string[]
  /** What the operator should know of it, and what of it was left out. */
  readonly warnings: readonly string[]
  readonly errors: readonly string[]
}

export interface Served {
  readonly facts: ServedFacts
  /** Takes the configuration over as it is written now; one that cannot be used changes nothing. @returns whether it was taken over */
  reload(): Promise<boolean>
  /** Calls back with what the configuration that serves is made of: now, and whenever another one takes over. @returns how to end that */
  follow(follower: (current: MadeOf) => void): () => void
  /** Finishes what runs, then closes everything. Resolves to whether nothing was cut. */
  stop(): Promise<boolean>
}

export function factsOf({ providers, plans, lookedFor, config: { file, warnings, errors } }: Generation, url: string): ServedFacts {
  return { url, providers: [...providers.keys()], pipelines: plans.size, file, lookedFor, warnings, errors }
}

export function logReload({ pipelines, providers, warnings, errors }: ServedFacts, log: Logger): void {
  for (const warning of warnings) log.warn(warning)
  for (const error of errors) log.error(error)
  log.info({ pipelines, providers }, 'configuration reloaded')
}

export function logFailedReload(cause: unknown, log: Logger): void {
  const why = cause instanceof ConfigError ? { problems: cause.problems.map(problem => formatProblem(problem)) } : { err: cause }
  log.error({ event: 'reload_failed', ...why }, 'the configuration was not reloaded; the running one stays')
}
