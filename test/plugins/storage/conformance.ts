/** What every store must do: one suite, run unchanged against each of them. */

import type { PluginDefinition } from '../../../core/index.ts'
import { documentsConform } from './conformance/documents.ts'
import { filtersConform } from './conformance/filters.ts'
import { hostileTextsConform } from './conformance/hostile-texts.ts'
import { keptSumsConform } from './conformance/kept-sums.ts'
import { processesConform } from './conformance/processes.ts'
import { rowsConform } from './conformance/rows.ts'
import { sumsConform } from './conformance/sums.ts'

export interface StoreUnderTest {
  readonly plugin: PluginDefinition
  /** How much of the rows and questions that chance makes is tried; 1 if absent. Less for servers that take minutes over all of it. */
  readonly share?: number
  /** In a hook `before`: starts what the store needs, or skips. */
  prepare?(context: Mocha.Context): Promise<void>
  /** The plugin's options for a new, empty database, which several instances can open. */
  database(): Promise<Readonly<Record<string, unknown>>>
  /** Makes a database look as if version 9999 of its schema were the newest. */
  makeNewer(options: Readonly<Record<string, unknown>>): Promise<void>
  /** Ends what `prepare` and `database` began. */
  release?(): Promise<void>
}

/** @param name as in `storage.type` */
export function storageConformance(name: string, store: StoreUnderTest): void {
  describe(`the store ${name}`, () => {
    before(async function () {
      await store.prepare?.(this)
    })
    after(async () => await store.release?.())
    for (const suite of [documentsConform, rowsConform, filtersConform, sumsConform, keptSumsConform, hostileTextsConform, processesConform]) suite(store, name)
  })
}
