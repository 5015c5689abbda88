/** Administrators add providers, change and remove them, and nothing is started again. */

import { expect } from 'chai'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { chatChunks, chatCompletion } from '../../../core/testing/chat-samples.ts'
import { Gate } from '../../../core/testing/gate.ts'
import type { ScriptedUpstream } from '../../../core/testing/scripted-upstream.ts'
import { add, calls, keysAt, listed, localTo, path, removed, vendor } from '../../support/added-providers.ts'
import { expectRefusal } from '../../support/admin-routes.ts'
import { AdminGateway } from '../../support/admin.ts'
import { configuration, hello, helloStream } from '../../support/serve.ts'

const mask = '*'.repeat(11)
const rules = { weekly: { match: 'weekly limit', ttl: '4h' } }

describe('providers that administrators add', () => {
  let gateway: AdminGateway
  let upstream: ScriptedUpstream
  const start = async (config: Readonly<Record<string, unknown>> = {}, env: Readonly<Record<string, string>> = {}) => {
    gateway = await AdminGateway.start({ config, env })
  }
  beforeEach(async () => {
    upstream = await vendor()
  })
  afterEach(async () => {
    await gateway[Symbol.asyncDispose]()
    await upstream.close()
  })
  const local = (more: object = {}) => localTo(upstream, more)
  const models = async () => (await gateway.served.call('GET', '/v1/models')).body.toString()
  const reload = async (config: Readonly<Record<string, unknown>>) => {
    await gateway.served.gateway.configure(configuration(config, gateway.served.completions))
    return await gateway.served.gateway.gateway.reload()
  }

  it('serve as soon as that is answered, and are shown with their secrets masked', async () => {
    await start()
    expect(await calls(gateway)).to.equal(400)
    const view = await add(gateway, local({ trip_on: rules, proxy_url: '' }))
    expect(view).to.include({
      name: 'local',
      type: 'openai-compatible',
      base_url: upstream.url,
      session_sticky_keys: true,
      enabled: true,
      managed: false,
      error: null,
      proxy_url: null,
    })
    expect(view).to.deep.include({ api_keys: [mask], models: ['m'], trip_on: rules })
    expect(await calls(gateway)).to.equal(200)
    expect(keysAt(upstream)).to.deep.equal(['sk-local-one'])
    expect(await models()).to.include('"local/m"')
    expect(await listed(gateway, 'local')).to.deep.equal(view)
    const {
      json: { providers },
    } = await gateway.call('GET', '/providers/status')
    expect(providers.map(({ name }: { name: string }) => name)).to.include.members(['local', 'openai'])
  })

  it('stand beside those of the configuration, which are shown and cannot be changed', async () => {
    await start()
    await add(gateway, local())
    const { json } = await gateway.call('GET', path)
    expect(json.map(({ name, managed }: { name: string; managed: boolean }) => [name, managed])).to.deep.equal([
      ['local', false],
      ['openai', true],
    ])
    expect(json[1]).to.deep.include({ type: 'openai', api_keys: [mask], models: ['gpt-test'], created_at: null })
    expectRefusal(await gateway.call('PUT', path, { body: local({ name: 'openai' }) }), 400, 'managed_resource', 'name')
    expectRefusal(await removed(gateway, 'openai'), 400, 'managed_resource', 'name')
  })

  it('are changed whole, and removed', async () => {
    await start()
    const { created_at: created } = await add(gateway, local({ session_sticky_keys: false }))
    const after = await add(gateway, local({ api_keys: ['sk-local-two'] }))
    expect(after).to.include({ session_sticky_keys: true, created_at: created })
    await calls(gateway)
    expect(keysAt(upstream)).to.deep.equal(['sk-local-two'])
    expect((await removed(gateway, 'local')).status).to.equal(204)
    expect(await calls(gateway)).to.equal(400)
    expect(await listed(gateway, 'local')).to.equal(undefined)
    expectRefusal(await removed(gateway, 'local'), 404, 'not_found', 'name')
  })

  it('may be switched off, and are still checked', async () => {
    await start()
    await add(gateway, local())
    expect(await add(gateway, local({ api_keys: [mask], enabled: false }))).to.include({ enabled: false, error: null })
    expect(await calls(gateway)).to.equal(400)
    expectRefusal(await gateway.call('PUT', path, { body: local({ type: 'nobody', enabled: false }) }), 502, 'registration_failed', 'type')
    await add(gateway, local({ api_keys: [mask] }))
    expect(await calls(gateway)).to.equal(200)
    expect(keysAt(upstream)).to.deep.equal(['sk-local-one'])
  })

  describe('keep a secret where asterisks come back', () => {
    const cases: readonly (readonly [title: string, given: readonly string[], becomes: readonly string[]])[] = [
      ['as it was shown', [mask, mask], ['sk-local-one', 'sk-local-two']],
      ['as three of them', ['***', '***'], ['sk-local-one', 'sk-local-two']],
      ['beside a new key', ['sk-local-new', mask], ['sk-local-new', 'sk-local-two']],
      ['beside one more', [mask, mask, 'sk-local-new'], ['sk-local-one', 'sk-local-two', 'sk-local-new']],
      ['at the first position alone', [mask], ['sk-local-one']],
      ['and not where there are only two', ['**', mask], ['**', 'sk-local-two']],
      ['and none where none is named', [], []],
    ]
    for (const [title, given, becomes] of cases) {
      it(title, async () => {
        await start()
        await add(gateway, local({ api_keys: ['sk-local-one', 'sk-local-two'], session_sticky_keys: false }))
        await add(gateway, local({ api_keys: given, session_sticky_keys: false }))
        for (const _ of becomes) await calls(gateway)
        expect(new Set(keysAt(upstream))).to.deep.equal(new Set(becomes))
      })
    }

    it('and are refused beyond what is stored', async () => {
      await start()
      await add(gateway, local())
      expectRefusal(await gateway.call('PUT', path, { body: local({ api_keys: [mask, mask] }) }), 400, 'invalid_value', 'api_keys.1')
      expectRefusal(await gateway.call('PUT', path, { body: local({ name: 'other', api_keys: [mask] }) }), 400, 'invalid_value', 'api_keys.0')
      expectRefusal(await gateway.call('PUT', path, { body: local({ proxy_url: mask }) }), 400, 'invalid_value', 'proxy_url')
    })

    it('of a proxy, too', async () => {
      await start()
      const proxied = { proxy_url: 'http://user:pass-word@127.0.0.1:9' }
      expect(await add(gateway, local(proxied))).to.include({ proxy_url: mask })
      expect(await add(gateway, local({ proxy_url: mask, models: ['m', 'n'] }))).to.include({ proxy_url: mask })
      expect(await calls(gateway)).to.equal(502)
      expect(await add(gateway, local({ proxy_url: '' }))).to.include({ proxy_url: null })
      expect(await calls(gateway)).to.equal(200)
    })
  })

  describe('that cannot be registered are refused, and nothing is stored', () => {
    const vertex = { type: 'vertex', base_url: null, api_keys: [], vertex_project: 'p', vertex_location: 'global' }
    const cases: readonly (readonly [title: string, more: object, param?: string])[] = [
      ['for their type', { type: 'opanai' }, 'type'],
      ['for a type that runs packages', { type: 'ai-sdk' }, 'type'],
      ['for a key that is missing', { type: 'openai', api_keys: [] }],
      ['for a base URL that is missing', { base_url: '' }],
      ['for a base URL that is none', { base_url: 'nowhere' }, 'base_url'],
      ["for the gateway's own address", { base_url: 'http://localhost:8080/v1' }, 'base_url'],
      ['for a user in the base URL', { base_url: 'http://user:pass-word@127.0.0.1:9/v1' }, 'base_url'],
      ['for a proxy of another kind', { proxy_url: 'ftp://user:pass-word@127.0.0.1:9' }, 'proxy_url'],
      ['for a member that the type does not have', { api_version: '2024-10-21' }, 'api_version'],
      ['for a value that the type does not know', { type: 'gemini', api_mode: 'sideways' }, 'api_mode'],
      ['for a member of the type that is missing', { ...vertex, vertex_project: '' }],
      ['for a service account that is not there', { ...vertex, service_account_file: '/nowhere/service-account.json' }],
      ['for a service account that is none', { ...vertex, service_account_json: 'pass-word' }],
      ['for a pattern that is none', { trip_on: { weekly: { match: '(' } } }],
      ['for a time that is none', { trip_on: { weekly: { match: 'x', ttl: 'soon' } } }],
    ]
    for (const [title, more, param] of cases) {
      it(title, async () => {
        await start()
        await add(gateway, local())
        const before = await gateway.call('GET', path)
        for (const name of ['local', 'other']) {
          const answer = await gateway.call('PUT', path, { body: local({ name, api_keys: ['sk-pass-word'], ...more }) })
          expectRefusal(answer, 502, 'registration_failed', param)
          expect(answer.text).to.not.include('pass-word')
          expect(answer.json.error.type).to.equal('provider_error')
        }
        expect((await gateway.call('GET', path)).json).to.deep.equal(before.json)
        expect(await calls(gateway)).to.equal(200)
        expect(keysAt(upstream)).to.deep.equal(['sk-local-one'])
        expect(JSON.stringify(gateway.served.gateway.log)).to.not.include('pass-word')
      })
    }
  })

  it('are changed only as they were read, where the caller says so', async () => {
    await start()
    await add(gateway, local())
    const { headers } = await gateway.call('GET', path)
    await add(gateway, local({ models: ['m', 'n'] }))
    const body = local({ models: ['x'] })
    expectRefusal(await gateway.call('PUT', path, { body, headers: { 'if-match': String(headers['etag']) } }), 412, 'precondition_failed')
    expect((await listed(gateway, 'local')).models).to.deep.equal(['m', 'n'])
  })

  it('follow each other, however many come at once', async () => {
    await start()
    await Promise.all(Array.from({ length: 6 }, (_, n) => add(gateway, local({ name: `local-${n}` }))))
    expect(await Promise.all(Array.from({ length: 6 }, (_, n) => calls(gateway, `local-${n}/m`)))).to.deep.equal(Array(6).fill(200))
  })

  it('come and go without a call that fails', async () => {
    await start()
    gateway.served.upstream.always({ body: chatCompletion() })
    const over = new AbortController()
    const statuses: number[] = []
    const calling = (async () => {
      while (!over.signal.aborted) statuses.push((await gateway.served.chat(hello)).status)
    })()
    for (const name of ['one', 'two']) {
      await add(gateway, local({ name }))
      await removed(gateway, name)
    }
    over.abort()
    await calling
    expect(new Set(statuses)).to.deep.equal(new Set([200]))
  })

  it('are removed while a call runs, which ends as it began', async () => {
    await start()
    await add(gateway, local())
    const gate = new Gate()
    upstream.reply({ chunks: chatChunks({ pieces: ['one', 'two'] }), gates: { beforeChunk: { 2: gate } } })
    const running = await gateway.served.open('POST', '/v1/chat/completions', { ...helloStream, model: 'local/m' })
    await gate.reached
    expect((await removed(gateway, 'local')).status).to.equal(204)
    expect(await calls(gateway)).to.equal(400)
    gate.open()
    expect(await running.body.text()).to.match(/one[^]*two[^]*\[DONE\]/)
  })

  it('take the place of the demonstration, and give it back', async () => {
    gateway = await AdminGateway.start({ env: { OPENAI_API_KEY: '' } })
    expect(await models()).to.include('demo/')
    expect((await gateway.call('GET', path)).json).to.deep.equal([])
    await add(gateway, local())
    expect(await models())
      .to.include('local/m')
      .and.not.include('demo/')
    await add(gateway, local({ enabled: false }))
    expect(await models()).to.include('demo/')
    await add(gateway, local({ name: 'demo' }))
    expect(await models()).to.include('"demo/m"')
  })

  it('are what aliases of the configuration lead to, once they are there', async () => {
    await start({ virtual_models: [{ source: 'quick', targets: [{ model: 'local/m' }] }] })
    expect(await calls(gateway, 'quick')).to.equal(400)
    await add(gateway, local())
    expect(await calls(gateway, 'quick')).to.equal(200)
  })

  it('stand back behind what the configuration comes to declare under their name', async () => {
    await start()
    await add(gateway, local())
    expect(await reload({ providers: { local: { type: 'openai-compatible', base_url: upstream.url, api_key: 'sk-declared', models: ['m'] } } })).to.equal(true)
    expect(await listed(gateway, 'local')).to.include({ managed: true, created_at: null })
    await calls(gateway)
    expect(await reload({})).to.equal(true)
    expect(await listed(gateway, 'local')).to.include({ managed: false })
    await calls(gateway)
    expect(keysAt(upstream)).to.deep.equal(['sk-declared', 'sk-local-one'])
  })

  it('stay through a reload, also one that fails, and are added where the file cannot be read', async () => {
    await start()
    await add(gateway, local())
    expect(await reload({ failover: { enabled: false } })).to.equal(true)
    expect(await calls(gateway)).to.equal(200)
    await writeFile(join(gateway.served.gateway.directory, 'tapline.yaml'), 'server: [')
    expect(await gateway.served.gateway.gateway.reload()).to.equal(false)
    await add(gateway, local({ name: 'other' }))
    expect(await calls(gateway, 'other/m')).to.equal(200)
  })

  it('cannot be removed while the configuration could not do without', async () => {
    const needy = `export default { name: 'needy', needs: ['providers'], setup({ services: { providers } }) { if (globalThis.tooFew?.(providers.size)) throw new Error('too few providers'); return {} } }`
    gateway = await AdminGateway.start({ files: { 'needy.js': needy }, config: { pipelines: { chat: [{ insert: './needy.js', before: 'retry' }] } } })
    const world = globalThis as { tooFew?: (size: number) => boolean }
    try {
      await add(gateway, local())
      world.tooFew = size => size < 2
      expectRefusal(await removed(gateway, 'local'), 409, 'in_use')
    } finally {
      delete world.tooFew
    }
    expect(await calls(gateway)).to.equal(200)
  })

  describe('whose keys are references', () => {
    const allowed = { secrets: { allow_in_admin: true } }

    it('are called with what those name, and shown as they were written', async () => {
      await start(allowed, { VENDOR_KEY: 'sk-of-the-variable' })
      expect(await add(gateway, local({ api_keys: ['${env:VENDOR_KEY}'] }))).to.deep.include({ api_keys: ['${env:VENDOR_KEY}'] })
      await calls(gateway)
      expect(keysAt(upstream)).to.deep.equal(['sk-of-the-variable'])
    })

    it('are refused where those name nothing, or are no whole reference', async () => {
      await start(allowed)
      expectRefusal(await gateway.call('PUT', path, { body: local({ api_keys: ['${env:NOBODYS_KEY}'] }) }), 502, 'registration_failed')
      expectRefusal(await gateway.call('PUT', path, { body: local({ api_keys: ['sk-${env:HOME}'] }) }), 400, 'invalid_value', 'api_keys.0')
      expectRefusal(await gateway.call('PUT', path, { body: local({ base_url: '${env:HOME}' }) }), 400, 'invalid_value', 'base_url')
    })
  })

  it('show their secrets in no answer, no log line and no audit row', async () => {
    const secrets = { api_keys: ['sk-canary-key'], proxy_url: 'http://user:canary-proxy@127.0.0.1:9' }
    await start({ logging: { enabled: true, log_bodies: true, log_headers: true } })
    const answers = [
      await gateway.call('PUT', path, { body: local(secrets) }),
      await gateway.call('PUT', path, { body: local({ api_keys: [mask, 'sk-canary-more'] }) }),
      await gateway.call('GET', path),
    ]
    await calls(gateway)
    answers.push(await gateway.call('GET', '/providers/status'), await gateway.call('GET', '/runtime/config'), await removed(gateway, 'local'))
    const {
      json: { entries },
    } = await gateway.call('GET', '/audit/log?method=PUT')
    expect(entries).to.have.length(2)
    for (const { id } of entries) answers.push(await gateway.call('GET', `/audit/detail?log_id=${id}`))
    expect(answers.at(-1)?.json.data.event.after).to.include({ name: 'local' })
    expect(answers.map(({ text }) => text).join() + JSON.stringify(gateway.served.gateway.log)).to.not.include('canary')
  })
})

describe('the types of providers', () => {
  interface Field {
    readonly name: string
    readonly required: boolean
    readonly advanced: boolean
    readonly secret: boolean
    readonly options?: readonly string[]
  }
  const types = new Map<string, { readonly default_base_url: string | null; readonly fields: readonly Field[] }>()
  before(async () => {
    await using gateway = await AdminGateway.start()
    const { json } = await gateway.call('GET', `${path}/types`)
    for (const type of json) types.set(type.type, type)
  })
  const fieldsOf = (type: string, isSo: (field: Field) => boolean) =>
    types
      .get(type)
      ?.fields.filter(isSo)
      .map(({ name }) => name)

  it('are those of the default set, but what runs packages', () => {
    expect([...types.keys()])
      .to.include.members(['openai', 'anthropic', 'vertex', 'bedrock', 'demo'])
      .and.not.include('ai-sdk')
    expect(types.get('anthropic')?.default_base_url).to.equal('https://api.anthropic.com/v1')
    expect(types.get('azure')?.default_base_url).to.equal(null)
  })

  for (const [type, required] of Object.entries({
    openai: ['api_keys'],
    azure: ['api_keys', 'base_url'],
    'openai-compatible': ['base_url'],
    ollama: ['base_url'],
    vllm: [],
    vertex: ['vertex_project', 'vertex_location'],
    bedrock: [],
    demo: [],
  })) {
    it(`ask for what ${type} needs`, () => expect(fieldsOf(type, field => field.required)).to.deep.equal(required))
  }

  it('have the fields of their schemas, and no others', () => {
    expect(fieldsOf('vertex', () => true))
      .to.include.members(['auth_type', 'service_account_json', 'gcp_scope'])
      .and.not.include('api_keys')
    expect(fieldsOf('vertex', field => field.secret)).to.deep.equal(['service_account_json', 'service_account_json_base64', 'proxy_url'])
    expect(fieldsOf('openai', () => true)).to.deep.equal(['api_keys', 'base_url', 'models', 'session_sticky_keys', 'proxy_url', 'trip_on'])
    expect(fieldsOf('demo', () => true)).to.deep.equal(['models', 'trip_on'])
    expect(types.get('gemini')?.fields.find(({ name }) => name === 'api_mode')).to.deep.include({ options: ['native', 'openai_compatible'], advanced: true })
  })
})
