/** Sums: by columns, by texts, by periods, in order, in pages. */

import { deepStrictEqual, rejects } from 'node:assert/strict'
import type { Sum, SumsQuery } from '../../storage/journal.ts'
import type { ConformanceCase } from '../conformance.ts'
import { calls, summedCalls, type Call } from './calls.ts'
import { casesOn, type StoreUnderTest } from './cases.ts'

const hour = 3_600_000
const rows: readonly Call[] = [
  { id: 'a', timestamp: 0, model: 'x', labels: ['red', 'blue'], cached: true, tokens: 1, cost: 0.5 },
  { id: 'b', timestamp: 1, model: 'x', labels: ['red'], cached: false, tokens: 2 },
  { id: 'c', timestamp: 30 * hour, model: 'y', labels: [], tokens: 4, cost: 0 },
  { id: 'd', timestamp: 30 * hour + 1, cached: true },
  { id: 'e', timestamp: 50 * hour, model: 'x', labels: ['blue'], tokens: 8, cost: 0.25 },
]

const group = (key: Sum['key'], period: number, count: number, tokens: number | null, cost?: number | null): Sum => ({
  key,
  period,
  count,
  sums: { tokens, ...(cost === undefined ? {} : { cost }) },
})

const table: Readonly<Record<string, { readonly query: SumsQuery<Call>; readonly groups: readonly Sum[]; readonly total?: number }>> = {
  'all rows': { query: { measures: ['tokens', 'cost'] }, groups: [group({}, 0, 5, 15, 0.75)] },
  'no row at all': { query: { measures: ['tokens'], filter: { from: 60 * hour } }, groups: [] },
  'nothing but the count': { query: { measures: [] }, groups: [{ key: {}, period: 0, count: 5, sums: {} }] },
  'rows without a value, as null': { query: { measures: ['tokens'], filter: { equals: { model: null } } }, groups: [group({}, 0, 1, null)] },
  'by a column, null before all else': {
    query: { by: ['model'], measures: ['tokens', 'cost'] },
    groups: [group({ model: null }, 0, 1, null, null), group({ model: 'x' }, 0, 3, 11, 0.75), group({ model: 'y' }, 0, 1, 4, 0)],
  },
  'by two columns': {
    query: { by: ['cached', 'model'], measures: ['tokens'] },
    groups: [
      group({ cached: null, model: 'x' }, 0, 1, 8),
      group({ cached: null, model: 'y' }, 0, 1, 4),
      group({ cached: false, model: 'x' }, 0, 1, 2),
      group({ cached: true, model: null }, 0, 1, null),
      group({ cached: true, model: 'x' }, 0, 1, 1),
    ],
  },
  'by texts, a row in each of its own': {
    query: { by: ['labels'], measures: ['tokens'] },
    groups: [group({ labels: 'blue' }, 0, 2, 9), group({ labels: 'red' }, 0, 2, 3)],
  },
  'by texts and a column, of a filter': {
    query: { by: ['labels', 'model'], measures: ['tokens'], filter: { has: { labels: 'red' } } },
    groups: [group({ labels: 'blue', model: 'x' }, 0, 1, 1), group({ labels: 'red', model: 'x' }, 0, 2, 3)],
  },
  'by periods, without those that are empty': {
    query: { borders: [0, 1, 24 * hour, 30 * hour, 51 * hour], measures: ['tokens'] },
    groups: [group({}, 0, 1, 1), group({}, 1, 1, 2), group({}, 3, 3, 12)],
  },
  'no rows outside of the borders': { query: { borders: [1, 50 * hour], measures: ['tokens'] }, groups: [group({}, 0, 3, 6)] },
  'no rows outside of the filter': {
    query: { borders: [0, 24 * hour, 100 * hour], filter: { from: 1, to: 50 * hour }, measures: ['tokens'] },
    groups: [group({}, 0, 1, 2), group({}, 1, 2, 4)],
  },
  'nothing between less than two borders': { query: { borders: [5], measures: ['tokens'] }, groups: [] },
  'by periods and a column': {
    query: { by: ['model'], borders: [0, 40 * hour, 80 * hour], measures: ['tokens'] },
    groups: [group({ model: null }, 0, 1, null), group({ model: 'x' }, 0, 2, 3), group({ model: 'y' }, 0, 1, 4), group({ model: 'x' }, 1, 1, 8)],
  },
  'some of the groups, and how many there are': {
    query: { by: ['model'], measures: ['tokens'], limit: 1, offset: 1 },
    groups: [group({ model: 'x' }, 0, 3, 11)],
    total: 3,
  },
  'no group beyond the last, and how many there are': { query: { by: ['model'], measures: ['tokens'], offset: 7 }, groups: [], total: 3 },
  'the groups with the newest rows first': {
    query: { by: ['model'], measures: ['tokens'], order: 'latest' },
    groups: [
      { ...group({ model: 'x' }, 0, 3, 11), latest: { id: 'e', timestamp: 50 * hour } },
      { ...group({ model: null }, 0, 1, null), latest: { id: 'd', timestamp: 30 * hour + 1 } },
      { ...group({ model: 'y' }, 0, 1, 4), latest: { id: 'c', timestamp: 30 * hour } },
    ],
  },
  'the newest of a filter, of which a page': {
    query: { by: ['cached'], measures: [], order: 'latest', filter: { to: 40 * hour }, limit: 1 },
    groups: [{ key: { cached: true }, period: 0, count: 2, sums: {}, latest: { id: 'd', timestamp: 30 * hour + 1 } }],
    total: 3,
  },
}

const [plain, kept, uncounted] = [calls('plain'), summedCalls('kept'), summedCalls('uncounted')]

export function sumCases(store: StoreUnderTest): readonly ConformanceCase[] {
  return casesOn(
    'sums rows, in both kinds of journal',
    store,
    it => {
      for (const [name, { query, groups, total = groups.length }] of Object.entries(table)) {
        it(name, async ({ storage }) => {
          for (const definition of [plain, kept]) deepStrictEqual(await (await storage.journal(definition)).sums(query), { groups, total })
        })
      }

      it('refuses columns that pages do not list', async ({ storage }) => {
        const journal = await storage.journal(plain)
        for (const query of [{ by: ['body' as const], measures: [] }, { measures: ['trace' as const] }]) await rejects(journal.sums(query), TypeError)
      })

      it('all of it again, of rows that no kept sum counts yet', async ({ storage }) => {
        const journal = await storage.journal(uncounted)
        await journal.append(rows)
        for (const { query, groups, total = groups.length } of Object.values(table)) deepStrictEqual(await journal.sums(query), { groups, total })
      })
    },
    async ({ storage }) => {
      // Opened again, the journal counts the rows in its sums.
      for (const definition of [plain, kept]) await (await storage.journal(definition)).append(rows)
    },
  )
}
