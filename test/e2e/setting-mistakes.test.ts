import { expect } from 'chai'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { ConfigError } from '../../core/config/problems/problems.ts'
import { compile } from '../support/compile.ts'
import { Folder, tapline } from '../support/run-tapline.ts'
import { Served } from '../support/serve.ts'

/** YAML with a mark before what is wrong, the pointer to it, and what is said of it. */
const mistakes: Readonly<Record<string, readonly [string, string, RegExp]>> = {
  'two budgets for the same': [
    'budgets:\n  ‸user_paths: [{ path: /a, limits: [{ period: daily, amount: 1 }, { period: daily, amount: 2 }] }]\n',
    '/budgets/user_paths',
    /^budgets cannot be set up: there are two limits for user_path \/a/,
  ],
  'Redis for limits, and no address of it': [
    'state: { ‸backend: redis }\n',
    '/cache/response/simple/redis/url',
    /^missing; expected string that matches .*; REDIS_URL gives it, too$/,
  ],
  'Redis for answers, and no address of it': [
    'cache: { response: { simple: { ‸store: redis } } }\n',
    '/cache/response/simple/redis/url',
    /^missing; expected string that matches .*; REDIS_URL gives it, too$/,
  ],
  'Redis for limits, and an address that is not right': [
    'cache: { response: { simple: { redis: { ‸url: "redis://${REDIS_HOST}:6379" } } } }\nstate: { backend: redis }\n',
    '/cache/response/simple/redis/url',
    /^\$\{REDIS_HOST\} is not set;/,
  ],
  'a database, and no address of it': [
    'storage: { ‸type: postgresql }\n',
    '/storage/postgresql/url',
    /^missing; expected string that is not empty; TAPLINE_POSTGRES_URL gives it, too$/,
  ],
  'tokens of concurrent calls': [
    'rate_limits:\n  user_paths: [‸{ path: /a, limits: [{ period: concurrent, max_tokens: 5 }] }]\n',
    '/rate_limits/user_paths/0',
    /^user_path \/a: a limit of concurrent calls takes max_requests only$/,
  ],
  'virtual models in a circle': [
    'models: { enabled_by_default: true }\nvirtual_models: [‸{ source: a, target: b }, { source: b, target: a }]\n',
    '/virtual_models/0',
    /^virtual models lead in a circle: a → b → a$/,
  ],
  'two virtual models of one name': [
    'virtual_models: [{ source: a, target: b }, { ‸source: " a ", target: c }]\n',
    '/virtual_models/1/source',
    /^there are two virtual models "a"$/,
  ],
  'a provider of a virtual model that there is not': [
    'virtual_models: [{ source: a, target: b, targets: [{ model: c }, { model: d, ‸provider: nobody }] }]\n',
    '/virtual_models/0/targets/1/provider',
    /^virtual model "a": there is no provider "nobody"; known: openai$/,
  ],
  'a dialect of a provider that there is not': [
    'providers: { openai: { api_key: k, native_dialects: [openai-chat, ‸openai-chatt] } }\n',
    '/providers/openai/native_dialects/1',
    /^there is no dialect "openai-chatt"; did you mean "openai-chat"\?$/,
  ],
  'models of users that nobody has': [
    '‸users: [{ path: /a, allowed_models: [nobody/*] }]\n',
    '/users',
    /^users cannot be set up: .*"nobody\/\*" of \/a selects nothing/,
  ],
  'two guardrails of one name': [
    'guardrails:\n  rules:\n    - { name: a, type: secrets }\n    - ‸{ name: a, type: pii }\n',
    '/guardrails/rules/1',
    /^there is a step "a" already$/,
  ],
  'a guardrail by the name of a header policy': [
    'guardrails: { rules: [{ name: a, type: secrets }] }\nheader_policies:\n  ‸policies: [{ name: a, actions: [{ action: remove, header: X-A }] }]\n',
    '/header_policies/policies',
    /two header policies or guardrails are called "a"$/,
  ],
  'a feature that workflows do not know': [
    'workflows:\n  rules: [{ name: a, workflow_payload: { schema_version: 2, features: { ‸guardrail: true } } }]\n',
    '/workflows/rules/0/workflow_payload/features/guardrail',
    /^unknown key; did you mean "guardrails"\?$/,
  ],
  'a misspelt change in the patch of a workflow': [
    'workflows:\n  rules: [{ name: a, workflow_payload: { schema_version: 3, patch: [{ ‸inserrt: x, after: guardrails }] } }]\n',
    '/workflows/rules/0/workflow_payload/patch/0/inserrt',
    /^unknown key; did you mean "insert"\?$/,
  ],
  'a misspelt option in the patch of a workflow': [
    'workflows:\n  rules: [{ name: a, workflow_payload: { schema_version: 3, patch: [{ remove: audit }, { set: retry, options: { ‸max_retrys: 1 } }] } }]\n',
    '/workflows/rules/0/workflow_payload/patch/1/options/max_retrys',
    /^unknown key; did you mean "max_retries"\?$/,
  ],
  'a plugin in the patch of a workflow that there is not': [
    'workflows:\n  rules: [{ name: a, workflow_payload: { schema_version: 3, patch: [{ insert: { ‸use: ./nowhere.ts }, before: retry }] } }]\n',
    '/workflows/rules/0/workflow_payload/patch/0/insert/use',
    /^there is no plugin ".\/nowhere.ts"$/,
  ],
  'a plugin that there is not, in a pipeline without a route': [
    'pipelines: { base: { steps: [auth, ‸nosuch] } }\n',
    '/pipelines/base/steps/1/use',
    /^there is no plugin "nosuch"$/,
  ],
  'a misspelt option in a pipeline without a route, once with those that extend it': [
    'pipelines:\n  base: { steps: [auth, { use: retry, options: { ‸max_retrys: 1 } }] }\n  mine: { extends: base, route: GET /mine }\n',
    '/pipelines/base/steps/1/options/max_retrys',
    /^unknown key; did you mean "max_retries"\?$/,
  ],
  'a provider type that there is not': [
    'providers: { prod: { api_key: k, ‸type: opena } }\n',
    '/providers/prod/type',
    /^there is no provider "opena"; did you mean "openai"\?$/,
  ],
  'retries of a provider that are no number': [
    'providers: { far: { type: ollama, base_url: "http://far/v1", resilience: { retry: { ‸max_retries: x } } } }\n',
    '/providers/far/resilience/retry/max_retries',
    /^expected integer >= 0, got "x"$/,
  ],
  'a misspelt retry option of a provider': [
    'providers: { far: { type: ollama, base_url: "http://far/v1", resilience: { retry: { ‸max_retires: 1 } } } }\n',
    '/providers/far/resilience/retry/max_retires',
    /^unknown key; did you mean "max_retries"\?$/,
  ],
  'a breaker of a provider that there is not': [
    'providers: { far: { type: ollama, base_url: "http://far/v1", resilience: { circuit_breaker: { ‸scope: instance } } } }\n',
    '/providers/far/resilience/circuit_breaker/scope',
    /^expected one of provider, model, got "instance"$/,
  ],
  'a secret that is too short': [
    'storage: { ‸encryption_key: short }\n',
    '/storage/encryption_key',
    /^expected string of at least 16 characters, got <redacted>$/,
  ],
  'an address of Redis without its scheme': [
    'cache: { response: { simple: { redis: { ‸url: "redis.internal:6379" } } } }\n',
    '/cache/response/simple/redis/url',
    /^expected string that matches \^\(rediss\?:\/\/\|\/\), got <redacted>$/,
  ],
  'an address of a collector without its scheme': [
    'opentelemetry: { enabled: true, ‸endpoint: "collector:4318" }\n',
    '/opentelemetry/endpoint',
    /; expected an address that begins with http:\/\/ or https:\/\/$/,
  ],
  'a credential for the user path': [
    'server: { ‸user_path_header: AUTHORIZATION }\n',
    '/server/user_path_header',
    /^user-path cannot be set up: AUTHORIZATION carries credentials/,
  ],
  "a vendor's credential for the user path": ['server: { ‸user_path_header: x-goog-api-key }\n', '/server/user_path_header', /carries credentials/],
  'a header of the transport for the user path': ['server: { ‸user_path_header: Host }\n', '/server/user_path_header', /belongs to the transport of messages/],
  'two workflows of one scope': [
    'workflows:\n  rules:\n    - { name: a, scope_user_path: /a, workflow_payload: { schema_version: 2 } }\n    - ‸{ name: b, scope_user_path: /a, workflow_payload: { schema_version: 2 } }\n',
    '/workflows/rules/1',
    /^"a" has this scope already$/,
  ],
  'a member that a header policy among the guardrails does not have': [
    'guardrails:\n  rules: [{ name: a, type: header_modification, config: { ‸endpoint: [/v1/*], actions: [{ action: remove, header: X-A }] } }]\n',
    '/guardrails/rules/0/config/endpoint',
    /^unknown key; did you mean "endpoints"\?$/,
  ],
  'a member that an action of such a header policy does not have': [
    'guardrails:\n  rules: [{ name: a, type: header_modification, config: { actions: [{ action: set, header: X-A, value: b, ‸form_header: X-B }] } }]\n',
    '/guardrails/rules/0/config/actions/0/form_header',
    /^unknown key; did you mean "from_header"\?$/,
  ],
  'a phase that guardrails do not have': [
    'workflows:\n  rules: [{ name: a, workflow_payload: { schema_version: 2, features: {}, steps: [{ ref: x, ‸phase: reply }] } }]\n',
    '/workflows/rules/0/workflow_payload/steps/0/phase',
    /^expected one of prompt, response, stream, got "reply"$/,
  ],
}

describe('an option that a plugin does not know', () => {
  it('is but a warning where unknown keys are tolerated, wherever it stands', async () => {
    await using folder = await Folder.make({})
    const file = join(folder.path, 'tapline.yaml')
    await writeFile(
      file,
      `guardrails: { rules: [{ name: a, type: secrets, config: { one: 1 } }, { name: c, type: header_modification, config: { seven: 7, actions: [{ action: remove, header: X-A, eight: 8 }] } }] }
providers: { openai: { resilience: { circuit_breaker: { two: 2 } } } }
pipelines: { chat: [{ set: retry, options: { three: 3, max_retries: 4 } }] }
workflows: { rules: [{ name: b, workflow_payload: { schema_version: 3, patch: [{ set: retry, options: { five: 5 } }] } }] }
`,
    )
    const generation = await compile(file, { TAPLINE_CONFIG_STRICT: 'false' })
    expect(generation.config.warnings.flatMap(warning => /\/(\w+) {2}/.exec(warning)?.[1] ?? [])).to.have.members([
      'one',
      'two',
      'three',
      'three',
      'five',
      'seven',
      'eight',
    ])
    expect(
      [...generation.instances.values()].find(({ spec }) => spec.name === 'retry' && (spec.options as { max_retries: number }).max_retries === 4)?.spec.options,
    ).to.not.have.property('three')
    await generation.discard()
  })
})

describe('an option that nobody knows, in a workflow that is made as the gateway serves', () => {
  it('is told in the log where unknown keys are tolerated', async () => {
    await using served = await Served.start({ env: { TAPLINE_CONFIG_STRICT: 'false' } })
    const patch = [{ set: 'retry', options: { six: 6 } }]
    expect((await served.call('POST', '/admin/workflows', { name: 'w', workflow_payload: { schema_version: 3, patch } })).status).to.equal(201)
    expect(served.gateway.log.filter(({ msg }) => /workflow: unknown key/.test(String(msg)))).to.have.length(1)
  })
})

describe('a setting that a plugin cannot use', () => {
  let folder: Folder
  before(async () => {
    folder = await Folder.make({})
  })
  after(() => folder[Symbol.asyncDispose]())

  for (const [name, [marked, pointer, message]] of Object.entries(mistakes)) {
    it(`is told with its place in the file: ${name}`, async () => {
      const file = join(folder.path, 'tapline.yaml')
      await writeFile(file, marked.replace('‸', ''))
      const cause = await compile(file).then(
        generation => generation.discard(),
        (cause: unknown) => cause,
      )
      const before = marked.slice(0, marked.indexOf('‸')).split('\n')
      expect(cause).to.be.instanceOf(ConfigError)
      const { problems } = cause as ConfigError
      expect(problems.map(({ file, line, column, pointer }) => ({ file, line, column, pointer }))).to.deep.equal([
        { file, line: before.length, column: (before.at(-1) as string).length + 1, pointer },
      ])
      expect(problems[0]?.message).to.match(message)
    })
  }

  for (const [name, value] of [
    ['TAPLINE_USER_PATH_HEADER', 'Cookie'],
    ['TAPLINE_STATE_BACKEND', 'redis'],
    ['TAPLINE_STORAGE_TYPE', 'postgresq'],
    ['GOMODEL_USER_PATH_HEADER', 'Cookie'],
    ['GOMODEL_SET_BUDGET_TEAM', 'daily=10=20'],
    ['SET_BUDGET_TEAM', '[{"period":"daily","amount":true}]'],
    ['SET_RATE_LIMIT_TEAM', '[{"period":"minute","max_requests":1,"max_token":2}]'],
    ['SET_RATE_LIMIT_TEAM', '[{"period":"minute","period":"hour","max_requests":1}]'],
    ['GOMODEL_SET_PROVIDER_RATE_LIMIT_OPENAI', 'rpx=1'],
    ['GOMODEL_CIRCUIT_BREAKER_TRIP_ON_QUOTA_TTL', '5s'],
    ['OLLAMA_CIRCUIT_BREAKER_TRIP_ON_QUOTA_TTL', '5s'],
    ['TAPLINE_VIRTUAL_MODELS', '[{"source":"a","target":"b"},{"source":"b","target":"a"}]'],
  ] as const) {
    it(`is told by the variable that gave it: ${name}`, async () => {
      const file = join(folder.path, 'tapline.yaml')
      await writeFile(file, 'server: { user_path_header: X-Team }\nvirtual_models: []\n')
      const cause = await compile(file, { OLLAMA_BASE_URL: 'http://far/v1', [name]: value }).then(
        generation => generation.discard(),
        (cause: unknown) => cause,
      )
      expect(cause).to.be.instanceOf(ConfigError)
      expect((cause as ConfigError).problems.map(({ env, file }) => ({ env, file }))).to.deep.equal([{ env: name, file: undefined }])
    })
  }
})

describe('settings that one plugin reads', () => {
  const virtual = `virtual_models:
  - { source: a, target: b }
  - { source: b, target: a }
  - { source: c, targets: [{ model: d, provider: nobody }] }
  - { source: c, target: d }
  - { source: e, target: f, user_paths: [""] }
  - { source: g, target: h }
  - { source: h, target: g }
`
  const limits = `rate_limits:
  user_paths:
    - { path: /a, limits: [{ period: concurrent, max_tokens: 5 }] }
    - { path: /b, limits: [{ period: minute, max_tokens: 5 }] }
    - { path: /c, limits: [{ period: minute }] }
  keys: [{ key: k, limits: [{ period: minute }] }]
`
  for (const [name, yaml, ...told] of [
    [
      'virtual models',
      virtual,
      [2, '/virtual_models/0'],
      [4, '/virtual_models/2/targets/0/provider'],
      [5, '/virtual_models/3/source'],
      [6, '/virtual_models/4/user_paths/0'],
      [7, '/virtual_models/5'],
    ],
    ['rate limits', limits, [3, '/rate_limits/user_paths/0'], [5, '/rate_limits/user_paths/2'], [6, '/rate_limits/keys/0']],
  ] as const) {
    it(`are told of all together, each at its place: ${name}`, async () => {
      await using folder = await Folder.make({ 'tapline.yaml': yaml })
      const cause: unknown = await compile(join(folder.path, 'tapline.yaml')).catch((cause: unknown) => cause)
      expect((cause as ConfigError).problems.map(({ line, pointer }) => [line, pointer])).to.deep.equal(told)
    })
  }
})

describe('a database that nobody named and that cannot be used', () => {
  for (const [name, make, message] of [
    ['it is a folder', (file: string) => mkdir(file), /EISDIR/],
    ['a newer program made it', madeByNewer, /tapline\.db: the database was made by a newer Tapline/],
  ] as const) {
    it(`is told with its file, and by the setting that would name another: ${name}`, async () => {
      await using folder = await Folder.make({})
      await mkdir(join(folder.path, 'data'))
      await make(join(folder.path, 'data/tapline.db'))
      const { code, stderr } = await tapline(folder)
      expect(code).to.equal(78)
      expect(stderr)
        .to.match(/^configuration {2}\/storage\/sqlite\/path {2}sqlite cannot begin: .*data\/tapline\.db/m)
        .and.to.match(message)
    })
  }
})

async function madeByNewer(file: string): Promise<void> {
  using database = new DatabaseSync(file)
  database.exec('CREATE TABLE tapline_schema (version INTEGER NOT NULL); INSERT INTO tapline_schema VALUES (999)')
}
