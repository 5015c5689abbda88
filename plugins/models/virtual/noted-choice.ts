/** What a strategy chose, for the record of the call. */

import type { Clock, Exchange } from '../../../core/index.ts'

/** A strategy is about to be asked. @returns what takes the target that it chose, if it chose one, or why it failed */
export function noteChoice({ trace, failures }: Exchange, strategy: string, clock: Clock): (target: string | undefined, failure?: unknown) => void {
  const startedAt = clock.elapsed()
  return (target, failure) => {
    trace?.outcomes.push({ phase: 'route', instance: strategy, said: undefined, durationMs: clock.elapsed() - startedAt, edited: undefined, target })
    if (failure !== undefined) failures.push({ instance: strategy, phase: 'route', mode: 'open', cause: failure })
  }
}
