import { expect } from 'chai'
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { chatCompletion, modelList } from '../../../core/testing/chat-samples.ts'
import { startTestGateway, type TestGateway } from '../../../core/testing/gateway.ts'
import { ScriptedUpstream } from '../../../core/testing/scripted-upstream.ts'
import { TurnedClock } from '../../../core/testing/turned-clock.ts'
import { cacheDirectory } from '../../../plugins/model-cache/cache-directory.ts'
import { until } from '../../support/until.ts'

const dayMs = 86_400_000

describe('models of providers, kept in a folder', () => {
  let upstream: ScriptedUpstream
  let folder: string
  let clock: TurnedClock
  let isDown: boolean
  beforeEach(async () => {
    isDown = false
    clock = new TurnedClock()
    folder = join(await mkdtemp(join(tmpdir(), 'tapline-cache-')), 'lists')
    upstream = await ScriptedUpstream.start()
    upstream.always(({ path }) => (!path.endsWith('/models') ? { body: chatCompletion() } : isDown ? { status: 500 } : { body: modelList(['one', 'two']) }))
  })
  afterEach(async () => {
    await upstream.close()
    await rm(join(folder, '..'), { recursive: true, force: true })
  })

  const start = async (provider: object = {}, further: object = {}) =>
    await startTestGateway({
      clock,
      config: {
        cache: { model: { local: { cache_dir: folder } } },
        ...further,
        providers: { main: { type: 'openai-compatible', base_url: upstream.url, operations: ['chat', 'models'], ...provider } },
      },
    })
  const ids = async ({ url }: TestGateway) => ((await (await fetch(`${url}/v1/models`)).json()) as { data: { id: string }[] }).data.map(({ id }) => id)
  const files = async () => await readdir(folder).catch(() => [] as string[])
  const chat = async ({ url }: TestGateway, model: string) =>
    (
      await fetch(`${url}/v1/chat/completions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ model, messages: [{ role: 'user', content: 'a' }] }),
      })
    ).status
  const failed = async ({ log }: TestGateway) => await until(() => log.some(({ msg }) => msg === 'the provider did not list its models'))
  const ignored = ({ log }: TestGateway) =>
    log
      .filter(({ msg }) => msg === 'kept lists of models are of no use, and ignored')
      .map(line => (line['ignored'] as { reason: string }[]).map(({ reason }) => reason))
  /** One gateway lists, and the next one starts while the provider is away. */
  const listOnce = async (provider?: object) => {
    await using gateway = await start(provider)
    while ((await files()).length === 0 || (await ids(gateway)).length === 0) await turn()
    while ((await files()).some(name => name.endsWith('.tmp'))) await turn()
    isDown = true
  }

  it('are known to a gateway that starts while the provider is away, by their bare names, too', async () => {
    await listOnce()
    await using gateway = await start()
    expect([await chat(gateway, 'one'), await ids(gateway)]).to.deep.equal([200, ['main/one', 'main/two']])
    await failed(gateway)
    expect([await chat(gateway, 'two'), await chat(gateway, 'three'), await ids(gateway)]).to.deep.equal([200, 400, ['main/one', 'main/two']])
    const {
      providers: [status],
    } = (await (await fetch(`${gateway.url}/admin/providers/status`)).json()) as { providers: { status_label: string }[] }
    expect(status?.status_label, 'it worked before').to.equal('Offline')
  })

  it("are in a file that is whole, and the user's own", async () => {
    await listOnce()
    const [name = '', ...others] = await files()
    expect(others).to.deep.equal([])
    expect(name).to.match(/^models-main-[0-9a-f]{16}\.json$/)
    expect((await stat(join(folder, name))).mode & 0o777).to.equal(0o600)
    expect(JSON.parse(await readFile(join(folder, name), 'utf8')))
      .to.deep.include({ version: 1, provider: 'main', listed_at: clock.now() })
      .and.nested.include({ 'models[1].id': 'two' })
  })

  it('are what the provider says, as soon as it answers', async () => {
    await listOnce()
    isDown = false
    upstream.always({ body: modelList(['other']) })
    await using gateway = await start()
    while (!(await ids(gateway)).includes('main/other')) await turn()
    expect(await ids(gateway)).to.deep.equal(['main/other'])
  })

  for (const [name, provider, further] of [
    ['at another address', { base_url: 'http://127.0.0.1:9/v1' }, {}],
    ['of another type', { type: 'vllm' }, {}],
    ['whose list is configured, for when it fails', { models: ['mine'] }, {}],
    ['whose list is the only one', { models: ['mine'] }, { models: { configured_provider_models_mode: 'allowlist' } }],
  ] as const) {
    it(`are not those of a provider ${name}`, async () => {
      await listOnce()
      await using gateway = await start(provider, further)
      expect(await ids(gateway)).to.not.include('main/one')
      if (name !== 'whose list is the only one') await failed(gateway)
      expect(await ids(gateway)).to.deep.equal('models' in provider ? ['main/mine'] : [])
    })
  }

  for (const [name, text, reason] of [
    ['that holds no JSON', '{"version":1,', /JSON/],
    ['that is empty', '', /JSON/],
    ['of another version', '{"version":0,"provider":"main","listed_at":1,"models":[]}', /^it was not written by this version$/],
    ['that is null', 'null', /^it was not written by this version$/],
    ['without models', '{"version":1,"provider":"main","listed_at":1}', /^it holds no list of models$/],
    ['of models without ids', '{"version":1,"provider":"main","listed_at":1,"models":[{}]}', /^it holds no list of models$/],
    ['that is a month old', undefined, /^it is of 2026-01-01T00:00:00.000Z$/],
  ] as const) {
    it(`are none of a file ${name}, which is said once`, async () => {
      await listOnce()
      if (text === undefined) clock.advance(30 * dayMs + 1)
      else await writeFile(join(folder, (await files())[0] ?? ''), text)
      await using gateway = await start()
      await failed(gateway)
      expect(await ids(gateway)).to.deep.equal([])
      const [reasons = [], ...further] = ignored(gateway)
      expect(further).to.deep.equal([])
      expect(reasons).to.have.length(1)
      expect(reasons[0]).to.match(reason)
    })
  }

  it('count for a month', async () => {
    await listOnce()
    clock.advance(30 * dayMs)
    await using gateway = await start()
    expect([await ids(gateway), ignored(gateway)]).to.deep.equal([['main/one', 'main/two'], []])
  })

  it('are written over a file that was of no use', async () => {
    await mkdir(folder)
    await listOnce()
    const [name = ''] = await files()
    await writeFile(join(folder, name), 'nonsense')
    isDown = false
    await using gateway = await start()
    while (!(await readFile(join(folder, name), 'utf8')).startsWith('{')) await turn()
    expect(await chat(gateway, 'one')).to.equal(200)
  })

  it('serve on where the folder cannot be written, which is said once', async () => {
    await writeFile(folder, 'no folder')
    await using gateway = await start()
    const said = () => gateway.log.filter(({ msg }) => msg === 'lists of models cannot be kept').length
    await until(() => said() === 1)
    const { steps } = (await (await fetch(`${gateway.url}/admin/runtime/refresh`, { method: 'POST' })).json()) as { steps: { name: string; status: string }[] }
    expect(steps.find(({ name }) => name === 'model_registry_cache')?.status).to.equal('failed')
    expect([await chat(gateway, 'one'), said()]).to.deep.equal([200, 1])
  })
})

describe('the folder of kept models', () => {
  let cwd: string
  beforeEach(async () => {
    cwd = await mkdtemp(join(tmpdir(), 'tapline-cwd-'))
  })
  afterEach(() => rm(cwd, { recursive: true }))

  for (const [platform, env, expected] of [
    ['linux', {}, '/home/me/.cache/tapline'],
    ['linux', { XDG_CACHE_HOME: '/caches' }, '/caches/tapline'],
    ['linux', { XDG_CACHE_HOME: '' }, '/home/me/.cache/tapline'],
    ['darwin', {}, '/home/me/Library/Caches/tapline'],
    ['win32', { LOCALAPPDATA: '/local' }, '/local/tapline/cache'],
  ] as const) {
    it(`is ${expected} on ${platform} with ${JSON.stringify(env)}`, () => expect(cacheDirectory({ cwd, home: '/home/me', platform, env })).to.equal(expected))
  }
  it('is .cache, where that is a folder', async () => {
    await mkdir(join(cwd, '.cache'))
    expect(cacheDirectory({ cwd, home: '/home/me', platform: 'linux', env: {} })).to.equal(join(cwd, '.cache'))
  })
})
