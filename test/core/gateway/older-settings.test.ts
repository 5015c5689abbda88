import { expect } from 'chai'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { formatProblem, ConfigError } from '../../../core/config/problems/problems.ts'
import { loadFor } from '../../../core/gateway/loading/load-for.ts'
import { buildGeneration } from '../../../core/gateway/loading/build.ts'
import { processContext } from '../../../core/cli/process-context.ts'

interface Older {
  readonly yaml?: Readonly<Record<string, unknown>>
  readonly env?: Readonly<Record<string, string>>
}

interface Row extends Older {
  readonly key: string
  /** What is in force, by pointer. */
  readonly means?: Readonly<Record<string, unknown>>
  /** What the only warnings say; none where absent. */
  readonly warns?: readonly RegExp[]
}

const rules = { rules: { a: ['b'], c: ['d'] } }

/** Section 12.1 of the specification of the configuration, row by row. */
const table: readonly Row[] = [
  {
    key: 'fallback: as failover:',
    yaml: { fallback: { enabled: false, max_attempts: 2 } },
    means: { '/failover/enabled': false, '/failover/max_attempts': 2 },
    warns: [/^fallback \(line 1\) is read for now; its name here is failover$/],
  },
  {
    key: 'fallback: beside failover:',
    yaml: { fallback: { enabled: false, max_attempts: 2 }, failover: { enabled: true } },
    means: { '/failover/enabled': true, '/failover/max_attempts': 2 },
    warns: [/is read for now/, /^fallback\.enabled is not read: failover\.enabled is there, too$/],
  },
  {
    key: 'fallback.default_mode',
    yaml: { fallback: { default_mode: 'auto' } },
    warns: [/^fallback\.default_mode \(line 2\) is not needed any more: /, /^fallback /],
  },
  { key: 'FEATURE_FALLBACK_MODE', env: { FEATURE_FALLBACK_MODE: 'manual' }, warns: [/^FEATURE_FALLBACK_MODE is not needed any more: /] },
  { key: 'FAILOVER_MODE', env: { GOMODEL_FAILOVER_MODE: 'off' }, warns: [/^GOMODEL_FAILOVER_MODE is not needed any more: /] },
  { key: 'FALLBACK_MANUAL_RULES_PATH', env: { TAPLINE_FALLBACK_MANUAL_RULES_PATH: '/rules.json' }, means: { '/failover/manual_rules_path': '/rules.json' } },
  {
    key: 'fallback.manual_rules_path',
    yaml: { fallback: { manual_rules_path: '/rules.json' } },
    means: { '/failover/manual_rules_path': '/rules.json' },
    warns: [/^fallback /],
  },
  { key: 'failover.manual_rules_path', yaml: { failover: { manual_rules_path: '/rules.json' } }, means: { '/failover/manual_rules_path': '/rules.json' } },
  { key: 'failover.rules', yaml: { failover: rules }, means: { '/failover/rules': rules.rules } },
  { key: 'FAILOVER_RULES_JSON', env: { TAPLINE_FAILOVER_RULES_JSON: '{"a":["b"]}' }, means: { '/failover/rules_json': { a: ['b'] } } },
  { key: 'failover.disabled_models as a list', yaml: { failover: { disabled_models: ['a'] } }, means: { '/failover/disabled_models': ['a'] } },
  { key: 'failover.disabled_models as a map', yaml: { failover: { disabled_models: { a: true } } }, means: { '/failover/disabled_models': { a: true } } },
  { key: 'FAILOVER_DISABLED_MODELS between commas', env: { TAPLINE_FAILOVER_DISABLED_MODELS: 'a, b' }, means: { '/failover/disabled_models': ['a', 'b'] } },
  { key: 'FAILOVER_DISABLED_MODELS as a map', env: { TAPLINE_FAILOVER_DISABLED_MODELS: '{"a":true}' }, means: { '/failover/disabled_models': { a: true } } },
  { key: 'FAILOVER_DISABLED_MODELS_JSON as a list', env: { TAPLINE_FAILOVER_DISABLED_MODELS_JSON: '["a"]' }, means: { '/failover/disabled_models': ['a'] } },
  {
    key: 'FAILOVER_DISABLED_MODELS_JSON as a map',
    env: { TAPLINE_FAILOVER_DISABLED_MODELS_JSON: '{"a":false}' },
    means: { '/failover/disabled_models': { a: false } },
  },
  {
    key: 'FAILOVER_DISABLED_MODELS over FAILOVER_DISABLED_MODELS_JSON',
    env: { TAPLINE_FAILOVER_DISABLED_MODELS: 'a', TAPLINE_FAILOVER_DISABLED_MODELS_JSON: '["b"]' },
    means: { '/failover/disabled_models': ['a'] },
  },
  { key: 'failover.overrides', yaml: { failover: { overrides: { a: { mode: 'off' } } } }, warns: [/^failover\.overrides \(line 2\) is not needed any more: /] },
  { key: 'fallback.overrides', yaml: { fallback: { overrides: {} } }, warns: [/^fallback /, /^failover\.overrides \(line 2\) is not needed any more: /] },
  {
    key: 'models.overrides_enabled',
    yaml: { models: { overrides_enabled: false } },
    warns: [/^models\.overrides_enabled \(line 2\) is not needed any more: /],
  },
  { key: 'MODEL_OVERRIDES_ENABLED', env: { MODEL_OVERRIDES_ENABLED: 'off' }, warns: [/^MODEL_OVERRIDES_ENABLED is not needed any more: /] },
  {
    key: "a guardrail's system_prompt:",
    yaml: { guardrails: { rules: [{ name: 'g', type: 'system_prompt', system_prompt: { content: 'Be brief.' } }] } },
    means: { '/guardrails/rules/0/config': { content: 'Be brief.' } },
  },
  {
    key: "a guardrail's llm_based_altering:",
    yaml: {
      guardrails: {
        rules: [
          { name: 'n', type: 'system_prompt', config: { content: 'x' } },
          { name: 'g', type: 'llm_based_altering', llm_based_altering: { model: 'm' } },
        ],
      },
    },
    means: { '/guardrails/rules/1/config': { model: 'm' } },
  },
  {
    key: "a workflow's scope_provider",
    yaml: { workflows: { rules: [{ name: 'w', scope_provider: 'demo', workflow_payload: { schema_version: 1, features: { fallback: false } } }] } },
    means: { '/workflows/rules/0/scope_provider_name': 'demo' },
  },
]

/** Values that older keys never had, and the one line that says so. */
const mistakes: readonly (Older & { readonly key: string; readonly says: RegExp })[] = [
  {
    key: 'fallback.default_mode',
    yaml: { fallback: { default_mode: 'sometimes' } },
    says: /tapline\.yaml:2:3 {2}\/fallback\/default_mode {2}expected one of off, manual, auto, got "sometimes"$/,
  },
  {
    key: 'FEATURE_FALLBACK_MODE',
    env: { FEATURE_FALLBACK_MODE: 'sometimes' },
    says: /^env FEATURE_FALLBACK_MODE {2}expected one of off, manual, auto, got "sometimes"$/,
  },
  { key: 'FAILOVER_MODE', env: { TAPLINE_FAILOVER_MODE: 'sometimes' }, says: /^env TAPLINE_FAILOVER_MODE {2}expected one of/ },
  {
    key: 'models.overrides_enabled',
    yaml: { models: { overrides_enabled: 'perhaps' } },
    says: /tapline\.yaml:2:3 {2}\/models\/overrides_enabled {2}expected true or false/,
  },
  { key: 'MODEL_OVERRIDES_ENABLED', env: { MODEL_OVERRIDES_ENABLED: 'perhaps' }, says: /^env MODEL_OVERRIDES_ENABLED {2}expected true or false/ },
  {
    key: 'a key of fallback: that failover: has not',
    yaml: { fallback: { max_attempt: 2 } },
    says: /tapline\.yaml:2:3 {2}\/failover\/max_attempt {2}unknown key; did you mean "max_attempts"\?$/,
  },
  {
    key: 'a value of fallback: that is wrong',
    yaml: { fallback: { max_attempts: 'many' } },
    says: /tapline\.yaml:2:3 {2}\/failover\/max_attempts {2}expected integer >= 0, got "many"$/,
  },
]

describe('settings by their older names', () => {
  for (const { key, yaml, env, means = {}, warns = [] } of table) {
    it(`read ${key}`, async () => {
      const { config } = await loaded({ ...(yaml === undefined ? {} : { yaml }), ...(env === undefined ? {} : { env }) })
      for (const [pointer, value] of Object.entries(means)) expect(config.get(pointer), pointer).to.deep.equal(value)
      const said = config.warnings.filter(text => !/its name here is TAPLINE_/.test(text))
      expect(said, said.join('\n')).to.have.length(warns.length)
      for (const pattern of warns)
        expect(
          said.some(text => pattern.test(text)),
          `${pattern.source}: ${said.join('\n')}`,
        ).to.equal(true)
    })
  }

  for (const { key, says, ...given } of mistakes) {
    it(`refuse a wrong value of ${key}`, async () => {
      const lines = await loaded(given).then(
        () => [],
        (cause: unknown) => {
          if (!(cause instanceof ConfigError)) throw cause
          return cause.problems.map(problem => formatProblem(problem))
        },
      )
      expect(lines).to.have.length(1)
      expect(lines[0]).to.match(says)
    })
  }

  it('say the line of the older key as the source of what it gives', async () => {
    const { config } = await loaded({ yaml: { fallback: { enabled: false, max_attempts: 2 } } })
    expect(config.source('/failover/max_attempts')).to.equal('yaml:3')
  })

  it("compile: a guardrail's block, a header policy that stands among the guardrails, a workflow", async () => {
    await withFile(
      {
        guardrails: {
          rules: [
            { name: 'g', type: 'system_prompt', system_prompt: { content: 'Be brief.' } },
            { name: 'h', type: 'header_modification', order: 3, config: { endpoints: ['/v1/*'], actions: [{ action: 'set', header: 'x-team', value: 'a' }] } },
          ],
        },
        workflows: { rules: [{ name: 'w', scope_provider: 'demo', workflow_payload: { schema_version: 1, features: { fallback: false } } }] },
      },
      async directory => {
        const generation = await buildGeneration({
          ...(await processContext({})),
          cwd: directory,
          env: { TAPLINE_SQLITE_PATH: join(directory, 'tapline.db') },
          flags: {},
        })
        expect(generation.config.leftOut).to.deep.equal([])
        await generation.discard()
      },
    )
  })
})

async function loaded({ yaml = {}, env = {} }: Older) {
  return await withFile(yaml, async cwd => ({ config: await loadFor({ cwd, env, flags: undefined }) }))
}

async function withFile<T>(yaml: Readonly<Record<string, unknown>>, run: (directory: string) => Promise<T>): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), 'tapline-older-'))
  try {
    await writeFile(join(directory, 'tapline.yaml'), stringify(yaml))
    return await run(directory)
  } finally {
    await rm(directory, { recursive: true })
  }
}
