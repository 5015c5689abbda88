/** What every store must do, as cases that any test runner can run. */

import { strictEqual } from 'node:assert/strict'
import type { PluginDefinition } from '../plugin/define.ts'
import type { ConformanceCase } from './conformance.ts'
import type { StoreConformanceOptions } from './store/cases.ts'
import { documentCases } from './store/documents.ts'
import { filterCases } from './store/filters.ts'
import { hostileTextCases } from './store/hostile-texts.ts'
import { keptSumCases } from './store/kept-sums.ts'
import { processCases } from './store/processes.ts'
import { rowCases } from './store/rows.ts'
import { sumCases } from './store/sums.ts'

export type { StoreConformanceOptions }

/**
 * The cases for a plugin that provides `storage`. Each opens it anew, on a database that some of them share: they run one after the other.
 * @param from the plugin's file, as an absolute path or URL, by which other processes load it
 * @example for (const { name, run } of storeConformance(store, import.meta.resolve('./index.js'), { database })) test(name, run)
 */
export function storeConformance(plugin: PluginDefinition, from: string, options: StoreConformanceOptions): readonly ConformanceCase[] {
  const store = { ...options, plugin, from }
  const provides = { name: 'provides the service storage', run: async () => strictEqual(plugin.provides, 'storage') }
  const suites = [documentCases, rowCases, filterCases, sumCases, keptSumCases, hostileTextCases, processCases]
  return [provides, ...suites.flatMap(cases => cases(store))]
}
