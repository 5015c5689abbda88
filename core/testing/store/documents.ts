/** Documents: revisions, listings, expiry, notice. */

import { deepStrictEqual, ok, partialDeepStrictEqual, rejects, strictEqual } from 'node:assert/strict'
import { Conflict } from '../../index.ts'
import { update, type RecordQuery, type Records } from '../../storage/records.ts'
import { setTimeout as wait } from 'node:timers/promises'
import type { ConformanceCase } from '../conformance.ts'
import { casesOn, type Ground, type StoreUnderTest } from './cases.ts'
import { OpenStore } from './open-store.ts'

interface Thing {
  readonly text?: string
  readonly count?: number
  readonly isNew?: boolean | null
}

const shelf: readonly { readonly id: string; readonly owner: string; readonly position: number; readonly value: Thing }[] = [
  { id: 'a/1', owner: '/team', position: 30, value: { text: 'one', count: 1 } },
  { id: 'a/2', owner: '/team/x', position: 10, value: { text: 'two', count: 2, isNew: true } },
  { id: 'a_3', owner: '/teams', position: 20, value: { text: 'two', isNew: null } },
  { id: 'b', owner: '', position: 20, value: { text: '2', count: 1, isNew: false } },
]

const listings: Readonly<Record<string, { readonly query: RecordQuery; readonly ids: readonly string[] }>> = {
  'all, by position and then id': { query: {}, ids: ['a/2', 'a_3', 'b', 'a/1'] },
  'all, the other way round': { query: { order: 'desc' }, ids: ['a/1', 'b', 'a_3', 'a/2'] },
  'as many as asked for': { query: { limit: 2 }, ids: ['a/2', 'a_3'] },
  'what comes behind one': { query: { after: { position: 20, id: 'a_3' } }, ids: ['b', 'a/1'] },
  'what comes behind one, the other way round': { query: { after: { position: 20, id: 'b' }, order: 'desc' }, ids: ['a_3', 'a/2'] },
  'what a path and those below it own': { query: { owner: '/team' }, ids: ['a/2', 'a/1'] },
  'everything, of the root': { query: { owner: '/' }, ids: ['a/2', 'a_3', 'b', 'a/1'] },
  'ids that begin so': { query: { prefix: 'a/' }, ids: ['a/2', 'a/1'] },
  'no ids, when none begins so': { query: { prefix: 'a%' }, ids: [] },
  'by a text': { query: { where: { text: 'two' } }, ids: ['a/2', 'a_3'] },
  'by a number, which is no text': { query: { where: { count: 2 } }, ids: ['a/2'] },
  'by a text, which is no number': { query: { where: { text: '2' } }, ids: ['b'] },
  'by true': { query: { where: { isNew: true } }, ids: ['a/2'] },
  'by false, which is not absent': { query: { where: { isNew: false } }, ids: ['b'] },
  'by null, which is absent, too': { query: { where: { isNew: null } }, ids: ['a_3', 'a/1'] },
  'by all of it together': { query: { where: { text: 'two', isNew: null }, owner: '/teams', prefix: 'a', order: 'desc', limit: 5 }, ids: ['a_3'] },
}

export function documentCases(store: StoreUnderTest): readonly ConformanceCase[] {
  return [...kept(store), ...listed(store), ...told(store)]
}

function kept(store: StoreUnderTest): readonly ConformanceCase[] {
  return casesOn('keeps documents', store, it => {
    it('gives back what was put, by its id', async use => {
      const things = use.storage.records<Thing>('plain')
      const put = await things.put('one', { text: 'a' }, { owner: '/team', position: 5 })
      deepStrictEqual(put, { id: 'one', revision: 1, owner: '/team', position: 5, value: { text: 'a' } })
      deepStrictEqual(await things.get('one'), put)
      strictEqual(await things.get('two'), undefined)
      strictEqual(await use.storage.records('other').get('one'), undefined)
    })

    it('keeps the order of members, and numbers as they are', async use => {
      const value = { z: 1, a: { y: [1e21, 0.1, -0.5, 12345678901234], b: null }, m: {}, 'a.b': true, $set: 1 }
      const things = use.storage.records<object>('faithful')
      await things.put('x', value)
      strictEqual(JSON.stringify((await things.get('x'))?.value), JSON.stringify(value))
    })

    it('counts the writes, and keeps owner and position unless told otherwise', async use => {
      const things = use.storage.records<Thing>('counted')
      const { position } = await things.put('x', {}, { owner: '/a' })
      strictEqual(position, use.clock.now())
      partialDeepStrictEqual(await things.put('x', { count: 1 }, { position: 1 }), { revision: 2, owner: '/a', position })
      partialDeepStrictEqual(await things.put('x', { count: 2 }, { owner: '/b' }), { revision: 3, owner: '/b', position })
    })

    it('takes times between two milliseconds', async use => {
      const things = use.storage.records<Thing>('between')
      strictEqual((await things.put('x', {}, { position: 1.5, expiresAt: use.clock.now() + 1000.5 })).position, 1)
    })

    it('writes only over the revision that was expected', async use => {
      const things = use.storage.records<Thing>('expected')
      await refused(things.put('x', {}, { expected: 1 }))
      await things.put('x', { count: 1 }, { expected: 0 })
      await refused(things.put('x', { count: 9 }, { expected: 0 }))
      await things.put('x', { count: 2 }, { expected: 1 })
      await refused(things.put('x', { count: 9 }, { expected: 1 }))
      await refused(things.delete('x', 1))
      deepStrictEqual((await things.get('x'))?.value, { count: 2 })
      strictEqual(await things.delete('x', 2), true)
      strictEqual(await things.delete('x'), false)
    })

    it('gives no revision to two contents, even when one was deleted in between', async use => {
      const things = use.storage.records<Thing>('reborn')
      await things.put('x', { count: 1 }, { owner: '/a', position: 1 })
      await things.delete('x')
      const { revision, owner, position } = await things.put('x', { count: 2 }, { expected: 0 })
      deepStrictEqual({ owner, position }, { owner: '', position: use.clock.now() })
      ok(revision > 1)
      await refused(things.put('x', {}, { expected: 1 }))
    })

    it('lets one of many win who write at once', async use => {
      const things = use.storage.records<Thing>('race')
      const results = await Promise.allSettled(Array.from({ length: 20 }, (_, count) => things.put('x', { count }, { expected: 0 })))
      strictEqual(results.filter(({ status }) => status === 'fulfilled').length, 1)
      deepStrictEqual(
        results.filter(result => result.status === 'rejected' && !(result.reason instanceof Conflict)),
        [],
      )
    })

    it('loses no change of two instances that both count', async use => {
      await using other = await OpenStore.open(store.plugin, use.options)
      const count = async (things: Records<Thing>) => {
        for (let turn = 0; turn < 15; turn += 1) await update(things, 'x', current => ({ count: (current?.value.count ?? 0) + 1 }))
      }
      await Promise.all([use.storage, other.storage].map(storage => count(storage.records<Thing>('counter'))))
      partialDeepStrictEqual(await use.storage.records<Thing>('counter').get('x'), { revision: 30, value: { count: 30 } })
    })

    it('takes a document for deleted when its time is over', async use => {
      const things = use.storage.records<Thing>('passing')
      await things.put('x', { count: 1 }, { expiresAt: use.clock.now() + 1000, owner: '/a' })
      await things.put('y', { count: 1 }, { expiresAt: use.clock.now() + 1000 })
      await things.put('y', { count: 2 })
      use.clock.advance(999)
      deepStrictEqual((await things.get('x'))?.value, { count: 1 })
      use.clock.advance(1)
      strictEqual(await things.get('x'), undefined)
      deepStrictEqual(
        (await things.list()).map(({ id }) => id),
        ['y'],
      )
      strictEqual(await things.delete('x'), false)
      partialDeepStrictEqual(await things.put('x', { count: 3 }, { expected: 0 }), { owner: '', value: { count: 3 } })
    })

    it('deletes all that a query finds', async use => {
      const things = use.storage.records<Thing>('doomed')
      for (let index = 0; index < 30; index += 1) await things.put(`${index % 3}/${index}`, { isNew: index < 15 }, { owner: '/a' })
      strictEqual(await things.deleteAll({ prefix: '1/', where: { isNew: true } }), 5)
      strictEqual(await things.deleteAll({ owner: '/a' }), 25)
      deepStrictEqual(await things.list(), [])
    })
  })
}

function listed(store: StoreUnderTest): readonly ConformanceCase[] {
  const fill = async ({ storage }: Ground) => {
    for (const { id, value, ...options } of shelf) await storage.records<Thing>('shelf').put(id, value, options)
  }
  return casesOn(
    'lists documents',
    store,
    it => {
      for (const [name, { query, ids }] of Object.entries(listings)) {
        it(name, async use =>
          deepStrictEqual(
            (await use.storage.records<Thing>('shelf').list(query)).map(({ id }) => id),
            ids,
          ),
        )
      }
      it('whole documents', async use => deepStrictEqual(await use.storage.records<Thing>('shelf').list({ prefix: 'b' }), [{ ...shelf[3], revision: 1 }]))
    },
    fill,
  )
}

function told(store: StoreUnderTest): readonly ConformanceCase[] {
  return casesOn('tells who watches', store, it => {
    it('at once of changes made here', async use => {
      const things = use.storage.records<Thing>('watched_here')
      const told: string[] = []
      const end = things.watch(() => told.push('change'))
      const after = async (work: () => Promise<unknown>) => {
        const before = told.length
        await work()
        return told.length > before
      }
      strictEqual(await after(() => things.put('x', {})), true)
      strictEqual(await after(() => things.delete('x')), true)
      end()
      strictEqual(await after(() => things.put('x', {})), false)
    })

    it('within two seconds of changes made elsewhere', async use => {
      await using other = await OpenStore.open(store.plugin, use.options)
      const [here, there] = [use.storage.records<Thing>('watched'), other.storage.records<Thing>('watched')]
      let seen: number | undefined
      const end = here.watch(
        () =>
          void here.get('x').then(found => {
            seen = found?.value.count
          }),
      )
      for (const count of [1, 2, 3]) {
        await there.put('x', { count })
        use.clock.advance(noticeMs)
        await noticed(() => seen === count)
      }
      await there.delete('x')
      use.clock.advance(noticeMs)
      await noticed(() => seen === undefined)
      end()
    })
  })
}

/** As the contract says. */
const noticeMs = 2000

/** A machine that is busy with something else gets more. */
async function noticed(isSo: () => boolean): Promise<void> {
  for (let waitedMs = 0; !isSo(); waitedMs += 10) {
    if (waitedMs > 30_000) throw new Error('nobody was told of a change that was made elsewhere')
    await wait(10)
  }
}

async function refused(call: Promise<unknown>): Promise<void> {
  await rejects(call, Conflict)
}
