/** The conformance kit, run against a store of the default set. */

import type { PluginDefinition } from '../../../core/index.ts'
import { storeConformance, type StoreConformanceOptions } from '../../../core/testing/store-conformance.ts'

export interface StoreUnderTest extends StoreConformanceOptions {
  readonly plugin: PluginDefinition
  /** In a hook `before`: starts what the store needs, or skips. */
  prepare?(context: Mocha.Context): Promise<void>
  /** Ends what `prepare` and `database` began. */
  release?(): Promise<void>
}

/** @param name as in `storage.type` */
export function conforms(name: string, store: StoreUnderTest): void {
  describe(`the store ${name}`, () => {
    before(async function () {
      await store.prepare?.(this)
    })
    after(async () => await store.release?.())
    for (const { name: title, run } of storeConformance(store.plugin, import.meta.resolve(`../../../plugins/storage/${name}/index.ts`), store)) it(title, run)
  })
}
