/** Rows of journals: put in once, read whole and in pages, changed, deleted. */

import { deepStrictEqual, rejects, strictEqual } from 'node:assert/strict'
import type { Journal } from '../../storage/journal.ts'
import type { ConformanceCase } from '../conformance.ts'
import { all, calls, slim, summedCalls, tidy, type Call } from './calls.ts'
import { casesOn, type Ground, type StoreUnderTest } from './cases.ts'

const full: Call = {
  id: 'full',
  timestamp: 1_771_300_000_123,
  model: 'gpt',
  path: '/team/x',
  labels: ['b', 'a'],
  cached: false,
  status: 200,
  tokens: 12,
  cost: 0.000_025,
  note: 'hi',
  data: { z: 1, a: [null, 1.5, 'x'] },
  body: [{ role: 'user', content: 'hello' }],
  trace: 'abc',
}
const bare: Call = { id: 'bare', timestamp: 1_771_300_000_124 }

export function rowCases(store: StoreUnderTest): readonly ConformanceCase[] {
  return [...kept(store), ...listed(store), ...changed(store)]
}

function kept(store: StoreUnderTest): readonly ConformanceCase[] {
  return casesOn('keeps rows', store, it => {
    it('gives back every kind of value, and nothing for what was absent', async use => {
      const journal = await use.storage.journal(calls('kinds'))
      strictEqual(await journal.append([full, bare]), 2)
      deepStrictEqual(tidy((await journal.get('full')) ?? bare), full)
      strictEqual(JSON.stringify((await journal.get('full'))?.data), JSON.stringify(full.data))
      deepStrictEqual(tidy((await journal.get('bare')) ?? full), bare)
      strictEqual(await journal.get('none'), undefined)
    })

    it('opens the same rows by the same name', async use => {
      await (await use.storage.journal(calls('twice'))).append([full])
      deepStrictEqual(tidy((await (await use.storage.journal(calls('twice'))).get('full')) ?? bare), full)
    })

    it('ignores a second row of an id: in another call, and in the same', async use => {
      const journal = await use.storage.journal(summedCalls('once'))
      strictEqual(await journal.append([full, { ...full, note: 'again' }]), 1)
      strictEqual(await journal.append([{ ...full, tokens: 1000, body: 'other' }, bare]), 1)
      deepStrictEqual(tidy((await journal.get('full')) ?? bare), full)
      deepStrictEqual((await journal.sums({ measures: ['tokens'] })).groups, [{ key: {}, period: 0, count: 2, sums: { tokens: 12 } }])
    })

    it('takes nothing of a call, or all of it', async use => {
      const journal = await use.storage.journal(calls('all_or_none'))
      await rejects(journal.append([full, { ...bare, id: 'x'.repeat(513) }]), RangeError)
      deepStrictEqual((await journal.list({ limit: 10 })).rows, [])
      strictEqual(await journal.append([]), 0)
    })

    it('takes more rows at once than a statement has parameters, from several callers', async use => {
      const journal = await use.storage.journal(summedCalls('many'))
      const batch = (offset: number) =>
        Array.from({ length: 1500 }, (_, index): Call => ({ id: `row${offset + index}`, timestamp: offset + index, model: `m${index % 7}`, tokens: 1 }))
      const counts = await Promise.all([0, 750, 3000].map(async offset => await journal.append(batch(offset))))
      strictEqual(
        counts.reduce((sum, count) => sum + count),
        3750,
      )
      const { groups } = await journal.sums({ measures: ['tokens'] })
      deepStrictEqual(
        groups.map(({ count, sums }) => [count, sums['tokens']]),
        [[3750, 3750]],
      )
    })

    it('is unmoved by numbers beyond measure', async use => {
      const journal = await use.storage.journal(summedCalls('extremes'))
      const rows: Call[] = [1e300, -1e300, 2 ** 60, Number.NaN, Infinity, 1.5].map((tokens, index) => ({
        id: `${index}`,
        timestamp: index,
        tokens,
        cost: tokens,
      }))
      await journal.append(rows)
      strictEqual((await journal.get('0'))?.cost, 1e300)
      strictEqual((await journal.get('2'))?.tokens, Number.MAX_SAFE_INTEGER)
      strictEqual((await journal.get('3'))?.cost ?? null, null)
      strictEqual((await journal.list({ limit: 10 })).total, 6)
      strictEqual((await journal.sums({ measures: ['tokens', 'cost'] })).groups[0]?.count, 6)
    })
  })
}

function listed(store: StoreUnderTest): readonly ConformanceCase[] {
  const rows: readonly Call[] = Array.from({ length: 25 }, (_, index) => ({
    id: `r${String(index).padStart(2, '0')}`,
    timestamp: 1000 + Math.floor(index / 5),
    tokens: index,
    body: { index },
    model: index % 2 === 0 ? 'even' : 'odd',
  }))
  const ids = (found: readonly Call[]) => found.map(({ id }) => id)
  const fill = async ({ storage }: Ground) => {
    const journal = await storage.journal(calls('listed'))
    await journal.append(rows.toSorted((one, other) => (one.id.slice(2) < other.id.slice(2) ? -1 : 1)))
  }
  return casesOn(
    'lists rows',
    store,
    define => {
      const it = (name: string, work: (journal: Journal<Call>) => Promise<void>) =>
        define(name, async ({ storage }) => await work(await storage.journal(calls('listed'))))

      it('the newest first, by time and then id, without what is kept apart', async journal => {
        const { rows: found, total } = await journal.list({ limit: 3 })
        deepStrictEqual(
          found.map(tidy),
          rows
            .toReversed()
            .slice(0, 3)
            .map(row => tidy(slim(row))),
        )
        strictEqual(total, 25)
      })

      it('the oldest first, from an offset on', async journal => {
        const { rows: found, total } = await journal.list({ limit: 4, offset: 23, order: 'asc' })
        deepStrictEqual([ids(found), total], [['r23', 'r24'], 25])
      })

      it('nothing beyond the end, but how many there are', async journal => {
        deepStrictEqual(await journal.list({ limit: 4, offset: 30, filter: { equals: { model: 'odd' } } }), { rows: [], total: 12 })
      })

      for (const order of ['asc', 'desc'] as const) {
        it(`each row once, page by page, ${order}`, async journal => {
          const pages = await all(journal.each({ equals: { model: 'even' } }, { pageSize: 4, order }))
          deepStrictEqual(
            pages.map(page => page.length),
            [4, 4, 4, 1],
          )
          const even = rows.filter(({ model }) => model === 'even').map(({ id }) => id)
          deepStrictEqual(pages.flatMap(ids), order === 'asc' ? even : even.toReversed())
          strictEqual(
            pages.flat().every(row => !('body' in tidy(row))),
            true,
          )
        })
      }

      it('whole rows, when asked', async journal => {
        const [page] = await all(journal.each({}, { pageSize: 30, whole: true }))
        deepStrictEqual(page?.map(tidy), rows)
      })

      it('no page at all of nothing', async journal => {
        deepStrictEqual(await all(journal.each({ from: 5000 })), [])
      })
    },
    fill,
  )
}

function changed(store: StoreUnderTest): readonly ConformanceCase[] {
  return casesOn('changes rows', store, it => {
    it('changes columns of rows that are there, those kept apart too', async use => {
      const journal = await use.storage.journal(calls('amended'))
      await journal.append([full, bare, { id: 'third', timestamp: 5 }])
      await journal.amend([
        { id: 'full', cost: null, tokens: 13 },
        { id: 'bare', body: { late: true }, timestamp: 7, labels: ['x'] },
        { id: 'nobody', tokens: 1 },
        { id: 'full', note: 'twice' },
      ])
      deepStrictEqual(tidy((await journal.get('full')) ?? bare), tidy({ ...full, cost: null, tokens: 13, note: 'twice' }))
      deepStrictEqual(tidy((await journal.get('bare')) ?? full), { id: 'bare', timestamp: 7, labels: ['x'], body: { late: true } })
      strictEqual((await journal.list({ limit: 5 })).total, 3)
      await journal.amend([])
    })

    it('deletes the oldest rows, as many as asked for', async use => {
      const journal = await use.storage.journal(summedCalls('deleted'))
      await journal.append(Array.from({ length: 700 }, (_, index) => ({ id: `d${String(index).padStart(3, '0')}`, timestamp: index, tokens: 1, body: index })))
      deepStrictEqual(await journal.deleteBefore(600, 3), ['d000', 'd001', 'd002'])
      strictEqual((await journal.deleteBefore(600, 1000)).length, 597)
      deepStrictEqual(await journal.deleteBefore(600, 1000), [])
      strictEqual(await journal.get('d599'), undefined)
      strictEqual((await journal.get('d600'))?.body, 600)
      deepStrictEqual(
        (await journal.sums({ measures: ['tokens'] })).groups.map(({ count, sums }) => [count, sums['tokens']]),
        [[100, 100]],
      )
      await journal.append([{ id: 'd000', timestamp: 0, tokens: 5 }])
      strictEqual((await journal.get('d000'))?.body ?? null, null)
    })
  })
}
