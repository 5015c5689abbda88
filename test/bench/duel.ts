/** Runs in turns: bare, Tapline, bare, Tapline … so that what the machine does besides hits both alike. */

import { start, type ProviderType } from './contenders.ts'
import { run, type Load, type Run } from './load.ts'

/** One run of each; `tapline` is missing where only bare is measured. */
export interface Pair {
  readonly bare: Run
  readonly tapline?: Run
}

export interface DuelSettings {
  readonly rounds: number
  readonly seconds: number
  readonly bareOnly: boolean
  readonly folder: string
  readonly progress: (line: string) => void
}

const warmUpSeconds = 2

/** Starts both afresh in front of the upstream, warms them up, and loads them in turns. `name` says which duel it is. */
export async function duel(name: string, upstreamUrl: string, provider: ProviderType, load: Load, settings: DuelSettings): Promise<Pair[]> {
  const { rounds, seconds, bareOnly, folder, progress } = settings
  await using stack = new AsyncDisposableStack()
  const bare = await start('bare', upstreamUrl, folder)
  stack.use(bare.child)
  const tapline = bareOnly ? undefined : await start('tapline', upstreamUrl, folder, provider)
  if (tapline !== undefined) stack.use(tapline.child)

  await run(load, bare, warmUpSeconds, folder)
  if (tapline !== undefined) await run(load, tapline, warmUpSeconds, folder)
  const pairs: Pair[] = []
  for (let round = 1; round <= rounds; round++) {
    const pair: Pair = {
      bare: await run(load, bare, seconds, folder),
      ...(tapline === undefined ? {} : { tapline: await run(load, tapline, seconds, folder) }),
    }
    pairs.push(pair)
    progress(`${name}, round ${round}: bare ${rate(pair.bare)}, Tapline ${pair.tapline === undefined ? '–' : rate(pair.tapline)}`)
  }
  return pairs
}

function rate({ requestsPerSecond, failures }: Run): string {
  return `${Math.round(requestsPerSecond)}/s${failures > 0 ? ` (${failures} FAILED)` : ''}`
}
