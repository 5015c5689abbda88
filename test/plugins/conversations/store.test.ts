import { expect } from 'chai'
import { keptItems, type KeptItem } from '../../../core/neutral/kept-items.ts'
import { TurnedClock } from '../../../core/testing/turned-clock.ts'
import { Deleted } from '../../../plugins/conversations/appender.ts'
import { itemKey, type ConversationRecord, type ItemRecord } from '../../../plugins/conversations/record.ts'
import { ConversationStore } from '../../../plugins/conversations/store.ts'
import sqlite from '../../../plugins/storage/sqlite/index.ts'
import { until } from '../../support/until.ts'
import { OpenStore } from '../../../core/testing/store/open-store.ts'

const dayMs = 24 * 3600 * 1000
const items = (...texts: readonly string[]): readonly KeptItem[] =>
  keptItems(
    texts.map(text => JSON.stringify({ role: 'user', content: text, id: `msg_${text}` })),
    '',
    null,
  )

describe('the store of conversations', () => {
  let clock: TurnedClock
  let opened: OpenStore
  let store: ConversationStore
  let id: string

  const gateway = () => new ConversationStore({ ...records(), clock, random: () => 0.5, keepMs: 30 * dayMs })
  const records = () => ({
    conversations: opened.storage.records<ConversationRecord>('conversations'),
    items: opened.storage.records<ItemRecord>('conversation_items'),
  })
  const idsIn = async () => {
    const conversation = await store.find(id, undefined)
    return conversation === undefined ? undefined : (await store.all(conversation)).map(({ item_id: item }) => item)
  }

  beforeEach(async () => {
    clock = new TurnedClock()
    opened = await OpenStore.open(sqlite, { path: ':memory:' }, clock)
    store = gateway()
    ;({ id } = await store.create('/acme', '{}', () => items('a')))
  })
  afterEach(() => opened[Symbol.asyncDispose]())

  it('keeps one for 30 days from the last write on, with all its items', async () => {
    for (const name of ['b', 'c', 'd']) {
      clock.advance(29 * dayMs)
      await store.append(id, async () => items(name))
    }
    clock.advance(29 * dayMs)
    await store.describe(id, '{"a":"b"}')
    clock.advance(29 * dayMs)
    expect(await idsIn()).to.deep.equal(['msg_a', 'msg_b', 'msg_c', 'msg_d'])
    clock.advance(2 * dayMs)
    expect(await idsIn()).to.equal(undefined)
  })

  it('shows nothing of what a writer has not brought to its end, and lets the next one overwrite it', async () => {
    const { conversations, items: kept } = records()
    const found = (await conversations.get(id))!
    await conversations.put(id, { ...found.value, writer: { token: 'dead', until: clock.now() + 10_000 } }, { expected: found.revision })
    for (const place of [1, 2]) await kept.put(itemKey(id, place), { item_id: 'msg_lost', json: '{}', issuer: null }, { position: place })
    expect(await idsIn()).to.deep.equal(['msg_a'])
    const appending = store.append(id, async () => items('b'))
    await clock.armed(2)
    expect(await idsIn()).to.deep.equal(['msg_a'])
    clock.advance(10_000)
    await appending
    expect(await idsIn()).to.deep.equal(['msg_a', 'msg_b'])
    await store.append(id, async () => items('c', 'd'))
    expect(await idsIn()).to.deep.equal(['msg_a', 'msg_b', 'msg_c', 'msg_d'])
  })

  it('loses nothing of a writer whose place another took, nor of that other', async () => {
    const { promise, resolve } = Promise.withResolvers<undefined>()
    const reached = Promise.withResolvers<undefined>()
    let asked = 0
    const slow = store.append(id, async () => {
      if (asked++ > 0) return items('slow1', 'slow2')
      reached.resolve(undefined)
      await promise
      return items('slow1', 'slow2')
    })
    await reached.promise
    clock.advance(11_000)
    await gateway().append(id, async () => items('fast'))
    resolve(undefined)
    await turning(slow)
    expect(await idsIn()).to.deep.equal(['msg_a', 'msg_fast', 'msg_slow1', 'msg_slow2'])
    expect(asked).to.equal(2)
  })

  it('puts all or nothing of what one writer brings', async () => {
    expect(await store.append(id, () => Promise.reject(new Error('no'))).catch((cause: unknown) => cause)).to.have.property('message', 'no')
    expect(await idsIn()).to.deep.equal(['msg_a'])
    await store.append(id, async () => items('b'))
    expect(await idsIn()).to.deep.equal(['msg_a', 'msg_b'])
  })

  it('says so when the conversation is deleted under the writer', async () => {
    const appending = store.append(id, async () => {
      await store.delete(id)
      return items('b')
    })
    expect(await turning(appending.catch((cause: unknown) => cause))).to.be.instanceOf(Deleted)
    expect(await idsIn()).to.equal(undefined)
  })

  it('keeps what is described while somebody writes', async () => {
    let asked = 0
    await turning(
      store.append(id, async () => {
        if (asked++ === 0) await store.describe(id, '{"a":"b"}')
        return items('b')
      }),
    )
    expect(asked).to.equal(2)
    expect((await store.find(id, undefined))?.value.metadata).to.equal('{"a":"b"}')
    expect(await idsIn()).to.deep.equal(['msg_a', 'msg_b'])
  })

  it('finds items whose providers give them ids that are long, or of any characters', async () => {
    const names = ['b'.repeat(5000), 'c c', 'd\0é/']
    await store.append(id, async () => items(...names))
    const conversation = (await store.find(id, undefined))!
    for (const [index, name] of names.entries()) expect((await store.item(conversation, `msg_${name}`))?.position).to.equal(index + 1)
  })

  it('reads more items than fit into a page', async () => {
    const names = Array.from({ length: 1203 }, (_, n) => String(n))
    await store.append(id, async () => items(...names))
    expect(await idsIn()).to.deep.equal(['msg_a', ...names.map(name => `msg_${name}`)])
  })

  /** Time passes while it is waited for. */
  async function turning<T>(work: Promise<T>): Promise<T> {
    const state = { isOver: false }
    const done = work.finally(() => {
      state.isOver = true
    })
    await until(() => {
      clock.advance(1)
      return state.isOver
    })
    return await done
  }
})
