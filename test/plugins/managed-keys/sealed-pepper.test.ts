/** The pepper that the store keeps: sealed where secrets are. */

import { expect } from 'chai'
import { join } from 'node:path'
import { chatCompletion } from '../../../core/testing/chat-samples.ts'
import sqlite from '../../../plugins/storage/sqlite/index.ts'
import { AdminGateway } from '../../support/admin.ts'
import { Folder, Tapline } from '../../support/run-tapline.ts'
import { hello } from '../../support/serve.ts'
import { OpenStore } from '../../../core/testing/store/open-store.ts'

const key = 'the first key, of many words'

describe('the pepper in the store', () => {
  let folder: Folder
  beforeEach(async () => {
    folder = await Folder.make()
  })
  afterEach(() => folder[Symbol.asyncDispose]())

  const path = () => join(folder.path, 'keys.db')
  const start = (encryption: object = {}) => AdminGateway.start({ config: { storage: { sqlite: { path: path() }, ...encryption } } })
  const secretWarnings = ({ served }: AdminGateway) => served.gateway.log.map(({ msg }) => String(msg)).filter(msg => msg.includes('not encrypted'))

  async function kept(): Promise<string> {
    await using store = await OpenStore.open(sqlite, { path: path() })
    return (await store.storage.records<{ readonly value: string }>('key_pepper').get('pepper'))?.value.value ?? ''
  }

  async function made(): Promise<string> {
    await using gateway = await start()
    return (await gateway.call('POST', '/auth-keys', { body: { name: 'x' } })).json.value as string
  }

  async function serves(gateway: AdminGateway, token: string): Promise<boolean> {
    gateway.served.upstream.always({ body: chatCompletion() })
    return (await gateway.served.chat(hello, { authorization: `Bearer ${token}` })).status === 200
  }

  it('is sealed by the key of the operator, and opens for the next gateway that has it', async () => {
    let token: string
    {
      await using gateway = await start({ encryption_key: key })
      token = (await gateway.call('POST', '/auth-keys', { body: { name: 'x' } })).json.value as string
    }
    expect(await kept()).to.match(/^enc:v1:1:/)
    await using next = await start({ encryption_key: key })
    expect([await serves(next, token), secretWarnings(next)]).to.deep.equal([true, []])
  })

  it('keeps a gateway without the key from starting once it is sealed', async () => {
    await (await start({ encryption_key: key }))[Symbol.asyncDispose]()
    expect(
      await start().then(
        () => 'it started',
        (cause: Error) => cause.message,
      ),
    ).to.match(/1 secrets in the database are encrypted, and TAPLINE_ENCRYPTION_KEY is not set/)
  })

  it('stands as it is where there is no key, and nobody is told to get one for it', async () => {
    const token = await made()
    expect(await kept()).to.match(/^[\w+/]{43}=$/)
    await using again = await start()
    expect([await serves(again, token), secretWarnings(again)]).to.deep.equal([true, []])
  })

  it('is encrypted by the command line where it was not, and recognises the keys that were made before', async () => {
    const token = await made()
    {
      await using gateway = await start({ encryption_key: key })
      expect([await serves(gateway, token), secretWarnings(gateway)]).to.deep.equal([
        true,
        ['secrets in the database are not encrypted yet: run tapline secrets reencrypt'],
      ])
    }
    await using configured = await Folder.make({ 'tapline.yaml': { storage: { type: 'sqlite', sqlite: { path: path() } } } })
    expect(await new Tapline(configured, ['secrets', 'reencrypt'], { TAPLINE_ENCRYPTION_KEY: key }).ended).to.deep.include({
      code: 0,
      stdout: 'encrypted 1 document\n',
    })
    expect(await kept()).to.match(/^enc:v1:1:/)
    await using after = await start({ encryption_key: key })
    expect([await serves(after, token), secretWarnings(after)]).to.deep.equal([true, []])
  })
})
