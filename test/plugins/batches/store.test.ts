import { expect } from 'chai'
import { OpenStore } from '../../../core/testing/store/open-store.ts'
import { TurnedClock } from '../../../core/testing/turned-clock.ts'
import { neverRan, type BatchLine } from '../../../plugins/batches/record.ts'
import { BatchStore, linesKeptUntil } from '../../../plugins/batches/store.ts'
import sqlite from '../../../plugins/storage/sqlite/index.ts'

const line = (name: string) => ({ custom_id: name, body: '{}', done: false, outcome: null })
const outcome = { kind: 'succeeded', status_code: 200, request_id: '', body: '{}' } as const

describe('the store of batches', () => {
  let clock: TurnedClock
  let opened: OpenStore
  let store: BatchStore

  beforeEach(async () => {
    clock = new TurnedClock()
    opened = await OpenStore.open(sqlite, { path: ':memory:' }, clock)
    store = new BatchStore(opened.storage)
  })
  afterEach(() => opened[Symbol.asyncDispose]())

  const linesOf = async (id: string) => {
    const lines: BatchLine[] = []
    for await (const placed of store.lines(id)) lines.push(placed.line)
    return lines
  }

  it('keeps lines as long after they are through as before', async () => {
    const batch = { id: 'b', created_at: clock.now() / 1000 }
    const given = async function* () {
      for (const name of ['one', 'two', 'three']) yield await Promise.resolve(line(name))
    }
    await store.addLines(batch.id, given(), clock.now())
    clock.advance(60_000)
    await store.settle(batch, { index: 0, line: line('one') }, outcome)
    await store.settleRest(batch, neverRan('expired'))
    clock.advance(linesKeptUntil(batch) - clock.now() - 1)
    expect(await linesOf(batch.id)).to.deep.equal([
      { ...line('one'), done: true, outcome },
      { ...line('two'), done: true, outcome: neverRan('expired') },
      { ...line('three'), done: true, outcome: neverRan('expired') },
    ])
    clock.advance(1)
    expect(await linesOf(batch.id)).to.deep.equal([])
  })

  it('lists what is for some endpoints in one order, those of earlier versions too', async () => {
    const earlier = opened.storage.records<object>('batches')
    const second = clock.now()
    for (const [id, endpoint] of [
      ['1', 'chat'],
      ['2', 'messages'],
      ['4', 'chat'],
      ['3', 'responses'],
    ] as const)
      await earlier.put(id, { id, endpoint }, { position: second })
    await earlier.put('0', { id: '0', endpoint: 'responses' }, { position: second + 1 })
    const listed = async (order: 'asc' | 'desc') => {
      const ids: string[] = []
      for (let page = await store.listOf(['chat', 'responses'], { order, limit: 2 }); page.length > 0;) {
        ids.push(...page.map(({ id }) => id))
        page = await store.listOf(['chat', 'responses'], { order, limit: 2, after: page.at(-1)! })
      }
      return ids
    }
    expect(await listed('desc')).to.deep.equal(['0', '4', '3', '1'])
    expect(await listed('asc')).to.deep.equal(['1', '3', '4', '0'])
  })
})
