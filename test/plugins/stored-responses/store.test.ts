import { expect } from 'chai'
import { TurnedClock } from '../../../core/testing/turned-clock.ts'
import { itemsOf, type StoredResponse } from '../../../plugins/stored-responses/record.ts'
import { ResponseStore, type Kept } from '../../../plugins/stored-responses/store.ts'
import sqlite from '../../../plugins/storage/sqlite/index.ts'
import { OpenStore } from '../../../core/testing/store/open-store.ts'

function kept(text: string, items: readonly string[] = []): Kept {
  const response = JSON.stringify({ id: 'resp_1', output: items.map(id => ({ id, type: 'message', content: text })) })
  return {
    items,
    record: {
      response,
      status: 'completed',
      items: [],
      previous: null,
      conversation: null,
      is_append_due: false,
      provider: null,
      provider_type: null,
      upstream_id: null,
      key: null,
    },
  }
}

describe('the store of responses', () => {
  let opened: OpenStore
  let store: ResponseStore
  const failures: unknown[] = []

  const records = () => opened.storage.records<StoredResponse>('responses')

  beforeEach(async () => {
    const clock = new TurnedClock()
    opened = await OpenStore.open(sqlite, { path: ':memory:' }, clock)
    failures.length = 0
    store = new ResponseStore({
      responses: records(),
      open: opened.storage.records('open_responses'),
      items: opened.storage.records('response_items'),
      clock,
      keepMs: 1000,
      failed: cause => {
        failures.push(cause)
      },
    })
  })
  afterEach(() => opened[Symbol.asyncDispose]())

  it('writes once what its owner replaces before its turn has come', async () => {
    for (const text of ['a', 'b', 'c']) store.save('resp_1', '/acme', () => kept(text, ['msg_1']))
    await store.settled()
    const stored = await records().get('resp_1')
    expect([stored?.revision, stored?.value.response]).to.deep.equal([1, kept('c', ['msg_1']).record.response])
  })

  it('writes again what its owner gives once more later', async () => {
    for (const text of ['a', 'b']) {
      store.save('resp_1', '/acme', () => kept(text))
      await store.settled()
    }
    const stored = await records().get('resp_1')
    expect([stored?.revision, stored?.value.response]).to.deep.equal([2, kept('b').record.response])
  })

  it('leaves an id to the one who had it first', async () => {
    store.save('resp_1', '/acme', () => kept('mine'))
    await store.settled()
    store.save('resp_1', '/other', () => kept('theirs', ['msg_1']))
    await store.settled()
    expect([(await records().get('resp_1'))?.value.response, failures.length]).to.deep.equal([kept('mine').record.response, 1])
    expect(await store.findOfItem('msg_1', '/other', undefined)).to.equal(undefined)
  })

  it('finds what is being written, and its items', async () => {
    store.save('resp_1', '/acme', () => kept('a', ['msg_1']))
    expect((await store.find('resp_1', undefined))?.value.status).to.equal('completed')
    expect((await store.findOfItem('msg_1', '/acme', undefined))?.id).to.equal('resp_1')
    await store.settled()
    expect((await store.findOfItem('msg_1', '/acme', undefined))?.id).to.equal('resp_1')
  })

  it('finds an item for those who reach its response, of their own path first', async () => {
    const bound = (userPath: string) => ({ method: 'api_key', userPath }) as const
    store.save('resp_a', '/acme/a', () => kept('a', ['msg_1', 'msg/1']))
    store.save('resp_b', '/acme/b', () => kept('b', ['msg_1']))
    const idsOf = async (item: string) => [
      (await store.findOfItem(item, '/acme/b', bound('/acme/b')))?.id,
      (await store.findOfItem(item, '/acme', bound('/acme')))?.id,
      (await store.findOfItem(item, '', undefined))?.id,
      (await store.findOfItem(item, '/other', bound('/other')))?.id,
    ]
    for (const _ of ['while they are written', 'then']) {
      const [own, above, anybody, foreign] = await idsOf('msg_1')
      expect([own, foreign]).to.deep.equal(['resp_b', undefined])
      expect(['resp_a', 'resp_b']).to.include(above).and.to.include(anybody)
      expect(await idsOf('msg/1')).to.deep.equal([undefined, 'resp_a', 'resp_a', undefined])
      expect(await idsOf('msg')).to.deep.equal([undefined, undefined, undefined, undefined])
      await store.settled()
    }
  })

  it('finds responses and items whose providers give them long ids', async () => {
    const [response, item] = [`resp_${'r'.repeat(500)}`, `fc_${'c'.repeat(5000)}`]
    store.save(response, '/acme', () => kept('a', [item]))
    await store.settled()
    expect([(await store.find(response, undefined))?.id, (await store.findOfItem(item, '/acme', undefined))?.id, failures]).to.deep.equal([
      response,
      response,
      [],
    ])
  })

  it('gives items their ids when they are asked for: always the same ones', () => {
    const record = { ...kept('a').record, items: ['{"role":"user","content":"Hi"}', '{"type":"message","role":"user","content":[],"id":"msg_own"}'] }
    const [first, second] = itemsOf('resp_1', record)
    expect([itemsOf('resp_1', record)[0]?.id, second?.id]).to.deep.equal([first?.id, 'msg_own'])
    expect(JSON.parse(first?.json ?? '')).to.deep.equal({ role: 'user', content: [{ type: 'input_text', text: 'Hi' }], type: 'message', id: first?.id })
  })
})
