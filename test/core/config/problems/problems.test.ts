import { expect } from 'chai'
import { nearest } from '../../../../core/config/problems/problems.ts'
import { complaints, load } from '../given.ts'

describe('the nearest name', () => {
  const names = ['body_size_limit', 'base_path', 'port', 'host']
  for (const [name, meant] of Object.entries({
    body_sise_limit: 'body_size_limit',
    bodysizelimit: 'body_size_limit',
    prt: 'port',
    hots: 'host',
    bodylimit: undefined,
    xy: undefined,
    '': undefined,
  })) {
    it(`is ${meant ?? 'none'} for "${name}"`, () => {
      expect(nearest(name, names)).to.equal(meant)
    })
  }
})

describe('problems', () => {
  it('are told all at once, one line each, sorted by line, variables last', async () => {
    const yaml = `server:
  port: many
  body_sise_limit: 3
logging_runtime: { level: loud }
http:
  keep_alive_timeout: 90
`
    expect(await complaints({ yaml, env: { TAPLINE_STREAM_STALL_TIMEOUT: 'never' } })).to.deep.equal([
      'tapline.yaml:2:3  /server/port  expected integer from 1 to 65535, got "many"',
      'tapline.yaml:3:3  /server/body_sise_limit  unknown key; did you mean "body_size_limit"?',
      'tapline.yaml:4:20  /logging_runtime/level  expected one of debug, info, warn, error, got "loud"',
      'tapline.yaml:6:3  /http/keep_alive_timeout  expected duration such as 500ms, got 90',
      'env TAPLINE_STREAM_STALL_TIMEOUT  /server/stream_stall_timeout  expected seconds, or a duration such as 10m, got "never"',
    ])
  })

  const cases: Readonly<Record<string, readonly [string, ...string[]]>> = {
    'name the range that a size leaves': [
      'server: { body_size_limit: 1G }',
      'tapline.yaml:1:11  /server/body_size_limit  expected size such as 10M from 1K to 100M, got "1G"',
    ],
    'name the setting of a plugin': [
      'resilience: { retry: { backoff_factor: 0 } }',
      'tapline.yaml:1:24  /resilience/retry/backoff_factor  expected number >= 1, got 0',
    ],
    'take no infinity for a number': [
      'resilience: { retry: { backoff_factor: .inf } }',
      'tapline.yaml:1:24  /resilience/retry/backoff_factor  expected number >= 1, got Infinity',
    ],
    'take no fraction for an integer': ['server: { port: 80.5 }', 'tapline.yaml:1:11  /server/port  expected integer from 1 to 65535, got 80.5'],
    'take no unknown word for false': ['server: { allow_open: nope }', 'tapline.yaml:1:11  /server/allow_open  expected true or false, got "nope"'],
    'take no null for a value': ['server: { port: }', 'tapline.yaml:1:11  /server/port  expected integer from 1 to 65535, got null'],
    'take no text for a block': ['server: yes', 'tapline.yaml:1:1  /server  expected map, got "yes"'],
    'take no list for the file': ['- a', 'tapline.yaml:1:1  expected map'],
    'tell of a key that stands twice': ['server:\n  port: 1\n  port: 2', 'tapline.yaml:3:3  /server/port  the key stands twice, first in line 2'],
    'tell of an unknown section': ['sever: {}', 'tapline.yaml:1:1  /sever  unknown key; did you mean "server"?'],
    'keep features that do not exist yet unknown': ['server: { realtime_enabled: true }', 'tapline.yaml:1:11  /server/realtime_enabled  unknown key'],
    'tell of a step without its place': ['pipelines:\n  chat:\n    - insert: x', 'tapline.yaml:3:7  /pipelines/chat/0  missing; expected before or after'],
    'tell of all that is wrong in a step without its place': [
      'pipelines:\n  chat:\n    - insert: { use: x, on_error: opne }',
      'tapline.yaml:3:7  /pipelines/chat/0  missing; expected before or after',
      'tapline.yaml:3:25  /pipelines/chat/0/insert/on_error  expected one of open, closed, got "opne"',
    ],
    'tell of all that is wrong in a step with its place': [
      'pipelines:\n  chat:\n    - insert: { use: x, sha256: abc, on_error: opne, timeout: 2 }\n      after: auth',
      'tapline.yaml:3:25  /pipelines/chat/0/insert/sha256  expected string that matches ^[0-9a-fA-F]{64}$, got "abc"',
      'tapline.yaml:3:38  /pipelines/chat/0/insert/on_error  expected one of open, closed, got "opne"',
      'tapline.yaml:3:54  /pipelines/chat/0/insert/timeout  expected duration such as 500ms, got 2',
    ],
    'find two members that were meant': [
      'pipelines: { chat: [{ insert: { use: x, tiemout: 2s }, aftr: y }] }',
      'tapline.yaml:1:41  /pipelines/chat/0/insert/tiemout  unknown key; did you mean "timeout"?',
      'tapline.yaml:1:56  /pipelines/chat/0/aftr  unknown key; did you mean "after"?',
    ],
    'tell of a patch that does nothing': [
      'pipelines:\n  chat:\n    - { remove: x, set: y }',
      'tapline.yaml:3:7  /pipelines/chat/0  expected map with insert and before or map with insert and after or map with remove or map with replace and with or map with set, got a map',
    ],
    'find the patch that was meant': [
      'pipelines: { chat: [{ insert: x, aftr: y }] }',
      'tapline.yaml:1:34  /pipelines/chat/0/aftr  unknown key; did you mean "after"?',
    ],
    'find the step that was meant': [
      'pipelines: { chat: [{ replace: x, with: { use: y, tiemout: 1s } }] }',
      'tapline.yaml:1:51  /pipelines/chat/0/with/tiemout  unknown key; did you mean "timeout"?',
    ],
    'find what is wrong in a step of a new pipeline': [
      'pipelines: { mine: { steps: [a, { use: b, timeout: fast }] } }',
      'tapline.yaml:1:43  /pipelines/mine/steps/1/timeout  expected duration such as 500ms, got "fast"',
    ],
    'tell what a pipeline may be': ['pipelines: { chat: perhaps }', 'tapline.yaml:1:14  /pipelines/chat  expected null or list or map or off, got "perhaps"'],
    'tell what a digest looks like': [
      'plugins: { load: [{ file: a.ts, sha256: abc }] }',
      'tapline.yaml:1:33  /plugins/load/0/sha256  expected string that matches ^[0-9a-fA-F]{64}$, got "abc"',
    ],
  }
  for (const [name, [yaml, ...lines]] of Object.entries(cases)) {
    it(name, async () => {
      expect(await complaints({ yaml })).to.deep.equal(lines)
    })
  }

  for (const [name, [yaml, line]] of Object.entries({
    'a bracket that is not closed': ['server:\n  port: [1\nhttp: {}', /^tapline\.yaml:3:1 {2}not valid YAML: Flow sequence/],
    'a brace that is not closed': ['server: { port: 1\nhttp: {}', /^tapline\.yaml:2:1 {2}not valid YAML: Flow map/],
    'a comma that is missing': ['server: { port: 1 host: x }', /^tapline\.yaml:1:17 {2}not valid YAML: .*; either a comma is missing, or/],
    'a quote that is not closed': [
      'providers:\n  openai: { api_keys: ["a, "b"], models: [x, { id: y }] }\nserver: {}',
      /^tapline\.yaml:2:29 {2}not valid YAML: Missing ,/,
    ],
    'a line that is indented too far': ['server:\n  port: 1\n   host: x\n', /^tapline\.yaml:2:9 {2}.*; either the next line is indented too far/],
    'a second document': ['server: { port: 1 }\n---\nhttp: {}', /^tapline\.yaml:2:1 {2}a second document begins here/],
    'a tab': ['server:\n\tport: 1\n  host: x\nhttp: {}', /^tapline\.yaml:2:1 {2}not valid YAML: Tabs are not allowed as indentation$/],
  } as const)) {
    it(`of broken YAML say where it breaks, and nothing that follows from it: ${name}`, async () => {
      const lines = await complaints({ yaml })
      expect(lines).to.have.length(1)
      expect(lines[0]).to.match(line)
    })
  }

  it('of JSON in a variable name the variable, and never quote it', async () => {
    expect(await complaints({ env: { TAPLINE_VIRTUAL_MODELS: '[{"source":"sk-secret","source":"b"}]' } })).to.deep.equal([
      'env TAPLINE_VIRTUAL_MODELS  /virtual_models  expected JSON without repeated keys, got JSON with the key "source" twice',
    ])
    expect(await complaints({ env: { TAPLINE_VIRTUAL_MODELS: 'sk-secret' } })).to.deep.equal([
      'env TAPLINE_VIRTUAL_MODELS  /virtual_models  expected JSON without repeated keys, got text that is not a JSON array',
    ])
  })

  it('are only warnings for unknown keys when CONFIG_STRICT is false', async () => {
    const env = { TAPLINE_CONFIG_STRICT: 'false' }
    const config = await load({ yaml: 'server: { prot: 1 }\nproviders: { openai: { api_key: k, mystery: 1 } }', env })
    expect(config.warnings.join('\n')).to.contain('/server/prot  unknown key; did you mean "port"?').and.to.contain('/providers/openai/mystery  unknown key')
    expect(config.get('/server/prot')).to.equal(undefined)
    expect(config.providers.get('openai')?.settings).to.not.have.property('mystery')
    expect(await complaints({ yaml: 'server: { port: many }', env })).to.have.length(1)
    expect(await complaints({ yaml: 'virtual_models: [{ sorce: a }]', env })).to.deep.equal([
      'tapline.yaml:1:18  /virtual_models/0/source  missing; expected string',
    ])
    const own = await load({ yaml: 'providers: { openai: { api_key: k, resilience: { retry: { backof_factor: 3, backoff_factor: 4 } } } }', env })
    expect(own.warnings.join('\n')).to.contain('/providers/openai/resilience/retry/backof_factor  unknown key; did you mean "backoff_factor"?')
    expect(own.providers.get('openai')?.resilience).to.deep.equal({ retry: { backoff_factor: 4 } })
  })

  it('are told of CONFIG_STRICT itself', async () => {
    expect(await complaints({ env: { TAPLINE_CONFIG_STRICT: 'perhaps' } })).to.deep.equal(['env TAPLINE_CONFIG_STRICT  expected true or false, got "perhaps"'])
  })
})

describe('aliases', () => {
  for (const [word, level] of Object.entries({ dbg: 'debug', inf: 'info', warning: 'warn', err: 'error' })) {
    it(`read the log level ${word} as ${level}`, async () => {
      expect((await load({ yaml: `logging_runtime: { level: ${word} }` })).values.logging_runtime.level).to.equal(level)
    })
  }
})

describe('PLUGINS_LOAD', () => {
  it('lists files with their digests', async () => {
    const digest = 'a'.repeat(64)
    const config = await load({ env: { TAPLINE_PLUGINS_LOAD: `./a.ts=${digest}, ./b.ts` } })
    expect(config.values.plugins.load).to.deep.equal([{ file: './a.ts', sha256: digest }, { file: './b.ts' }])
  })
})
