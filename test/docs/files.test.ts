/** The files that the manual shows: they have types, their own tests pass, and they do what is said of them. */

import { join } from 'node:path'
import { expect } from 'chai'
import { load } from '../../core/plugin/load.ts'
import { ownModules } from '../../core/plugin/resolve.ts'
import type { Services } from '../../core/services/services.ts'
import { chatChunks, chatCompletion, errorBody, modelList } from '../../core/testing/chat-samples.ts'
import { startTestGateway, type TestGateway } from '../../core/testing/gateway.ts'
import { runPlugin, type PluginRun, type PluginRunOptions } from '../../core/testing/run-plugin.ts'
import { ScriptedUpstream } from '../../core/testing/scripted-upstream.ts'
import { TurnedClock } from '../../core/testing/turned-clock.ts'
import { providerConformance } from '../../core/testing/conformance.ts'
import { ExampleFolder } from './folder.ts'
import { filesOf, page, pages, root, titleOf, type Page } from './manual.ts'

/** What the manual tells authors to write; the files also have types with the stricter options that some add. */
const { compilerOptions: shown } = JSON.parse(filesOf(page('docs/writing-a-plugin.md'))['tsconfig.json'] ?? '') as { readonly compilerOptions: object }
const variants = { 'as shown': shown, strictly: { ...shown, exactOptionalPropertyTypes: true } }
/** What the sources of the gateway need, which stand here for the declarations of the package. */
const lib = ['es2025', 'esnext.disposable', 'dom']

const withCode = pages.filter(page => codeOf(page).length > 0)
/** What one page declares of the gateway's types must not hold for another. */
const [declaring, others] = [withCode.filter(declares), withCode.filter(page => !declares(page))]

describe('the files of the manual', () => {
  const groups = [others, ...declaring.map(page => [page])]
  for (const [how, options, together] of Object.entries(variants).flatMap(([how, options]) => groups.map(group => [how, options, group] as const))) {
    it(`have types, ${how}: ${together.map(({ name }) => name).join(', ')}`, async () => {
      const files = Object.fromEntries(together.flatMap(page => Object.entries(filesOf(page)).map(([name, text]) => [`${folderOf(page)}/${name}`, text])))
      const paths = Object.fromEntries(Object.entries(ownModules).map(([name, file]) => [name, [join(root, `${file}.ts`)]]))
      const compilerOptions = { ...options, lib, typeRoots: [join(root, 'node_modules/@types')], paths }
      const sources = together.flatMap(page => codeOf(page).map(name => `${folderOf(page)}/${name}`))
      await using folder = await ExampleFolder.make({ ...files, 'tsconfig.json': JSON.stringify({ compilerOptions, files: sources }) })
      const { code, said } = await folder.node(join(root, 'node_modules/typescript/bin/tsc'), '-p', '.')
      expect({ code, said }).to.deep.equal({ code: 0, said: '' })
    }).timeout(180_000)
  }

  for (const page of withCode) {
    const files = filesOf(page)
    const sources = codeOf(page)

    for (const test of sources.filter(name => name.endsWith('.test.ts'))) {
      it(`pass their own test: ${page.name}, ${test}`, async () => {
        await using folder = await ExampleFolder.make(files)
        const { code, said } = await folder.node('--test', test)
        expect(code, said).to.equal(0)
        expect(said).to.match(/pass [1-9]/)
      }).timeout(180_000)
    }
  }

  it('are all loaded by what loads them', async () => {
    for (const page of pages) {
      for (const block of page.blocks.filter(({ note, argument }) => note === 'file' && /^[^.]*\.ts$/.test(argument))) {
        await using folder = await ExampleFolder.make(filesOf(page))
        const kind = block.text.includes('defineProvider(') ? 'provider' : block.text.includes('defineDialect(') ? 'dialect' : 'plugin'
        const { definition } = await load(kind, `./${block.argument}`, folder.path, { searchPaths: [], foreignAllowed: true })
        expect(definition.name, titleOf(block)).to.equal(block.argument.replace('.ts', ''))
      }
    }
  })
})

function codeOf(page: Page): readonly string[] {
  return Object.keys(filesOf(page)).filter(name => name.endsWith('.ts'))
}

function declares(page: Page): boolean {
  return codeOf(page).some(name => /^declare /m.test(filesOf(page)[name] ?? ''))
}

function folderOf({ name }: Page): string {
  return name.replaceAll('/', '-')
}

describe('the skeletons that "tapline new" writes', () => {
  for (const [kind, name, test] of [
    ['plugin', 'house-words', 'house-words.test.ts'],
    ['provider', 'acme', 'acme/index.test.js'],
    ['dialect', 'quill', 'quill/index.test.js'],
    ['store', 'shelf', 'shelf/index.test.js'],
  ] as const) {
    it(`pass their test: ${kind}`, async () => {
      await using folder = await ExampleFolder.make({})
      expect(await folder.node(join(root, 'core/main.ts'), 'new', kind, name)).to.include({ code: 0 })
      const { code, said } = await folder.node('--test', test)
      expect(code, said).to.equal(0)
    }).timeout(180_000)
  }
})

describe('the plugins of the manual', () => {
  let folder: ExampleFolder
  before(async () => {
    folder = await ExampleFolder.make({ ...filesOf(page('docs/pipelines.md')), ...filesOf(page('docs/writing-a-plugin.md')) })
  })
  after(() => folder[Symbol.asyncDispose]())

  const run = async (name: string, options: PluginRunOptions = {}, from = folder.path): Promise<PluginRun> => {
    const { definition } = await load('plugin', `./${name}.ts`, from, { searchPaths: [], foreignAllowed: true })
    return await runPlugin(definition, options)
  }
  const user = (content: string) => ({ messages: [{ role: 'user', content }] })
  const secret = 'AKIAIOSFODNN7EXAMPLE'

  it('README.md: no-secrets refuses and redacts', async () => {
    await using own = await ExampleFolder.make(filesOf(page('README.md')))
    expect((await run('no-secrets', { request: user(secret) }, own.path)).body.error.code).to.equal('secret_found')
    expect((await run('no-secrets', { answer: secret }, own.path)).reply.text).to.equal('[redacted]')
    for (let at = 1; at < secret.length; at++) {
      expect((await run('no-secrets', { request: { stream: true }, answer: [secret.slice(0, at), secret.slice(at)] }, own.path)).reply.text).to.equal(
        '[redacted]',
      )
    }
  })

  it('briefing tells who asks, and hides addresses', async () => {
    const { upstream } = await run('briefing', { userPath: '/acme', request: user('Write to jane.roe@example.com') })
    expect(upstream?.['messages']).to.deep.equal([
      { role: 'system', content: 'The user belongs to /acme.' },
      { role: 'user', content: 'Write to [address]' },
    ])
  })

  it('pace lets a stream pass as it is', async () => {
    const { reply, failures } = await run('pace', { request: { stream: true }, answer: ['a', 'b'] })
    expect([reply.raw, failures]).to.deep.equal([chatChunks({ pieces: ['a', 'b'] }).join(''), []])
  })

  it('moderation holds back what its service does not allow', async () => {
    await using service = await ScriptedUpstream.start()
    service.always(({ body }) => ({ body: { allowed: !body.toString().includes('bad') } }))
    const given = { options: { url: service.url } }
    for (const request of [{}, { stream: true }]) {
      expect((await run('moderation', { ...given, request, answer: ['a good', ' one'] })).reply.text).to.equal('a good one')
      const refused = await run('moderation', { ...given, request, answer: ['a bad', ' one'] })
      expect([refused.status, refused.body.error.code]).to.deep.equal([502, 'reply_refused'])
    }
  })

  it('prompt-size says how long a prompt was', async () => {
    expect((await run('prompt-size', { request: user('Hello') })).headers['x-prompt-characters']).to.equal('5')
  })

  it('tenant-header asks the service', async () => {
    const services = { tenants: { tenantOf: (path: string) => `of ${path}` } } as Partial<Services>
    expect((await run('tenant-header', { userPath: '/acme/x', services })).headers['x-tenant']).to.equal('of /acme/x')
  })

  it('tenants and tenant-header work together', async () => {
    const manual = page('docs/writing-a-plugin.md')
    const config = manual.blocks.find(({ language, text }) => language === 'yaml' && text.includes('tenants.ts'))?.text ?? ''
    await using gateway = await startTestGateway({ config, files: filesOf(manual) })
    expect((await chat(gateway, 'demo-chat', {}, { 'x-tapline-user-path': '/acme/team' })).headers.get('x-tenant')).to.equal('acme')
  })

  it('next-region goes on at once', async () => {
    await using upstream = await ScriptedUpstream.start()
    upstream.reply({ status: 503, body: errorBody('There is no capacity here') }, { body: chatCompletion() })
    const config = {
      virtual_models: [{ source: 'any', strategy: 'failover', targets: [{ model: 'openai/one' }, { model: 'openai/two' }] }],
      pipelines: { chat: [{ insert: { use: './next-region.ts' }, before: 'retry' }] },
    }
    await using gateway = await startTestGateway({ upstream, env: { OPENAI_MODELS: 'one,two' }, config, files: filesOf(page('docs/writing-a-plugin.md')) })
    expect((await chat(gateway, 'any')).status).to.equal(200)
    expect(upstream.requests.map(({ headers, body }) => [headers['x-try'], (JSON.parse(body.toString()) as { model: string }).model])).to.deep.equal([
      ['1', 'one'],
      ['2', 'two'],
    ])
  })

  it('slow-prompt logs, and ping answers', async () => {
    const manual = page('docs/pipelines.md')
    const config = manual.blocks.find(({ language, text }) => language === 'yaml' && text.includes('GET /ping'))?.text ?? ''
    await using gateway = await startTestGateway({ config, files: filesOf(manual) })
    expect(await (await fetch(`${gateway.url}/ping`)).text()).to.equal('pong\n')
    const long = JSON.stringify({ model: 'demo-chat', ...user('x'.repeat(100_001)) })
    expect(
      (await fetch(`${gateway.url}/legal/v1/chat/completions`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: long })).status,
    ).to.equal(200)
    expect(gateway.log.some(({ msg, size }) => msg === 'a long prompt' && size === 100_001)).to.equal(true)
  })

  it("small-store keeps the cache's entries", async () => {
    const manual = page('docs/pipelines.md')
    const config = manual.blocks.find(({ language, text }) => language === 'yaml' && text.includes('small-store.ts'))?.text ?? ''
    await using gateway = await startTestGateway({ config, files: filesOf(manual) })
    await (await chat(gateway, 'demo-chat')).text()
    expect((await chat(gateway, 'demo-chat')).headers.get('x-cache')).to.equal('HIT (exact)')
  })

  it('house-names keeps names back in each of its ways', async () => {
    const given = (action: string): PluginRunOptions => ({ options: { names: ['Orion'], action }, answer: 'Ask Orion.' })
    expect((await run('house-names', given('rewrite'))).reply.text).to.equal('Ask [name].')
    expect((await run('house-names', given('block'))).status).to.equal(502)
    expect((await run('house-names', given('warn'))).headers['x-tapline-guardrail']).to.equal('warn; code=guardrail_warning')
    const streamed = { ...given('rewrite'), request: { stream: true }, answer: ['Ask Or', 'ion.'] }
    for (const dialect of ['openai-chat', 'openai-responses', 'anthropic-messages'])
      expect((await run('house-names', { ...streamed, dialect })).reply.text).to.equal('Ask [name].')
  })

  it('heartbeat ends with its instance', async () => {
    const clock = new TurnedClock()
    expect((await run('heartbeat', { clock })).status).to.equal(200)
    expect(clock.pending).to.equal(0)
  })
})

describe('the providers of the manual', () => {
  const manual = page('docs/writing-a-provider.md')
  let folder: ExampleFolder
  before(async () => {
    folder = await ExampleFolder.make(filesOf(manual))
  })
  after(() => folder[Symbol.asyncDispose]())

  for (const name of ['acme', 'zenith', 'signed', 'parrot', 'atlas', 'picky', 'mumble', 'crier']) {
    it(`${name} passes the conformance kit`, async () => {
      const { definition } = await load('provider', `./${name}.ts`, folder.path, { searchPaths: [], foreignAllowed: true })
      for (const { run } of providerConformance(definition, join(folder.path, `${name}.ts`))) await run()
    })
  }

  it('acme has no more than forty lines', () => {
    expect(filesOf(manual)['acme.ts']?.split('\n')).to.have.length.below(40)
  })

  it('zenith sends its key in a header of its own, and reads its list of models', async () => {
    await using upstream = await ScriptedUpstream.start()
    upstream.always(({ path }) => (path.endsWith('/catalogue') ? { body: { catalogue: [{ slug: 'z1', maker: 'Z' }] } } : { body: chatCompletion() }))
    await using gateway = await startTestGateway({
      files: filesOf(manual),
      config: { providers: { zenith: { type: './zenith.ts', base_url: upstream.url, api_key: 'key', models: ['z0'] } } },
    })
    const [listing] = [await upstream.received(1)]
    expect([listing.path, listing.headers['x-zenith-key'], listing.headers.authorization]).to.deep.equal(['/v1/catalogue', 'key', undefined])
    expect((await chat(gateway, 'zenith/z1')).status).to.equal(200)
    expect(upstream.requests.at(-1)?.path).to.equal('/v1/talk')
  })

  it('signed signs', async () => {
    await using upstream = await ScriptedUpstream.start({ models: ['m'] })
    upstream.always({ body: chatCompletion() })
    await using gateway = await startTestGateway({
      files: filesOf(manual),
      config: { providers: { signed: { type: './signed.ts', base_url: upstream.url, api_key: 'key', signing_key: 'secret' } } },
    })
    await chat(gateway, 'signed/m')
    const { headers } = upstream.requests.at(-1) ?? {}
    expect(headers?.['x-signed-version']).to.equal('2026-01-01')
    expect(headers?.['x-signed-signature']).to.match(/^[0-9a-f]{64}$/)
  })

  it('parrot answers, plain and streamed', async () => {
    await using gateway = await startTestGateway({ files: filesOf(manual), config: { providers: { parrot: { type: './parrot.ts' } } } })
    expect(await (await chat(gateway, 'parrot/polly')).text()).to.include('"Hello there"')
    const streamed = await (await chat(gateway, 'parrot/polly', { stream: true })).text()
    expect(streamed)
      .to.include('"Hello "')
      .and.include('"there"')
      .and.match(/data: \[DONE\]\n\n$/)
  })

  it('are found in a package', async () => {
    const files = filesOf(manual)
    const manifest = files['package.json'] ?? ''
    const { name } = JSON.parse(manifest) as { name: string }
    await using upstream = await ScriptedUpstream.start()
    upstream.always(({ path }) => (path.endsWith('/models') ? { body: modelList(['m']) } : { body: chatCompletion() }))
    await folder.write(`node_modules/${name}/package.json`, manifest)
    await folder.write(`node_modules/${name}/index.js`, files['acme.ts'] ?? '')
    const config = await folder.write('tapline.yaml', `providers: { mine: { type: ${name}, models: [m] } }`)
    await using gateway = await startTestGateway({ env: { CONFIG_FILE: config, COMPAT_WARN: 'false', ACME_API_KEY: 'key', ACME_BASE_URL: upstream.url } })
    expect((await chat(gateway, 'mine/m')).status).to.equal(200)
    expect(upstream.requests.at(-1)?.headers.authorization).to.equal('Bearer key')
  })
})

async function chat(gateway: TestGateway, model: string, body: object = {}, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
  return await fetch(`${gateway.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ model, messages: [{ role: 'user', content: 'Hello there' }], ...body }),
  })
}
