/** Runs in turns: one contender, the other, the one again … so that what the machine does besides hits both alike. */

import type { Contender } from './contenders.ts'
import { run, type Load, type Run } from './load.ts'

/** One run of each; `tapline` is missing where the other alone is measured. */
export interface Pair {
  readonly other: Run
  readonly tapline?: Run
}

/** How both are started. */
export interface Sides {
  readonly other: () => Promise<Contender>
  readonly tapline: () => Promise<Contender>
}

export interface DuelSettings {
  readonly rounds: number
  readonly seconds: number
  /** Whether Tapline is left out. */
  readonly bareOnly: boolean
  readonly folder: string
  readonly progress: (line: string) => void
}

/** V8 compiles for about ten seconds under load; whoever has more code, for longer. */
const warmUpSeconds = 10

/** Starts both afresh, warms them up, and loads them in turns. `name` says which duel it is. */
export async function duel(name: string, sides: Sides, load: Load, settings: DuelSettings): Promise<Pair[]> {
  const { rounds, seconds, bareOnly, folder, progress } = settings
  await using stack = new AsyncDisposableStack()
  const other = await sides.other()
  stack.use(other.child)
  const tapline = bareOnly ? undefined : await sides.tapline()
  if (tapline !== undefined) stack.use(tapline.child)

  await run(load, other, warmUpSeconds, folder)
  if (tapline !== undefined) await run(load, tapline, warmUpSeconds, folder)
  const pairs: Pair[] = []
  for (let round = 1; round <= rounds; round++) {
    const pair: Pair = {
      other: await run(load, other, seconds, folder),
      ...(tapline === undefined ? {} : { tapline: await run(load, tapline, seconds, folder) }),
    }
    pairs.push(pair)
    progress(`${name}, round ${round}: ${rate(pair.other)}, Tapline ${pair.tapline === undefined ? '–' : rate(pair.tapline)}`)
  }
  return pairs
}

function rate({ requestsPerSecond, failures }: Run): string {
  return `${Math.round(requestsPerSecond)}/s${failures > 0 ? ` (${failures} FAILED)` : ''}`
}
