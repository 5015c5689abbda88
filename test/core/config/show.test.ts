import { expect } from 'chai'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { complaints, inDirectory, load, loadFrom, problems } from './given.ts'

describe('show', () => {
  it('lists every setting with its source', async () => {
    const shown = (
      await load({
        yaml: 'server:\n  port: 9000\nproviders: { openai: { api_key: a }, anthropic: { api_keys: [a, b] } }',
        env: { TAPLINE_LOG_LEVEL: 'debug', OPENAI_EAST_API_KEY: 'a' },
        flags: { host: 'h', set: ['providers.more.type=openai', 'providers.more.api_key=a'] },
      })
    ).show()
    const find = (pointer: string) => shown.find(entry => entry.pointer === pointer)
    expect(find('/server/port')).to.deep.equal({ pointer: '/server/port', value: 9000, source: 'yaml:2' })
    expect(find('/logging_runtime/level')).to.deep.include({ value: 'debug', source: 'env:TAPLINE_LOG_LEVEL' })
    expect(find('/server/host')).to.deep.include({ value: 'h', source: 'flag:--host' })
    expect(find('/http/timeout')).to.deep.include({ value: 600_000, source: 'default' })
    for (const provider of ['openai', 'anthropic']) expect(find(`/providers/${provider}/api_keys`)).to.deep.include({ value: '<redacted>', source: 'yaml:3' })
    expect(find('/providers/more/api_keys')).to.deep.include({ value: '<redacted>', source: 'flag:--set' })
    expect(find('/providers/openai-east/api_keys')).to.deep.include({ value: '<redacted>', source: 'env:OPENAI_EAST_API_KEY' })
    expect(find('/resilience/retry/initial_backoff')).to.deep.include({ value: 1000, source: 'default' })
  })
})

describe('a secret', () => {
  const secret = 'sk-5eCret-0'

  it('is never shown, wherever it stands', async () => {
    await inDirectory({ files: { key: secret } }, async cwd => {
      const config = await loadFrom(cwd, {
        env: {
          TAPLINE_MASTER_KEY: secret,
          OPENAI_API_KEY: secret,
          OPENAI_API_KEY_2: `${secret}-2`,
          OPENAI_PROXY_URL: `http://u:${secret}@p.example`,
          REDIS_URL: `redis://:${secret}@r.example`,
          TAPLINE_BASE_PATH: `\${file:${join(cwd, 'key')}}`,
          ANTHROPIC_API_KEY: secret,
          ANTHROPIC_BASE_URL: `https://u:${secret}@a.example`,
          LOG_LEVEL: 'info',
        },
        flags: {
          set: [
            `providers.openai.custom_upstream_headers={"X-Key":"${secret}"}`,
            `pipelines.chat=[{"insert":{"use":"sample-cache","options":${JSON.stringify(optionsWith(secret))}},"after":"y"}]`,
          ],
        },
      })
      expect(config.values.server.base_path).to.equal(`/${secret}`)
      expect(config.providers.get('openai')?.keys).to.have.length(2)
      expect(JSON.stringify([config.show(), config.warnings])).to.not.contain(secret)
    })
  })

  it('hides nothing beside it', async () => {
    const options = { own: 'https://h.example/v1', limit_tokens: 3, forward_headers: ['X-Team'], header: 'X-Team', mail: 'a@b.example', what: 'is it?' }
    const steps = [{ insert: { use: 'sample-cache', options }, after: 'y' }]
    expect(await shownSteps(steps)).to.deep.equal(steps)
  })

  it('is any text among the options of a plugin that no schema is known of, and what the schema says of one that is', async () => {
    const patch = (use: string, options: object) => ({ insert: { use, options }, after: 'y' })
    expect(
      await shownSteps([
        patch('./x.ts', { pin: secret, more: [{ text: secret, count: 3 }] }),
        patch('sample-cache', { url: secret, own: 'a', ttl: 5 }),
        { set: 'mine', options: { pin: secret } },
      ]),
    ).to.deep.equal([
      patch('./x.ts', { pin: '<redacted>', more: [{ text: '<redacted>', count: 3 }] }),
      patch('sample-cache', { url: '<redacted>', own: 'a', ttl: 5 }),
      { set: 'mine', options: { pin: '<redacted>' } },
    ])
  })

  it('is in no problem', async () => {
    const lines = await complaints({
      yaml: `server:\n  master_key: [${secret}]\n  prot: x\nproviders:\n  openai: { api_key: [${secret}] }\n  azure: { api_keys: ${secret}, base_url: "https://x.example" }\nhttp: { max_connections_per_origin: "\${env:KEY}" }`,
      dotenv: `OK=1\n${secret}`,
      env: { REDIS_URL: '${vault:x}', VIRTUAL_MODELS: secret, KEY: secret },
    })
    expect(lines).to.have.length(8)
    expect(lines.join('\n')).to.not.contain(secret)
    expect(lines).to.include('tapline.yaml:2:3  /server/master_key  expected string, got <redacted>')
  })

  const misplaced: Readonly<Record<string, readonly [string, string]>> = {
    'in a list where a map belongs': ['server: [{ master_key: "${KEY}" }]', 'tapline.yaml:1:1  /server  expected map, got a list'],
    'in a list of providers': ['providers: [{ name: openai, api_key: "${env:KEY}" }]', 'tapline.yaml:1:1  /providers  expected map, got a list'],
    'in a map where a list belongs': ['virtual_models: { source: "${KEY}" }', 'tapline.yaml:1:1  /virtual_models  expected list, got a map'],
    'in a part of a text': ['cache: { sample: "redis://u:${KEY}@h/1" }', 'tapline.yaml:1:10  /cache/sample  expected map, got <redacted> (${KEY})'],
    'in a text of the file': ['cache: { sample: "redis://u:sk-5eCret-0@h/1" }', 'tapline.yaml:1:10  /cache/sample  expected map, got "redis://<redacted>@h/1"'],
    'in a list where a text belongs': [
      'providers: { openai: { api_key: k, base_url: ["${KEY}"] } }',
      'tapline.yaml:1:36  /providers/openai/base_url  expected string, got a list',
    ],
    'in a step without its place': [
      'pipelines: { chat: [{ insert: { use: ./p.ts, options: { pin: "${env:KEY}" } } }] }',
      'tapline.yaml:1:21  /pipelines/chat/0  missing; expected before or after',
    ],
    'behind a colon without a blank': [
      'server: master_key:sk-5eCret-0',
      'tapline.yaml:1:1  /server  expected map, got "master_key:<redacted>"; write a blank after "master_key:"',
    ],
    'in the name of a member, behind a colon without a blank': [
      'providers: { openai: { api_key:sk-5eCret-0, base_url: "https://a.example" } }',
      'tapline.yaml:1:24  /providers/openai/api_key:<redacted>  unknown key; write a blank after "api_key:"',
    ],
    'in the place of a block': [
      'providers: { openai: api_key:sk-5eCret-0 }',
      'tapline.yaml:1:14  /providers/openai  expected map; write a blank after "api_key:"',
    ],
    'as a tag': [
      'providers: { openai: { api_key: !sk-5eCret-0 } }',
      'tapline.yaml:1:33  not valid YAML: Unresolved tag; a text that begins with ! needs quotes',
    ],
    'as an alias': [
      'providers: { openai: { api_key: *sk-5eCret-0 } }',
      'tapline.yaml:1:33  /providers/openai/api_key  no &<redacted> stands before *<redacted>; a text that begins with * needs quotes',
    ],
  }
  for (const [where, [yaml, line]] of Object.entries(misplaced)) {
    it(`is not told in a problem: ${where}`, async () => {
      expect(await complaints({ yaml, env: { KEY: secret } })).to.deep.equal([line])
      expect(JSON.stringify(await problems({ yaml, env: { KEY: secret } }))).to.not.contain(secret)
    })
  }

  it('that came by reference is not shown even where no secret is expected', async () => {
    expect(await complaints({ yaml: 'logging_runtime: { level: "${env:KEY}" }', env: { KEY: secret } })).to.deep.equal([
      'tapline.yaml:1:20  /logging_runtime/level  expected one of debug, info, warn, error, got <redacted>',
    ])
  })
})

async function shownSteps(steps: readonly object[]): Promise<unknown> {
  const config = await load({ flags: { set: [`pipelines.chat=${JSON.stringify(steps)}`] } })
  return config.show().find(({ pointer }) => pointer === '/pipelines/chat')?.value
}

/** The ways in which options hold a secret that no schema names. */
function optionsWith(secret: string): object {
  return {
    api_key: secret,
    api_keys: [secret],
    apiToken: secret,
    passwd: secret,
    auth: { type: 'bearer', of: secret },
    headers: { 'X-Any': secret },
    set: { 'X-Auth': secret, Cookie: secret },
    when: [{ header: 'X-Any', equals: secret }],
    actions: [{ action: 'set', header: 'X-Any', value: secret }],
    url: `https://u:p@${secret}@h.example/x?a=b&sig=${secret}#top`,
    other: [`see https://${secret}@h.example`],
    config: { deeper: { client_secret: secret } },
  }
}

describe('the schema for editors', () => {
  const example = `
server: { port: "\${PORT:-8080}", body_size_limit: 20M, allow_open: off }
http: { timeout: 10m, keep_alive_timeout: 90s }
logging_runtime: { level: warning }
cache: { sample: { redis: { ttl: 60 } } }
providers: { azure: { api_version: v1, base_url: x, models: [a, { id: b }] } }
pipelines: { chat: [{ insert: x, after: y }, { set: y, timeout: 5s }], other: off }
`

  it('takes what the loader takes, plugins and provider types included, and no unknown key', async () => {
    const { schema } = await load({})
    const validate = new Ajv2020({ strict: false }).compile(schema as object)
    const { parse } = await import('yaml')
    expect(validate(parse(example)), JSON.stringify(validate.errors)).to.equal(true)
    for (const wrong of [
      'server: { prot: 1 }',
      'http: { timeout: soon }',
      'server: { allow_open: perhaps }',
      'server: { port: 70000 }',
      'pipelines: { chat: [{ insert: x }] }',
    ]) {
      expect(validate(parse(wrong)), wrong).to.equal(false)
    }
  })

  it("has no keyword that is Tapline's own", async () => {
    expect(JSON.stringify((await load({})).schema)).to.not.match(/"(setting|env|env_form|secret|aliases|env_items|identity)":/)
  })
})
