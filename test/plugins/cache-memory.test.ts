import { expect } from 'chai'
import pino from 'pino'
import { checkOptions } from '../../core/config/schema/options.ts'
import { Instance } from '../../core/plugin/instance.ts'
import type { PluginDefinition, Services } from '../../core/index.ts'
import { TurnedClock } from '../../core/testing/turned-clock.ts'
import plugin from '../../plugins/cache-memory/index.ts'

/** The service, which answers at once. */
interface MemoryStore {
  get(key: string): Buffer | undefined
  set(key: string, value: Buffer, ttlMs: number): void
  delete(key: string): void
}

async function make(maxBytes: string): Promise<{ store: MemoryStore; clock: TurnedClock }> {
  const definition: PluginDefinition = plugin
  const clock = new TurnedClock()
  const { value: options } = checkOptions(definition.schema, { max_bytes: maxBytes }, () => undefined)
  const instance = await Instance.setUp(
    { key: 'x', name: 'cache-memory', definition, options },
    { clock } as unknown as Services,
    pino({ enabled: false }),
    clock,
  )
  return { clock, store: instance.taps.service as unknown as MemoryStore }
}

describe('cache-memory', () => {
  it('gives back what was put in, until its time is over', async () => {
    const { store, clock } = await make('1M')
    store.set('a', Buffer.from('one'), 1000)
    clock.advance(1000)
    expect(String(store.get('a'))).to.equal('one')
    clock.advance(1)
    expect(store.get('a')).to.equal(undefined)
  })

  it('forgets what is deleted', async () => {
    const { store } = await make('1M')
    store.set('a', Buffer.from('one'), 1000)
    store.delete('a')
    expect(store.get('a')).to.equal(undefined)
  })

  it('drops the least recently used when the bytes are full', async () => {
    const { store } = await make('10K')
    for (const key of ['a', 'b', 'c']) store.set(key, Buffer.alloc(3000), 1000)
    store.get('a')
    store.set('d', Buffer.alloc(3000), 1000)
    expect(['a', 'b', 'c', 'd'].filter(key => store.get(key) !== undefined)).to.deep.equal(['a', 'c', 'd'])
  })

  it('does not keep what is larger than all of it', async () => {
    const { store } = await make('1K')
    store.set('a', Buffer.alloc(3000), 1000)
    expect(store.get('a')).to.equal(undefined)
  })
})
