/** Secrets in the store: sealed for one place, opened by who has the key, and by nobody else. */

import { expect } from 'chai'
import pino from 'pino'
import { checkOptions } from '../../core/config/schema/options.ts'
import type { PluginDefinition, Secrets, Services, Storage } from '../../core/index.ts'
import { Instance } from '../../core/plugin/instance.ts'
import { TurnedClock } from '../../core/testing/turned-clock.ts'
import plugin from '../../plugins/stored-secrets/index.ts'
import sqlite from '../../plugins/storage/sqlite/index.ts'
import { Folder, Tapline } from '../support/run-tapline.ts'
import { OpenStore } from '../../core/testing/store/open-store.ts'

const definition: PluginDefinition = plugin
const key = 'the first key, of many words'
const nextKey = 'another key, of as many words'
const place = { collection: 'credentials', id: 'openai', field: 'api_key' }

describe('stored secrets', () => {
  let store: OpenStore
  let storage: Storage
  beforeEach(async () => {
    store = await OpenStore.open(sqlite, { path: ':memory:' })
    storage = store.storage
  })
  afterEach(async () => await store[Symbol.asyncDispose]())

  /** The plugin as a gateway starts it. */
  async function start(options: {
    readonly key?: string
    readonly previous_key?: string
  }): Promise<{ readonly secrets: Secrets; readonly warnings: readonly string[] }> {
    const warnings: string[] = []
    const log = pino(
      { level: 'warn' },
      {
        write: (line: string) => {
          warnings.push((JSON.parse(line) as { msg: string }).msg)
        },
      },
    )
    const { value, problems } = checkOptions(definition.schema, options, () => undefined)
    expect(problems).to.deep.equal([])
    const instance = await Instance.setUp(
      { key: 'x', name: 'stored-secrets', definition, options: value },
      { storage, clock: store.clock } as unknown as Services,
      log,
      new TurnedClock(),
    )
    const secrets = instance.taps.service as Secrets
    secrets.cover('credentials', ['api_key', 'proxy_url'])
    await instance.open()
    return { secrets, warnings }
  }

  async function keep(secrets: Secrets, text: string): Promise<void> {
    await storage.records('credentials').put('openai', { name: 'mine', api_key: await secrets.seal(place, text) })
  }

  async function kept(): Promise<string> {
    return (await storage.records<{ api_key: string }>('credentials').get('openai'))?.value.api_key ?? ''
  }

  async function refusal(work: Promise<unknown>): Promise<string> {
    return await work.then(
      () => 'no error',
      (cause: Error) => cause.message,
    )
  }

  it('are sealed with a data key, each time another way, and open again', async () => {
    const { secrets } = await start({ key })
    const [one, other] = [await secrets.seal(place, 'sk-1'), await secrets.seal(place, 'sk-1')]
    expect(one)
      .to.match(/^enc:v1:1:[A-Za-z0-9+/]+=*$/)
      .and.not.equal(other)
    expect(await Promise.all([one, other].map(async sealed => await secrets.open(place, sealed)))).to.deep.equal(['sk-1', 'sk-1'])
  })

  for (const [title, elsewhere] of Object.entries({ collection: { collection: 'others' }, document: { id: 'anthropic' }, member: { field: 'proxy_url' } })) {
    it(`open in no other ${title} than they were sealed for`, async () => {
      const { secrets } = await start({ key })
      const sealed = await secrets.seal(place, 'sk-1')
      expect(await refusal(secrets.open({ ...place, ...elsewhere }, sealed))).to.match(/was not sealed there, or was changed/)
    })
  }

  it('do not open once they were changed', async () => {
    const { secrets } = await start({ key })
    const sealed = await secrets.seal(place, 'sk-1')
    const changed = sealed.slice(0, -6) + (sealed.at(-6) === 'A' ? 'B' : 'A') + sealed.slice(-5)
    expect(await refusal(secrets.open(place, changed))).to.match(/was changed/)
  })

  it('open for every process that has the key', async () => {
    await keep((await start({ key })).secrets, 'sk-1')
    expect(await (await start({ key })).secrets.open(place, await kept())).to.equal('sk-1')
  })

  it('open after the key was changed, with data keys wrapped anew and rows untouched', async () => {
    await keep((await start({ key })).secrets, 'sk-1')
    const before = await kept()
    await start({ key: nextKey, previous_key: key })
    expect(await kept()).to.equal(before)
    expect(await (await start({ key: nextKey })).secrets.open(place, before)).to.equal('sk-1')
    expect(await refusal(start({ key }))).to.match(/^ENCRYPTION_KEY does not open data key 1/)
  })

  for (const [title, options, expected] of [
    ['another key', { key: nextKey }, /^ENCRYPTION_KEY does not open data key 1 .* ENCRYPTION_KEY_PREVIOUS/],
    [
      'two other keys',
      { key: nextKey, previous_key: 'a third key, never used' },
      /^ENCRYPTION_KEY does not open data key 1 .* nor does ENCRYPTION_KEY_PREVIOUS/,
    ],
    ['no key', {}, /^1 secrets in the database are encrypted, and TAPLINE_ENCRYPTION_KEY is not set/],
  ] as const) {
    it(`keep the gateway from starting with ${title}`, async () => {
      await keep((await start({ key })).secrets, 'sk-1')
      expect(await refusal(start(options))).to.match(expected)
    })
  }

  it('stand as they are without a key, of which the start warns once', async () => {
    const { secrets, warnings } = await start({})
    await keep(secrets, 'sk-1')
    expect([await kept(), await secrets.open(place, await kept()), warnings]).to.deep.equal(['sk-1', 'sk-1', []])
    expect((await start({})).warnings).to.deep.equal([
      'secrets in the database are not encrypted: set TAPLINE_ENCRYPTION_KEY, then run: tapline secrets reencrypt',
    ])
  })

  for (const text of ['enc:v1:1:AAAA', 'plain:x', '', 'ü\0𝄞']) {
    it(`are given back as they were, ${JSON.stringify(text)} too`, async () => {
      const { secrets } = await start({})
      const plain = await secrets.seal(place, text)
      const { secrets: sealing } = await start({ key })
      expect([await secrets.open(place, plain), await sealing.open(place, plain), await sealing.open(place, await sealing.seal(place, text))]).to.deep.equal([
        text,
        text,
        text,
      ])
    })
  }

  it('are encrypted where they were not, once', async () => {
    await keep((await start({})).secrets, 'sk-1')
    const { secrets, warnings } = await start({ key })
    expect(warnings).to.deep.equal(['secrets in the database are not encrypted yet: run tapline secrets reencrypt'])
    expect([await secrets.reencrypt(), await secrets.reencrypt()]).to.deep.equal([1, 0])
    expect([(await kept()).startsWith('enc:v1:1:'), await secrets.open(place, await kept())]).to.deep.equal([true, 'sk-1'])
    expect((await storage.records('credentials').get('openai'))?.value).to.include({ name: 'mine' })
  })

  it('are encrypted with a new data key, which other processes find', async () => {
    const other = (await start({ key })).secrets
    const { secrets } = await start({ key })
    await keep(secrets, 'sk-1')
    expect([await secrets.reencrypt({ rotate: true }), await secrets.reencrypt()]).to.deep.equal([1, 0])
    expect([(await kept()).startsWith('enc:v1:2:'), await other.open(place, await kept())]).to.deep.equal([true, 'sk-1'])
  })

  it('are not encrypted without a key', async () => {
    const { secrets } = await start({})
    expect(await refusal(secrets.reencrypt())).to.equal('there is no TAPLINE_ENCRYPTION_KEY to encrypt with')
  })

  it('have one first data key, however many processes begin at once', async () => {
    const all = await Promise.all([1, 2, 3].map(async () => (await start({ key })).secrets))
    const sealed = await all[0]!.seal(place, 'sk-1')
    expect(await Promise.all(all.map(async secrets => await secrets.open(place, sealed)))).to.deep.equal(['sk-1', 'sk-1', 'sk-1'])
    expect(await storage.records('encryption_keys').list()).to.have.length(1)
  })

  it('give away neither the key nor the data key in the store', async () => {
    await start({ key })
    const [wrapped] = await storage.records('encryption_keys').list()
    expect(wrapped?.value).to.have.all.keys('salt', 'wrapped', 'parallelism', 'memory', 'passes')
    expect(JSON.stringify(wrapped)).to.not.include(key)
  })

  it('are encrypted by the command line', async () => {
    await using folder = await Folder.make({ 'tapline.yaml': { storage: { type: 'sqlite', sqlite: { path: 'x.db' } } } })
    const run = async (...args: string[]) => await new Tapline(folder, ['secrets', 'reencrypt', ...args], { TAPLINE_ENCRYPTION_KEY: key }).ended
    expect(await run()).to.deep.include({ code: 0, stdout: 'encrypted 0 documents\n' })
    expect(await run('--rotate-data-key')).to.deep.include({ code: 0 })
    await using opened = await OpenStore.open(sqlite, { path: `${folder.path}/x.db` })
    expect((await opened.storage.records('encryption_keys').list()).map(({ id }) => id)).to.deep.equal(['1', '2'])
  })
})
