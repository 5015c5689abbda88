/** Cases for a store, as any test runner can run them: each opens the store anew, on a database that it shares with those beside it. */

import type { PluginDefinition } from '../../plugin/define.ts'
import type { Storage } from '../../storage/storage.ts'
import type { ConformanceCase } from '../conformance.ts'
import type { TurnedClock } from '../turned-clock.ts'
import { OpenStore } from './open-store.ts'

type Options = Readonly<Record<string, unknown>>

export interface StoreConformanceOptions {
  /** The plugin's options for a new, empty database, which several instances can open. */
  database(): Options | Promise<Options>
  /** Makes a database look as if version 9999 of its layout were the newest. Without it, nobody asks whether a newer database is refused. */
  makeNewer?(options: Options): void | Promise<void>
  /** How much of the rows and questions that chance makes is tried; 1 if absent. Less for servers that take minutes over all of it. */
  readonly share?: number
}

export interface StoreUnderTest extends StoreConformanceOptions {
  readonly plugin: PluginDefinition
  /** The plugin's file, as an absolute path or URL, by which other processes load it. */
  readonly from: string
}

/** What a case works on. */
export interface Ground {
  readonly storage: Storage
  readonly clock: TurnedClock
  /** By which another instance opens the same database. */
  readonly options: Options
}

type Work = (ground: Ground) => Promise<void>

/** @param fill puts in, once, what all cases look for */
export function casesOn(
  title: string,
  store: StoreUnderTest,
  define: (it: (name: string, work: Work) => void) => void,
  fill?: (ground: Ground) => Promise<unknown>,
): readonly ConformanceCase[] {
  const cases: ConformanceCase[] = []
  const make = async () => {
    const options = await store.database()
    if (fill !== undefined) await onStore(store, options, fill)
    return options
  }
  let made: Promise<Options> | undefined
  define((name, work) => {
    cases.push({ name: `${title}: ${name}`, run: async () => await onStore(store, await (made ??= make()), work) })
  })
  return cases
}

async function onStore({ plugin }: StoreUnderTest, options: Options, work: (ground: Ground) => Promise<unknown>): Promise<void> {
  await using opened = await OpenStore.open(plugin, options)
  await work({ storage: opened.storage, clock: opened.clock, options })
}
