import { expect } from 'chai'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ConfigError, formatProblem } from '../../../core/config/problems/problems.ts'
import { complaints, inDirectory, load, loadFrom, problems } from './given.ts'

describe('a file that is not UTF-8', () => {
  for (const [name, text, line] of [
    ['tapline.yaml', '# \xe9\nserver: {}\n', 'tapline.yaml:1:3'],
    ['tapline.yaml', 'server:\n  base_path: /caf\xe9\n', 'tapline.yaml:2:18'],
    ['.env', 'A=1\nB=\xff', '.env:2:3'],
  ] as const) {
    it(`is refused, and told where: ${line}`, async () => {
      await inDirectory({}, async cwd => {
        await writeFile(join(cwd, name), Buffer.from(text, 'latin1'))
        const cause: unknown = await loadFrom(cwd, {}).catch((cause: unknown) => cause)
        expect((cause as ConfigError).problems.map(problem => formatProblem(problem, cwd))).to.deep.equal([
          `${line}  a character that is not UTF-8; save the file as UTF-8`,
        ])
      })
    })
  }

  it('may begin with a mark that it is UTF-8', async () => {
    expect((await load({ yaml: '\ufeffserver: { base_path: /café }' })).values.server.base_path).to.equal('/café')
  })
})

describe('loading', () => {
  it('needs nothing: every setting has a default', async () => {
    const config = await load({})
    expect(config.file).to.equal(undefined)
    expect(config.values.server.port).to.equal(8080)
    expect(config.source('/server/port')).to.equal('default')
    expect(config.warnings).to.deep.equal([])
  })

  it('takes the first of the implicit files, and does not merge them', async () => {
    const files = { 'config/config.yaml': 'server: { port: 2 }', 'config.yaml': 'server: { port: 3, base_path: /x }' }
    expect((await load({ files, yaml: 'server: { port: 1 }' })).values.server).to.include({ port: 1, base_path: '/' })
    expect((await load({ files })).values.server).to.include({ port: 2, base_path: '/' })
    expect((await load({ files: { 'config.yaml': files['config.yaml'] } })).values.server).to.include({ port: 3, base_path: '/x' })
  })

  it('reads the file that the flag names, before that of CONFIG_FILE, before the implicit ones', async () => {
    const files = { 'a.yaml': 'server: { port: 1 }', 'b.yaml': 'server: { port: 2 }' }
    const given = { files, yaml: 'server: { port: 3 }', env: { TAPLINE_CONFIG_FILE: 'b.yaml' } }
    expect((await load({ ...given, flags: { config: 'a.yaml' } })).values.server.port).to.equal(1)
    expect((await load(given)).values.server.port).to.equal(2)
  })

  it('is fatal when a named file cannot be read, and names who named it', async () => {
    expect(await complaints({ flags: { config: 'no.yaml' } })).to.deep.equal(['flag --config  no.yaml does not exist'])
    expect(await complaints({ env: { CONFIG_FILE: 'no.yaml' } })).to.deep.equal(['env CONFIG_FILE  no.yaml does not exist'])
  })

  it('reads the same file again where one was read before and none is named, and it must be there', async () => {
    const files = { 'tapline.yaml': 'server: { port: 1 }', 'config.yaml': 'server: { port: 3 }' }
    expect((await load({ files, previously: 'config.yaml' })).values.server.port).to.equal(3)
    expect((await load({ files, previously: 'config.yaml', flags: { config: 'tapline.yaml' } })).values.server.port).to.equal(1)
    expect(await complaints({ files: { 'config.yaml': '' }, previously: 'tapline.yaml' })).to.deep.equal(['tapline.yaml  does not exist'])
  })

  it('merges leaf by leaf: naming one key leaves its siblings at their defaults', async () => {
    const config = await load({ yaml: 'server: { shutdown: { linger: 5s } }\nhttp:\nresilience: { retry: { backoff_factor: 3 } }' })
    expect(config.values.server.shutdown).to.deep.equal({ linger: 5000, drain_timeout: 120_000, total_timeout: 130_000 })
    expect(config.values.http.timeout).to.equal(600_000)
    expect(config.get('/resilience/retry')).to.deep.equal({ initial_backoff: 1000, backoff_factor: 3, retry_on_statuses: [429] })
  })

  it('lets flags win over variables, variables over the file', async () => {
    const given = { yaml: 'server: { port: 1, host: h }', env: { PORT: '2', HOST: 'e' } }
    const config = await load({ ...given, flags: { port: '3', workers: '4', insecure: true, set: ['server.host=f', 'server.shutdown.linger=7s'] } })
    expect(config.values.server).to.deep.include({ port: 3, host: 'f', allow_open: true, workers: 4 })
    expect(config.values.server.shutdown.linger).to.equal(7000)
    expect(['port', 'host', 'allow_open', 'shutdown/linger', 'workers'].map(key => config.source(`/server/${key}`))).to.deep.equal([
      'flag:--port',
      'flag:--set',
      'flag:--insecure',
      'flag:--set',
      'flag:--workers',
    ])
  })

  it('reaches into maps and lists with --set', async () => {
    const config = await load({
      yaml: 'virtual_models: [{ source: a, target: x }]',
      env: { OPENAI_API_KEY: 'k', OPENAI_BASE_URL: 'https://env.example' },
      flags: {
        set: [
          'virtual_models.0.target=y',
          'providers.openai.base_url=https://flag.example',
          'pipelines.chat=off',
          'resilience.retry.retry_on_statuses=429,5xx',
        ],
      },
    })
    expect(config.get('/virtual_models')).to.deep.equal([{ source: 'a', target: 'y' }])
    expect(config.providers.get('openai')?.base_url).to.equal('https://flag.example')
    expect(config.values.pipelines).to.deep.equal({ chat: false })
    expect(config.get('/resilience/retry/retry_on_statuses')).to.deep.equal([429, '5xx'])
  })

  it('says which flag is wrong', async () => {
    expect(await complaints({ flags: { port: 'many', set: ['server.prot=1', 'nonsense', 'nothing.at.all=1'] } })).to.deep.equal([
      'flag --port  /server/port  expected integer from 1 to 65535, got "many"',
      'flag --set  expected dotted.path=value',
      'flag --set  /nothing  unknown key',
      'flag --set  /server/prot  unknown key; did you mean "port"?',
    ])
  })

  it('points at what the file says, and not at what a variable overrides', async () => {
    await inDirectory(
      { yaml: 'server:\n  port: 1\n  base_path: /a\npipelines:\n  chat:\n    - remove: x\n    - insert: ./a.ts\n      after: y\n' },
      async cwd => {
        const config = await loadFrom(cwd, { env: { PORT: '2' } })
        const file = join(cwd, 'tapline.yaml')
        expect(config.file).to.equal(file)
        expect(config.place('/server/base_path')).to.deep.equal({ file, line: 3, column: 3, pointer: '/server/base_path' })
        expect(config.place('/pipelines/chat/1')).to.deep.equal({ file, line: 7, column: 7, pointer: '/pipelines/chat/1' })
        expect(config.place('/pipelines/chat/1/after')).to.deep.include({ line: 8, column: 7 })
        expect(config.place('/server/port')).to.equal(undefined)
        expect(config.place('/server/host')).to.equal(undefined)
      },
    )
  })

  it('is frozen to its leaves', async () => {
    const config = await load({ yaml: 'extensions: { a: [{ b: 1 }] }', env: { OPENAI_API_KEY: 'k' } })
    expect(
      [config, config.values.server.shutdown, (config.values.extensions['a'] as unknown[])[0], config.providers.get('openai')?.keys].every(Object.isFrozen),
    ).to.equal(true)
  })

  it('keeps what it does not own under extensions', async () => {
    expect((await load({ yaml: 'extensions: { mine: { any: [1, yes] } }' })).values.extensions).to.deep.equal({ mine: { any: [1, 'yes'] } })
  })

  it('takes a key called __proto__ for a key', async () => {
    expect(await complaints({ yaml: 'server: { __proto__: { port: 1 } }' })).to.deep.equal(['tapline.yaml:1:11  /server/__proto__  unknown key'])
  })

  it('gives the same problems as data', async () => {
    const [problem] = await problems({ yaml: 'server: { port: many }' })
    expect(problem).to.include({ line: 1, column: 11, pointer: '/server/port', expected: 'integer from 1 to 65535', got: '"many"' })
  })
})

describe('lists that merge by identity', () => {
  const yaml = 'virtual_models: [{ source: a, target: yaml-a }, { source: b, target: yaml-b }]'

  it('take items of the environment in the place of those of the file, and add the others', async () => {
    const config = await load({ yaml, env: { TAPLINE_VIRTUAL_MODELS: '[{"source":"c"},{"source":"a","target":"env-a"}]' } })
    expect(config.get('/virtual_models')).to.deep.equal([{ source: 'a', target: 'env-a' }, { source: 'b', target: 'yaml-b' }, { source: 'c' }])
    expect([0, 1, 2].map(i => config.source(`/virtual_models/${i}`))).to.deep.equal(['env:TAPLINE_VIRTUAL_MODELS', 'yaml:1', 'env:TAPLINE_VIRTUAL_MODELS'])
  })

  it('point at the variable whose item is wrong', async () => {
    expect(await complaints({ yaml, env: { TAPLINE_VIRTUAL_MODELS: '[{"sorce":"c"}]' } })).to.deep.equal([
      'env TAPLINE_VIRTUAL_MODELS  /virtual_models/2/sorce  unknown key; did you mean "source"?',
    ])
  })
})
