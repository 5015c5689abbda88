/** Providers that administrators add are kept: through restarts, on all replicas, and readable for nobody who has the database alone. */

import { expect } from 'chai'
import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { generateKeyPairSync } from 'node:crypto'
import { join } from 'node:path'
import { Client } from 'pg'
import type { ScriptedUpstream } from '../../core/testing/scripted-upstream.ts'
import { TurnedClock } from '../../core/testing/turned-clock.ts'
import { add, calls, keysAt, listed, localTo, path, removed, vendor } from '../support/added-providers.ts'
import { AdminGateway } from '../support/admin.ts'
import { inForce } from '../support/in-force.ts'
import { postgresql } from '../support/postgresql.ts'
import { Folder, Tapline } from '../support/run-tapline.ts'
import { need } from '../support/servers.ts'
import { stores, type Storage } from '../support/stores.ts'
import { eventually } from '../support/until.ts'
import { Workers } from '../support/workers.ts'

const encryptionKey = 'a key of the operator, of many words'
const mask = '*'.repeat(11)
const vertex = { name: 'cloud', type: 'vertex', vertex_project: 'p', vertex_location: 'global', models: ['gemini-x'] }
const serviceAccount = () =>
  JSON.stringify({
    type: 'service_account',
    client_email: 'a@b.example',
    private_key_id: 'k',
    private_key: generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' }),
  })

for (const { name, server, storage } of stores) {
  describe(`two gateways on one ${name}`, function () {
    this.timeout(180_000)
    const clock = new TurnedClock()
    let folder: Folder
    let upstream: ScriptedUpstream
    let shared: Storage
    const gateways: AdminGateway[] = []
    const start = async () => {
      const gateway = await AdminGateway.start({ clock, config: { storage: shared } })
      gateways.push(gateway)
      return gateway
    }
    before(async function () {
      if (server !== undefined) await need(this, server)
      folder = await Folder.make()
      upstream = await vendor()
      shared = await storage(folder)
      for (let i = 0; i < 2; i++) await start()
    })
    after(async () => {
      for (const part of [...gateways, folder]) await part?.[Symbol.asyncDispose]()
      await upstream?.close()
    })
    const [one, other] = [() => gateways[0] as AdminGateway, () => gateways[1] as AdminGateway]
    const added = async (gateway: AdminGateway) =>
      JSON.stringify((await gateway.call('GET', path)).json.filter(({ managed }: { readonly managed: boolean }) => !managed))
    /** A gateway hears of it within two seconds of the clock; to compile what it heard of takes time that no test can turn. */
    const hears = async (replica: AdminGateway, isSo: () => Promise<boolean>) => {
      const told = replica === one() ? other() : one()
      const stored = await added(told)
      await inForce({ clock, replica }, async () => (await added(replica)) === stored)
      await eventually(async () => expect(await isSo()).to.equal(true))
    }
    const follows = async (isSo: (gateway: AdminGateway) => Promise<boolean>) => {
      expect(await isSo(one()), 'on the gateway that was told').to.equal(true)
      await hears(other(), () => isSo(other()))
    }
    const calledWith = (key: string) => async (gateway: AdminGateway) => (await calls(gateway)) === 200 && keysAt(upstream).at(-1) === key

    it('both call a provider that one of them was told of, with its newest key, until it is removed', async () => {
      await add(one(), localTo(upstream))
      await follows(calledWith('sk-local-one'))
      await add(one(), localTo(upstream, { api_keys: ['sk-local-two'] }))
      await follows(calledWith('sk-local-two'))
      await add(other(), localTo(upstream, { name: 'second', api_keys: ['sk-second'] }))
      await hears(one(), async () => (await calls(one(), 'second/m')) === 200)
      expect((await removed(one(), 'local')).status).to.equal(204)
      await follows(async gateway => (await calls(gateway)) === 400)
    })

    it('let one of two win who write at once', async () => {
      const answers = await Promise.all(
        [one(), other()].map((gateway, n) => gateway.call('PUT', path, { body: localTo(upstream, { name: 'contended', api_keys: [`sk-${n}`] }) })),
      )
      expect(answers.map(({ status }) => status).filter(status => status === 200)).to.not.deep.equal([])
      for (const { status } of answers) expect(status).to.be.oneOf([200, 412])
      for (const replica of [one(), other()])
        await inForce({ clock, replica }, async () => {
          const all = await added(replica)
          return all.includes('contended') && all === (await added(replica === one() ? other() : one()))
        })
    })

    it('and a third that starts later call it from the first request on', async () => {
      await add(one(), localTo(upstream))
      expect(await calledWith('sk-local-one')(await start())).to.equal(true)
    })
  })
}

describe('in a database file,', function () {
  this.timeout(180_000)
  let folder: Folder
  let upstream: ScriptedUpstream
  beforeEach(async () => {
    folder = await Folder.make()
    upstream = await vendor()
  })
  afterEach(async () => {
    await folder[Symbol.asyncDispose]()
    await upstream.close()
  })

  describe('the keys of providers in the database', () => {
    const file = () => join(folder.path, 'tapline.db')
    const start = (key?: string) =>
      AdminGateway.start({ config: { storage: { sqlite: { path: file() }, ...(key === undefined ? {} : { encryption_key: key }) } } })
    const written = async () =>
      (
        await Promise.all((await readdir(folder.path)).filter(name => name.startsWith('tapline.db')).map(name => readFile(join(folder.path, name), 'latin1')))
      ).join('')
    const secrets = { api_keys: ['sk-canary-one', 'sk-canary-two'], proxy_url: 'http://canary:canary@127.0.0.1:9' }

    it('are not to be read, and open again for who has the key', async () => {
      {
        await using gateway = await start(encryptionKey)
        await add(gateway, { ...vertex, service_account_json: serviceAccount() })
        await add(gateway, localTo(upstream, secrets))
        await add(gateway, localTo(upstream, { ...secrets, proxy_url: '' }))
      }
      expect(await written())
        .to.include('enc:v1:')
        .and.not.match(/canary|BEGIN PRIVATE KEY/)
      await using gateway = await start(encryptionKey)
      expect(await calls(gateway)).to.equal(200)
      expect(keysAt(upstream)[0]).to.match(/^sk-canary-/)
      expect(await listed(gateway, 'cloud')).to.include({ service_account_json: mask, error: null })
    })

    it('nor in PostgreSQL', async function () {
      await need(this, postgresql)
      const url = (await postgresql.url()) as string
      await using gateway = await AdminGateway.start({ config: { storage: { type: 'postgresql', postgresql: { url }, encryption_key: encryptionKey } } })
      await add(gateway, localTo(upstream, secrets))
      const client = new Client({ connectionString: url })
      await client.connect()
      try {
        const { rows: tables } = await client.query<{ tablename: string }>('select tablename from pg_tables where schemaname = current_schema()')
        let all = ''
        for (const { tablename } of tables) all += JSON.stringify((await client.query(`select t::text from "${tablename}" t`)).rows)
        expect(all).to.include('provider_credentials').and.include('enc:v1:').and.not.include('canary')
      } finally {
        await client.end()
      }
    })

    it('stand there as they are without a key, are told of, and are encrypted by the command', async () => {
      {
        await using gateway = await start()
        await add(gateway, localTo(upstream, { api_keys: ['sk-canary-one'] }))
      }
      expect(await written()).to.include('sk-canary-one')
      {
        await using gateway = await start()
        expect(gateway.served.gateway.log.map(({ msg }) => msg).join()).to.include('secrets in the database are not encrypted')
        expect(await calls(gateway)).to.equal(200)
      }
      await folder.write('tapline.yaml', { storage: { sqlite: { path: file() } } })
      const { code, stdout, stderr } = await new Tapline(folder, ['secrets', 'reencrypt'], { TAPLINE_ENCRYPTION_KEY: encryptionKey }).ended
      expect(stdout + stderr).to.include('encrypted 2 documents') // the other one is the pepper of callers' keys
      expect(code).to.equal(0)
      await using gateway = await start(encryptionKey)
      expect(await calls(gateway)).to.equal(200)
      expect(keysAt(upstream)).to.deep.equal(['sk-canary-one', 'sk-canary-one'])
    })
  })

  describe('a provider that was added and does not work any more', () => {
    const start = (more: object = {}) => AdminGateway.start({ config: { storage: { sqlite: { path: join(folder.path, 'tapline.db') }, ...more } } })

    it('keeps nobody from starting, is listed as failed, and serves again once it can', async () => {
      const account = join(folder.path, 'service-account.json')
      await writeFile(account, serviceAccount())
      {
        await using gateway = await start()
        await add(gateway, { ...vertex, service_account_file: account })
        await add(gateway, localTo(upstream))
      }
      await rm(account)
      await using gateway = await start()
      expect(await calls(gateway)).to.equal(200)
      expect((await listed(gateway, 'cloud')).error)
        .to.be.a('string')
        .and.include('service-account.json')
      expect(gateway.served.gateway.log.find(({ provider, level }) => provider === 'cloud' && level === 50)?.['msg']).to.include('left out')
      // The others can be changed all the same.
      await add(gateway, localTo(upstream, { api_keys: ['sk-local-two'] }))
      expect(await calls(gateway)).to.equal(200)
      await writeFile(account, serviceAccount())
      const {
        json: { steps },
      } = await gateway.call('POST', '/runtime/refresh')
      expect(steps.find(({ name }: { readonly name: string }) => name === 'provider_credentials').status).to.equal('ok')
      expect((await listed(gateway, 'cloud')).error).to.equal(null)
      expect((await gateway.call('GET', '/providers/status')).json.providers.map(({ name }: { readonly name: string }) => name)).to.include('cloud')
    })

    it('is listed as failed where its secrets were changed by hand, and can be given them again', async () => {
      {
        await using gateway = await start({ encryption_key: encryptionKey })
        await add(gateway, localTo(upstream))
        await add(gateway, localTo(upstream, { name: 'broken' }))
        const records = storageOf(gateway).records<Record<string, unknown>>('provider_credentials')
        const [good, broken] = [await records.get('local'), await records.get('broken')]
        await records.put('broken', { ...broken?.value, api_keys: good?.value['api_keys'] })
      }
      await using gateway = await start({ encryption_key: encryptionKey })
      expect(await calls(gateway)).to.equal(200)
      expect((await listed(gateway, 'broken')).error).to.include('cannot be opened')
      expect((await gateway.call('PUT', path, { body: localTo(upstream, { name: 'broken', api_keys: [mask] }) })).status).to.equal(400)
      expect(await add(gateway, localTo(upstream, { name: 'broken' }))).to.include({ error: null })
      expect(await calls(gateway, 'broken/m')).to.equal(200)
    })

    it('leaves the demonstration in its place where nothing else is there', async () => {
      const account = join(folder.path, 'service-account.json')
      await writeFile(account, serviceAccount())
      const alone = () => AdminGateway.start({ config: { storage: { sqlite: { path: join(folder.path, 'tapline.db') } } }, env: { OPENAI_API_KEY: '' } })
      {
        await using gateway = await alone()
        await add(gateway, { ...vertex, service_account_file: account })
      }
      await rm(account)
      await using gateway = await alone()
      expect((await gateway.served.call('GET', '/v1/models')).body.toString()).to.include('demo/')
    })
  })

  function storageOf({
    served: {
      gateway: { gateway },
    },
  }: AdminGateway) {
    const found = [...gateway.current.instances.values()].find(({ spec }) => spec.definition.provides === 'storage')
    return found?.taps.service as unknown as import('../../core/index.ts').Storage
  }
})

describe('two workers, one of which is told of a provider', function () {
  this.timeout(180_000)

  it('both call it within a moment', async () => {
    const upstream = await vendor()
    await using gateway = await Workers.start({})
    try {
      const admin = async (method: string, at: string, body?: object) => {
        const answer = await fetch(`http://127.0.0.1:${gateway.port}/admin${at}`, {
          method,
          headers: { 'content-type': 'application/json' },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        })
        expect(answer.ok, `${answer.status}`).to.equal(true)
      }
      const statuses = async () => {
        const answers = await gateway.all(40, { body: { model: 'local/m', messages: [{ role: 'user', content: 'hello' }] } })
        return new Map(answers.map(({ pid, status }) => [pid, status]))
      }
      await admin('PUT', path, localTo(upstream))
      await eventually(async () => expect([...(await statuses()).values()]).to.deep.equal([200, 200]))
      await admin('DELETE', `${path}/local`)
      await eventually(async () => expect([...(await statuses()).values()]).to.deep.equal([400, 400]))
    } finally {
      await upstream.close()
    }
  })
})
