import { expect } from 'chai'
import type { PluginDefinition } from '../../../core/index.ts'
import { TurnedClock } from '../../../core/testing/turned-clock.ts'
import { Entry } from '../../../plugins/managed-keys/entry.ts'
import { LastUse, type KeyUse } from '../../../plugins/managed-keys/last-use.ts'
import { keptPepper, Pepper, type KeptPepper } from '../../../plugins/managed-keys/pepper.ts'
import { idOf, type Lookup } from '../../../plugins/managed-keys/token.ts'
import { Vault } from '../../../plugins/stored-secrets/vault.ts'
import sqlite from '../../../plugins/storage/sqlite/index.ts'
import { Folder } from '../../support/run-tapline.ts'
import { OpenStore } from '../../../core/testing/store/open-store.ts'
import { storedKey } from './stored-key.ts'

const plugin: PluginDefinition = sqlite

describe('the pepper', () => {
  it('is made once, by whichever of two gateways comes first', async () => {
    await using folder = await Folder.make()
    const options = { path: `${folder.path}/keys.db` }
    await using one = await OpenStore.open(plugin, options)
    await using other = await OpenStore.open(plugin, options)
    const made = await Promise.all(
      [one, other, one, other].map(({ storage }) => keptPepper(storage.records<KeptPepper>('key_pepper'), new Vault(storage, undefined))),
    )
    expect(new Set(made.map(({ id }) => id)).size).to.equal(1)
    expect((await keptPepper(other.storage.records<KeptPepper>('key_pepper'), new Vault(other.storage, undefined))).mac('x')).to.equal(made[0]?.mac('x'))
  })

  it('makes other hashes than another one', () => {
    expect(new Pepper('a pepper of some length').mac('x'))
      .to.match(/^[0-9a-f]{64}$/)
      .and.to.not.equal(new Pepper('one more of some length').mac('x'))
  })

  it('gives keys ids that are UUIDs, and the same only for the same token', () => {
    const pepper = new Pepper('a pepper of some length')
    const lookup: Lookup = { kind: 'litellm', hash: 'a'.repeat(64) }
    expect(idOf(lookup, pepper)).to.match(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    expect(idOf({ ...lookup }, pepper)).to.equal(idOf(lookup, pepper))
    expect(new Set([idOf(lookup, pepper), idOf({ ...lookup, kind: 'gomodel' }, pepper), idOf({ ...lookup, hash: 'b'.repeat(64) }, pepper)]).size).to.equal(3)
  })
})

describe('the last use of a key', () => {
  it('is written once a minute, behind the calls, whichever replica saw it', async () => {
    await using store = await OpenStore.open(plugin, { path: ':memory:' })
    const uses = store.storage.records<KeyUse>('auth_key_uses')
    const clock = new TurnedClock()
    const replicas = [1, 2].map(() => {
      const lastUse = new LastUse(clock, cause => {
        throw cause
      })
      lastUse.keepIn(uses)
      return { lastUse, entry: new Entry(storedKey('key-1'), () => undefined) }
    })
    const use = async () => {
      for (const { lastUse, entry } of replicas) {
        lastUse.note(entry, clock.now())
        await lastUse.flush()
      }
    }
    await use()
    const first = clock.now()
    for (let second = 1; second < 60; second++) {
      clock.advance(1_000)
      await use()
    }
    expect(await uses.get('key-1')).to.deep.include({ revision: 1, value: { last_used_at: first } })
    clock.advance(1_000)
    await use()
    expect(await uses.get('key-1')).to.deep.include({ revision: 2, value: { last_used_at: first + 60_000 } })
  })

  it('waits a second for others to be written with it', () => {
    const clock = new TurnedClock()
    const lastUse = new LastUse(clock, () => {})
    const [one, other] = [new Entry(storedKey('key-1'), () => undefined), new Entry(storedKey('key-2'), () => undefined)]
    lastUse.note(one, clock.now())
    lastUse.note(other, clock.now())
    lastUse.note(one, clock.now())
    expect(clock.waitsMs).to.deep.equal([1_000])
  })

  it('is forgotten when it cannot be written, and told', async () => {
    const clock = new TurnedClock()
    const failures: unknown[] = []
    const lastUse = new LastUse(clock, cause => failures.push(cause))
    const away = new Error('away')
    lastUse.keepIn({ get: () => Promise.reject(away) } as never)
    lastUse.note(new Entry(storedKey('key-1'), () => undefined), clock.now())
    await lastUse.flush()
    expect(failures).to.deep.equal([away])
  })
})
