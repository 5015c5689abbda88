/** Filters: what each of them finds, in pages, in sums and in both kinds of journal. */

import { deepStrictEqual, rejects, strictEqual } from 'node:assert/strict'
import type { Filter, Journal } from '../../storage/journal.ts'
import type { ConformanceCase } from '../conformance.ts'
import { all, calls, summedCalls, type Call } from './calls.ts'
import { casesOn, type StoreUnderTest } from './cases.ts'

const rows: readonly Call[] = [
  {
    id: 'r1',
    timestamp: 1000,
    model: 'GPT-5',
    path: '/team',
    labels: ['red', 'blue'],
    cached: true,
    status: 200,
    tokens: 5,
    cost: 0.5,
    note: 'a 100% match',
    body: { text: 'He said "yes"' },
  },
  { id: 'r2', timestamp: 2000, model: 'gpt-5', path: '/team/x', labels: ['red'], cached: false, status: 429, tokens: 0, note: 'under_score' },
  { id: 'r3', timestamp: 3000, model: 'claude', path: '/teams', labels: [], status: 200, note: 'Große ÄPFEL', data: { hidden: 'treasure' } },
  { id: 'r4', timestamp: 4000, path: '/team/x/y', labels: ['blue', 'a "b", c'], cost: 1, body: 'line one\nline two' },
  { id: 'R5', timestamp: 4000, model: '', path: '/', labels: null, note: String.raw`back\slash [class] .*`, trace: 'unseen' },
]

const table: Readonly<Record<string, { readonly filter: Filter; readonly ids: string }>> = {
  everything: { filter: {}, ids: 'r1 r2 r3 R5 r4' },
  'from a time on': { filter: { from: 3000 }, ids: 'r3 R5 r4' },
  'up to a time, without it': { filter: { to: 3000 }, ids: 'r1 r2' },
  'between times that are no whole milliseconds': { filter: { from: 999.5, to: 2000.5 }, ids: 'r1 r2' },
  'nothing between a time and the same': { filter: { from: 1000, to: 1000 }, ids: '' },
  'everything within all time': { filter: { from: -Infinity, to: Infinity }, ids: 'r1 r2 r3 R5 r4' },
  'nothing within times beyond measure': { filter: { from: 1e300, to: 1e301 }, ids: '' },
  'by a text, whose case counts': { filter: { equals: { model: 'gpt-5' } }, ids: 'r2' },
  'by an empty text, which is not an absent one': { filter: { equals: { model: '' } }, ids: 'R5' },
  'by absence': { filter: { equals: { model: null } }, ids: 'r4' },
  'by one of several texts': { filter: { equals: { model: ['claude', 'GPT-5', 'none'] } }, ids: 'r1 r3' },
  'by one of several, or absence': { filter: { equals: { model: ['claude', null] } }, ids: 'r3 r4' },
  'nothing by none of several': { filter: { equals: { model: [] } }, ids: '' },
  'by a whole number': { filter: { equals: { status: 200 } }, ids: 'r1 r3' },
  'by zero': { filter: { equals: { tokens: 0 } }, ids: 'r2' },
  'by a fraction': { filter: { equals: { cost: 0.5 } }, ids: 'r1' },
  'by true': { filter: { equals: { cached: true } }, ids: 'r1' },
  'by false, which is not absence': { filter: { equals: { cached: false } }, ids: 'r2' },
  'by the id': { filter: { equals: { id: ['r4', 'R5'] } }, ids: 'R5 r4' },
  'nothing by a value of another type': { filter: { equals: { status: '200' } }, ids: '' },
  'nothing by a fraction of a whole number': { filter: { equals: { status: 200.5 } }, ids: '' },
  'nothing by a number for a text': { filter: { equals: { model: 5 } }, ids: '' },
  'by another value, absent ones too': { filter: { not: { status: 200 } }, ids: 'r2 R5 r4' },
  'by being there': { filter: { not: { cached: null } }, ids: 'r1 r2' },
  'everything by not being of another type': { filter: { not: { status: 'x' } }, ids: 'r1 r2 r3 R5 r4' },
  'by a path and those below it': { filter: { within: { path: '/team' } }, ids: 'r1 r2 r4' },
  'by a deeper path': { filter: { within: { path: '/team/x' } }, ids: 'r2 r4' },
  'everything by the root': { filter: { within: { path: '/' } }, ids: 'r1 r2 r3 R5 r4' },
  'by one of the texts': { filter: { has: { labels: 'red' } }, ids: 'r1 r2' },
  'by one of the texts, whatever is in it': { filter: { has: { labels: 'a "b", c' } }, ids: 'r4' },
  'nothing by a part of one of the texts': { filter: { has: { labels: 'b' } }, ids: '' },
  'by two of the texts together': { filter: { has: { labels: 'red' }, any: [{ has: { labels: 'blue' } }] }, ids: 'r1' },
  'a text in any searched column, in upper or lower case': { filter: { search: 'gPt' }, ids: 'r1 r2' },
  'a text in the id': { filter: { search: 'r5' }, ids: 'R5' },
  'a text with a percent sign, which is no pattern': { filter: { search: '100%' }, ids: 'r1' },
  'nothing by a percent sign between': { filter: { search: 'a%match' }, ids: '' },
  'a text with an underscore, which is no pattern': { filter: { search: 'r_s' }, ids: 'r2' },
  'a text with a backslash': { filter: { search: 'BACK\\' }, ids: 'R5' },
  'a text that would be a regular expression': { filter: { search: '[class] .*' }, ids: 'R5' },
  'nothing by a regular expression': { filter: { search: 'gpt.5' }, ids: '' },
  'letters beyond ASCII, in upper or lower case': { filter: { search: 'GROßE äpfel' }, ids: 'r3' },
  'a text in what is kept apart, quotes and all': { filter: { search: 'SAID "yes"' }, ids: 'r1' },
  'a text over two lines': { filter: { search: 'one\nline' }, ids: 'r4' },
  'nothing in columns that are not searched': { filter: { search: 'treasure' }, ids: '' },
  'nothing in what is kept apart and not searched': { filter: { search: 'unseen' }, ids: '' },
  'everything by an empty search': { filter: { search: '' }, ids: 'r1 r2 r3 R5 r4' },
  'what one of several filters finds': { filter: { any: [{ equals: { model: 'claude' } }, { has: { labels: 'red' }, to: 2000 }] }, ids: 'r1 r3' },
  'nothing by none of several filters': { filter: { any: [] }, ids: '' },
  'what all of them find together': {
    filter: {
      from: 1500,
      equals: { status: [200, 429] },
      not: { model: 'claude' },
      within: { path: '/team' },
      has: { labels: 'red' },
      search: 'SCORE',
      any: [{ any: [{ equals: { id: 'r2' } }] }],
    },
    ids: 'r2',
  },
}

const unlisted: readonly Filter[] = [
  { equals: { nobody: 1 } },
  { not: { 'x" OR 1=1 --': 1 } },
  { within: { __proto__x: '/' } },
  { has: { constructor: 'x' } },
  { equals: { body: 'x' } },
]

/** Without kept sums, and with them: opened again, the journal counts its rows in them. */
const journals = [calls('plain'), summedCalls('kept')]

export function filterCases(store: StoreUnderTest): readonly ConformanceCase[] {
  return casesOn(
    'finds rows, in both kinds of journal',
    store,
    it => {
      for (const [name, { filter, ids }] of Object.entries(table)) {
        const expected = ids.split(' ').filter(id => id !== '')
        it(name, async ({ storage }) => {
          for (const definition of journals) await findsThese(await storage.journal(definition), filter, expected)
        })
      }
      for (const filter of unlisted) {
        it(`none by ${JSON.stringify(filter)}, which is refused, since pages list no such column`, async ({ storage }) => {
          for (const definition of journals) await rejects((await storage.journal(definition)).list({ filter, limit: 1 }), TypeError)
        })
      }
    },
    async ({ storage }) => {
      for (const definition of journals) await (await storage.journal(definition)).append(rows)
    },
  )
}

async function findsThese(journal: Journal<Call>, filter: Filter, expected: readonly string[]): Promise<void> {
  const { rows: found, total } = await journal.list({ filter, order: 'asc', limit: 10 })
  deepStrictEqual(idsOf(found), expected)
  strictEqual(total, expected.length)
  deepStrictEqual(idsOf((await all(journal.each(filter, { pageSize: 2 }))).flat()), expected)
  const { groups } = await journal.sums({ filter, measures: [] })
  const counts = groups.map(({ count }) => count)
  deepStrictEqual(counts, expected.length === 0 ? [] : [expected.length])
}

function idsOf(found: readonly Call[]): readonly string[] {
  return found.map(({ id }) => id)
}
