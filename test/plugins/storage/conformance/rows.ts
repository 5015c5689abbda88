/** Rows of journals: put in once, read whole and in pages, changed, deleted. */

import { expect } from 'chai'
import type { Journal } from '../../../../core/storage/journal.ts'
import type { StoreUnderTest } from '../conformance.ts'
import { all, calls, slim, summedCalls, tidy, type Call } from './calls.ts'
import { describeOn } from './open-store.ts'

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

export function rowsConform(store: StoreUnderTest): void {
  describeOn('keeps rows', store, use => {
    it('gives back every kind of value, and nothing for what was absent', async () => {
      const journal = await use.storage.journal(calls('kinds'))
      expect(await journal.append([full, bare])).to.equal(2)
      expect(tidy((await journal.get('full')) ?? bare)).to.deep.equal(full)
      expect(JSON.stringify((await journal.get('full'))?.data)).to.equal(JSON.stringify(full.data))
      expect(tidy((await journal.get('bare')) ?? full)).to.deep.equal(bare)
      expect(await journal.get('none')).to.equal(undefined)
    })

    it('opens the same rows by the same name', async () => {
      await (await use.storage.journal(calls('twice'))).append([full])
      expect(tidy((await (await use.storage.journal(calls('twice'))).get('full')) ?? bare)).to.deep.equal(full)
    })

    it('ignores a second row of an id: in another call, and in the same', async () => {
      const journal = await use.storage.journal(summedCalls('once'))
      expect(await journal.append([full, { ...full, note: 'again' }])).to.equal(1)
      expect(await journal.append([{ ...full, tokens: 1000, body: 'other' }, bare])).to.equal(1)
      expect(tidy((await journal.get('full')) ?? bare)).to.deep.equal(full)
      expect((await journal.sums({ measures: ['tokens'] })).groups).to.deep.equal([{ key: {}, period: 0, count: 2, sums: { tokens: 12 } }])
    })

    it('takes nothing of a call, or all of it', async () => {
      const journal = await use.storage.journal(calls('all_or_none'))
      expect(
        await journal.append([full, { ...bare, id: 'x'.repeat(513) }]).then(
          () => 'done',
          (cause: unknown) => cause,
        ),
      ).to.be.instanceOf(RangeError)
      expect((await journal.list({ limit: 10 })).rows).to.deep.equal([])
      expect(await journal.append([])).to.equal(0)
    })

    it('takes more rows at once than a statement has parameters, from several callers', async () => {
      const journal = await use.storage.journal(summedCalls('many'))
      const batch = (offset: number) =>
        Array.from({ length: 1500 }, (_, index): Call => ({ id: `row${offset + index}`, timestamp: offset + index, model: `m${index % 7}`, tokens: 1 }))
      expect(await Promise.all([0, 750, 3000].map(async offset => await journal.append(batch(offset))))).to.satisfy(
        (counts: number[]) => counts.reduce((sum, count) => sum + count) === 3750,
      )
      const { groups } = await journal.sums({ measures: ['tokens'] })
      expect(groups.map(({ count, sums }) => [count, sums['tokens']])).to.deep.equal([[3750, 3750]])
    })

    it('is unmoved by numbers beyond measure', async () => {
      const journal = await use.storage.journal(summedCalls('extremes'))
      const rows: Call[] = [1e300, -1e300, 2 ** 60, Number.NaN, Infinity, 1.5].map((tokens, index) => ({
        id: `${index}`,
        timestamp: index,
        tokens,
        cost: tokens,
      }))
      await journal.append(rows)
      expect((await journal.get('0'))?.cost).to.equal(1e300)
      expect((await journal.get('2'))?.tokens).to.equal(Number.MAX_SAFE_INTEGER)
      expect((await journal.get('3'))?.cost ?? null).to.equal(null)
      expect((await journal.list({ limit: 10 })).total).to.equal(6)
      expect((await journal.sums({ measures: ['tokens', 'cost'] })).groups[0]?.count).to.equal(6)
    })

    describe('lists', () => {
      let journal: Journal<Call>
      const rows: readonly Call[] = Array.from({ length: 25 }, (_, index) => ({
        id: `r${String(index).padStart(2, '0')}`,
        timestamp: 1000 + Math.floor(index / 5),
        tokens: index,
        body: { index },
        model: index % 2 === 0 ? 'even' : 'odd',
      }))
      const ids = (found: readonly Call[]) => found.map(({ id }) => id)
      before(async () => {
        journal = await use.storage.journal(calls('listed'))
        await journal.append(rows.toSorted((one, other) => (one.id.slice(2) < other.id.slice(2) ? -1 : 1)))
      })

      it('the newest first, by time and then id, without what is kept apart', async () => {
        const { rows: found, total } = await journal.list({ limit: 3 })
        expect(found.map(tidy)).to.deep.equal(
          rows
            .toReversed()
            .slice(0, 3)
            .map(row => tidy(slim(row))),
        )
        expect(total).to.equal(25)
      })

      it('the oldest first, from an offset on', async () => {
        const { rows: found, total } = await journal.list({ limit: 4, offset: 23, order: 'asc' })
        expect([ids(found), total]).to.deep.equal([['r23', 'r24'], 25])
      })

      it('nothing beyond the end, but how many there are', async () => {
        expect(await journal.list({ limit: 4, offset: 30, filter: { equals: { model: 'odd' } } })).to.deep.equal({ rows: [], total: 12 })
      })

      for (const order of ['asc', 'desc'] as const) {
        it(`each row once, page by page, ${order}`, async () => {
          const pages = await all(journal.each({ equals: { model: 'even' } }, { pageSize: 4, order }))
          expect(pages.map(page => page.length)).to.deep.equal([4, 4, 4, 1])
          const even = rows.filter(({ model }) => model === 'even').map(({ id }) => id)
          expect(pages.flatMap(ids)).to.deep.equal(order === 'asc' ? even : even.toReversed())
          expect(pages.flat().every(row => !('body' in tidy(row)))).to.equal(true)
        })
      }

      it('whole rows, when asked', async () => {
        const [page] = await all(journal.each({}, { pageSize: 30, whole: true }))
        expect(page?.map(tidy)).to.deep.equal(rows)
      })

      it('no page at all of nothing', async () => {
        expect(await all(journal.each({ from: 5000 }))).to.deep.equal([])
      })
    })

    it('changes columns of rows that are there, those kept apart too', async () => {
      const journal = await use.storage.journal(calls('amended'))
      await journal.append([full, bare, { id: 'third', timestamp: 5 }])
      await journal.amend([
        { id: 'full', cost: null, tokens: 13 },
        { id: 'bare', body: { late: true }, timestamp: 7, labels: ['x'] },
        { id: 'nobody', tokens: 1 },
        { id: 'full', note: 'twice' },
      ])
      expect(tidy((await journal.get('full')) ?? bare)).to.deep.equal(tidy({ ...full, cost: null, tokens: 13, note: 'twice' }))
      expect(tidy((await journal.get('bare')) ?? full)).to.deep.equal({ id: 'bare', timestamp: 7, labels: ['x'], body: { late: true } })
      expect((await journal.list({ limit: 5 })).total).to.equal(3)
      await journal.amend([])
    })

    it('deletes the oldest rows, as many as asked for', async () => {
      const journal = await use.storage.journal(summedCalls('deleted'))
      await journal.append(Array.from({ length: 700 }, (_, index) => ({ id: `d${String(index).padStart(3, '0')}`, timestamp: index, tokens: 1, body: index })))
      expect(await journal.deleteBefore(600, 3)).to.deep.equal(['d000', 'd001', 'd002'])
      expect(await journal.deleteBefore(600, 1000)).to.have.length(597)
      expect(await journal.deleteBefore(600, 1000)).to.deep.equal([])
      expect(await journal.get('d599')).to.equal(undefined)
      expect((await journal.get('d600'))?.body).to.equal(600)
      expect((await journal.sums({ measures: ['tokens'] })).groups.map(({ count, sums }) => [count, sums['tokens']])).to.deep.equal([[100, 100]])
      await journal.append([{ id: 'd000', timestamp: 0, tokens: 5 }])
      expect((await journal.get('d000'))?.body ?? null).to.equal(null)
    })
  })
}
