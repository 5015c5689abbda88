import { expect } from 'chai'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { request } from 'undici'
import { parse } from 'yaml'
import { chatCompletion } from '../../core/testing/chat-samples.ts'
import { startTestGateway } from '../../core/testing/gateway.ts'
import { ScriptedUpstream } from '../../core/testing/scripted-upstream.ts'
import { Folder, Tapline, tapline } from '../support/run-tapline.ts'

type Written = Readonly<Record<string, never>> & {
  readonly providers: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  readonly virtual_models: readonly { readonly source: string; readonly strategy?: string; readonly targets: readonly object[] }[]
}

/** Converts one file in a folder of its own. */
async function migrated(source: string, ...args: readonly string[]) {
  await using folder = await Folder.make({ 'litellm.yaml': source })
  const { code, stdout, stderr } = await tapline(folder, 'migrate', 'litellm', 'litellm.yaml', ...args)
  const text = await readFile(join(folder.path, 'tapline.yaml'), 'utf8').catch(() => '')
  return { code, stderr, text, lines: stdout.trimEnd().split('\n'), written: (parse(text) ?? {}) as Written }
}

const entry = (name: string, params: object, further: object = {}) => JSON.stringify({ model_name: name, litellm_params: params, ...further })
const list = (...entries: readonly string[]) => `model_list:\n${entries.map(one => `  - ${one}\n`).join('')}`

const whole = `model_list:
  - model_name: gpt-4o
    litellm_params:
      model: azure/gpt-4o-eu
      api_base: https://eu.openai.azure.com
      api_key: os.environ/EU_KEY
      api_version: "2024-10-21"
      rpm: 900
    model_info: { base_model: azure/gpt-4o, mode: chat }
  - model_name: gpt-4o
    litellm_params: { model: openai/gpt-4o, api_key: os.environ/OPENAI_API_KEY, rpm: 100, timeout: 30 }
  - model_name: claude
    litellm_params: { model: anthropic/claude-sonnet-4-5, api_key: sk-ant-text, max_retries: 1 }
  - model_name: nova
    litellm_params: { model: bedrock/us.amazon.nova-pro-v1:0, aws_region_name: us-west-2 }
  - model_name: gem
    litellm_params: { model: vertex_ai/gemini-2.5-pro, vertex_project: p, vertex_location: europe-west1, input_cost_per_token: 0.00000125 }
  - model_name: odd
    litellm_params: { model: watsonx/granite }
router_settings:
  routing_strategy: simple-shuffle
  num_retries: 2
  cooldown_time: 60
  fallbacks: [{ gpt-4o: [claude] }, { claude: [gpt-4o] }]
  model_group_alias: { gpt-4: gpt-4o }
litellm_settings:
  request_timeout: 45
  success_callback: [prometheus, langfuse]
  cache: true
  cache_params: { type: redis, host: os.environ/REDIS_HOST, port: 6379, ttl: 600 }
general_settings:
  master_key: os.environ/LITELLM_MASTER_KEY
  database_url: postgresql://user:database-password@db/litellm
guardrails:
  - guardrail_name: pii
    litellm_params: { guardrail: presidio, mode: pre_call }
environment_variables: { LANGFUSE_SECRET_KEY: sk-lf-text }
`
const env = { EU_KEY: 'k1', OPENAI_API_KEY: 'k2', REDIS_HOST: 'localhost', LITELLM_MASTER_KEY: 'sk-master' }

describe('tapline migrate litellm', () => {
  it('writes a file that "tapline check" accepts', async () => {
    const { code, text, stderr } = await migrated(whole)
    expect(code, stderr).to.equal(0)
    await using folder = await Folder.make({ 'tapline.yaml': text })
    const checked = await new Tapline(folder, ['check'], env).ended
    expect(checked.code, checked.stderr).to.equal(0)
    expect(checked.stdout).to.match(/: ok, .*providers: anthropic-1, azure-1, bedrock, openai, vertex$/m)
  })

  it('has the models of a name as a virtual model with their weights, and names that fall back to each other without a circle', async () => {
    const { written } = await migrated(whole)
    const [eu, openai, claude] = [
      { provider: 'azure-1', model: 'gpt-4o-eu' },
      { provider: 'openai', model: 'gpt-4o' },
      { provider: 'anthropic-1', model: 'claude-sonnet-4-5' },
    ]
    expect(written.virtual_models.slice(0, 3)).to.deep.equal([
      {
        source: 'gpt-4o-balanced',
        targets: [
          { ...eu, weight: 9 },
          { ...openai, weight: 1 },
        ],
      },
      { source: 'gpt-4o', strategy: 'failover', targets: [{ model: 'gpt-4o-balanced' }, claude] },
      { source: 'claude', strategy: 'failover', targets: [claude, { model: 'gpt-4o-balanced' }] },
    ])
    expect(written.virtual_models.at(-1)).to.deep.equal({ source: 'gpt-4', targets: [{ model: 'gpt-4o' }] })
  })

  it('has providers with references to the variables, and the settings', async () => {
    const { written } = await migrated(whole)
    expect(written.providers['azure-1']).to.deep.equal({
      type: 'azure',
      api_key: '${EU_KEY}',
      base_url: 'https://eu.openai.azure.com',
      api_version: '2024-10-21',
      models: [{ id: 'gpt-4o-eu', metadata: { base_model: 'gpt-4o', modes: ['chat'] } }],
    })
    expect(written.providers['bedrock']).to.deep.equal({ type: 'bedrock', base_url: 'us-west-2', models: ['us.amazon.nova-pro-v1:0'] })
    expect(written.providers['vertex']).to.deep.include({
      vertex_project: 'p',
      vertex_location: 'europe-west1',
      models: [{ id: 'gemini-2.5-pro', metadata: { pricing: { input_per_mtok: 1.25 } } }],
    })
    expect(written).to.deep.include({
      server: { master_key: '${LITELLM_MASTER_KEY}' },
      http: { timeout: 45 },
      metrics: { enabled: true },
      resilience: { retry: { max_retries: 2 }, circuit_breaker: { timeout: '60s', scope: 'model' } },
      cache: { response: { simple: { store: 'redis', redis: { url: 'redis://${REDIS_HOST}:6379', ttl: 600 } } } },
    })
  })

  it('reports what became of each line, and lists in the file what is not as it was', async () => {
    const { lines, text } = await migrated(whole)
    for (const line of [
      'litellm.yaml:2:5  /model_list/0  converted: gpt-4o: azure-1/gpt-4o-eu',
      'litellm.yaml:11:81  /model_list/1/litellm_params/rpm  changed: counts as the weight',
      'litellm.yaml:11:91  /model_list/1/litellm_params/timeout  left out: time limits hold for all providers here',
      'litellm.yaml:18:5  /model_list/5  left out: odd: no provider here is known to be LiteLLM\'s "watsonx/granite"',
      'litellm.yaml:35:5  /guardrails/0  left out: the guardrail pii DOES NOT HOLD',
      'litellm.yaml:37:26  /environment_variables/LANGFUSE_SECRET_KEY  left out: set it yourself',
    ])
      expect(
        lines.some(said => said.startsWith(line)),
        `${line}\n${lines.join('\n')}`,
      ).to.equal(true)
    expect(lines.at(-2)).to.match(/^wrote .*tapline\.yaml: \d+ converted, \d+ changed, \d+ left out$/)
    expect(text).to.include('# litellm.yaml:35 /guardrails/0 left out: the guardrail pii DOES NOT HOLD')
  })

  it('writes no secret that was text without saying so, and no other', async () => {
    await using folder = await Folder.make({ 'litellm.yaml': whole })
    const { stdout } = await tapline(folder, 'migrate', 'litellm', 'litellm.yaml')
    const text = await readFile(join(folder.path, 'tapline.yaml'), 'utf8')
    expect(stdout).to.include('/model_list/2/litellm_params/api_key  changed: the secret is text').and.to.include('it holds secrets as text')
    expect(stdout).to.not.match(/sk-ant-text|database-password|sk-lf-text/)
    expect(text)
      .to.include('api_key: sk-ant-text')
      .and.to.not.match(/database-password|sk-lf-text/)
    expect((await stat(join(folder.path, 'tapline.yaml'))).mode & 0o077).to.equal(0)
  })

  it('has calls reach the vendor with the key and the model', async () => {
    await using upstream = await ScriptedUpstream.start()
    upstream.always({ body: chatCompletion({ content: 'Hello.' }) })
    const { text } = await migrated(
      `${list(
        entry('smart', { model: 'openai/vendor-model', api_base: upstream.url, api_key: 'os.environ/MY_KEY' }),
        entry('dear', { model: 'openai/vendor-model', api_base: upstream.url, api_key: 'text-${key}' }),
      )}general_settings: { master_key: os.environ/LITELLM_MASTER_KEY }\n`,
    )
    await using gateway = await startTestGateway({ config: text, env: { MY_KEY: 'sk-mine', LITELLM_MASTER_KEY: 'sk-master' } })
    const headers = { authorization: 'Bearer sk-master', 'content-type': 'application/json' }
    for (const model of ['smart', 'dear']) {
      const { statusCode, body } = await request(`${gateway.url}/v1/chat/completions`, {
        method: 'POST',
        headers,
        body: JSON.stringify({ model, messages: [{ role: 'user', content: 'Hi' }] }),
      })
      expect(statusCode, await body.text()).to.equal(200)
    }
    expect(upstream.requests.map(({ headers, body }) => [headers['authorization'], (JSON.parse(body.toString()) as { model: string }).model])).to.deep.equal([
      ['Bearer sk-mine', 'vendor-model'],
      ['Bearer text-${key}', 'vendor-model'],
    ])
    const listed = (await (await request(`${gateway.url}/v1/models`, { headers })).body.json()) as { readonly data: readonly { readonly id: string }[] }
    expect(listed.data.map(({ id }) => id)).to.have.members(['smart', 'dear'])
  })

  const vendors: readonly [string, object, object][] = [
    [
      'anthropic, at an address without /v1',
      { model: 'anthropic/claude-x', api_base: 'https://a.example' },
      { type: 'anthropic', api_key: '${ANTHROPIC_API_KEY}', base_url: 'https://a.example/v1', models: ['claude-x'] },
    ],
    ['a bare name', { model: 'gpt-4o' }, { type: 'openai', api_key: '${OPENAI_API_KEY}', models: ['gpt-4o'] }],
    [
      'a name with custom_llm_provider',
      { model: 'some/model', custom_llm_provider: 'groq' },
      { type: 'groq', api_key: '${GROQ_API_KEY}', models: ['some/model'] },
    ],
    [
      'Together',
      { model: 'together_ai/meta/llama' },
      { type: 'openai-compatible', api_key: '${TOGETHERAI_API_KEY}', base_url: 'https://api.together.xyz/v1', models: ['meta/llama'] },
    ],
    ['OpenRouter', { model: 'openrouter/anthropic/claude' }, { type: 'openrouter', api_key: '${OPENROUTER_API_KEY}', models: ['anthropic/claude'] }],
    ['Ollama', { model: 'ollama_chat/llama3.2' }, { type: 'ollama', base_url: '${OLLAMA_API_BASE:-http://localhost:11434}', models: ['llama3.2'] }],
    ['vLLM', { model: 'hosted_vllm/m', api_base: 'http://v:8000/v1' }, { type: 'vllm', base_url: 'http://v:8000/v1', models: ['m'] }],
    [
      'Bedrock with its region in the name',
      { model: 'bedrock/converse/eu-west-1/anthropic.claude' },
      { type: 'bedrock', base_url: 'eu-west-1', models: ['anthropic.claude'] },
    ],
    ['a fine-tuned model', { model: 'ft:gpt-4o-mini:org::a' }, { type: 'openai', api_key: '${OPENAI_API_KEY}', models: ['ft:gpt-4o-mini:org::a'] }],
    ['the way to call a model', { model: 'openai/responses/gpt-5-pro' }, { type: 'openai', api_key: '${OPENAI_API_KEY}', models: ['gpt-5-pro'] }],
    [
      'a deployment of Azure by the address of its calls',
      { model: 'azure/o_series/d', api_base: 'https://r.openai.azure.com/openai/deployments/d/chat/completions?api-version=2024-10-21' },
      { type: 'azure', api_key: '${AZURE_API_KEY}', base_url: 'https://r.openai.azure.com/openai/deployments/d', api_version: '2024-10-21', models: ['d'] },
    ],
    [
      "Azure's v1 API by the word for it",
      { model: 'azure/d', api_base: 'https://r.openai.azure.com/', api_version: 'preview' },
      { type: 'azure', api_key: '${AZURE_API_KEY}', base_url: 'https://r.openai.azure.com/openai/v1', models: ['d'] },
    ],
    [
      'Vertex AI by the other names of its project and location',
      { model: 'vertex_ai/gemini-x', vertex_ai_project: 'p', vertex_ai_location: 'l', vertex_ai_credentials: '/k.json' },
      { type: 'vertex', vertex_project: 'p', vertex_location: 'l', service_account_file: '/k.json', models: ['gemini-x'] },
    ],
    [
      'headers',
      { model: 'xai/grok', organization: 'o', extra_headers: { 'x-team': 'os.environ/TEAM' } },
      { type: 'xai', api_key: '${XAI_API_KEY}', custom_upstream_headers: { 'OpenAI-Organization': 'o', 'x-team': '${TEAM}' }, models: ['grok'] },
    ],
  ]
  for (const [what, params, block] of vendors)
    it(`knows ${what}`, async () => expect(Object.values((await migrated(list(entry('m', params)))).written.providers)).to.deep.equal([block]))

  it("has one provider for a vendor, a key and a place, and the vendor's name for the vendor's own variable alone, which would be laid over another key", async () => {
    const { written } = await migrated(
      list(
        entry('a', { model: 'openai/a' }),
        entry('b', { model: 'openai/b', api_key: 'os.environ/OPENAI_API_KEY' }),
        entry('c', { model: 'openai/c', api_key: 'os.environ/OTHER' }),
      ),
    )
    expect(Object.entries(written.providers).map(([name, { api_key: key, models }]) => [name, key, models])).to.deep.equal([
      ['openai', '${OPENAI_API_KEY}', ['a', 'b']],
      ['openai-1', '${OTHER}', ['c']],
    ])
  })

  it("has a vendor's pattern as a provider that is asked for its models", async () => {
    const { written } = await migrated(list(entry('groq/*', { model: 'groq/*' }), entry('fast', { model: 'groq/llama' })))
    expect(written.providers).to.deep.equal({ groq: { type: 'groq', api_key: '${GROQ_API_KEY}', models: ['llama'] } })
    expect(written['models']).to.deep.equal({ configured_provider_models_mode: 'merge' })
  })

  it('has names behind a pattern as targets, as aliases, and with targets of their own', async () => {
    const { written } = await migrated(
      `${list(entry('a', { model: 'groq/x' }), entry('openai/*', { model: 'openai/*' }))}router_settings: { model_group_alias: { b: openai/gpt-5 }, fallbacks: [{ a: [openai/gpt-5] }, { openai/gpt-5: [a] }] }\n`,
    )
    const [x, gpt] = [
      { provider: 'groq', model: 'x' },
      { provider: 'openai', model: 'gpt-5' },
    ]
    expect(written.virtual_models).to.deep.equal([
      { source: 'a', strategy: 'failover', targets: [x, gpt] },
      { source: 'openai/gpt-5', strategy: 'failover', targets: [gpt, x] },
      { source: 'b', targets: [gpt] },
    ])
  })

  it("keeps a pattern's name for its provider, with which the gateway starts whatever variables are set", async () => {
    const { text, written, lines } = await migrated(
      list(
        entry('chat', { model: 'azure/x', api_base: 'https://a.example' }),
        entry('azure/*', { model: 'azure/*', api_base: 'https://b.example' }),
        entry('openai/*', { model: 'openai/*', api_base: 'http://localhost:9/v1', api_key: 'os.environ/MINE' }),
        entry('azure/*', { model: 'azure/*', api_base: 'https://c.example' }),
        entry('*', { model: '*' }),
      ),
    )
    expect(Object.entries(written.providers).map(([name, { type, base_url: url }]) => [name, type, url])).to.deep.equal([
      ['azure', 'azure', 'https://b.example'],
      ['openai', 'openai', 'http://localhost:9/v1'],
      ['azure-1', 'azure', 'https://c.example'],
      ['azure-2', 'azure', 'https://a.example'],
    ])
    expect(written.virtual_models[0]?.targets).to.deep.equal([{ provider: 'azure-2', model: 'x' }])
    for (const said of [
      '/model_list/2  changed: unset OPENAI_API_KEY if it is set',
      '/model_list/3  changed: azure/*: the models that the provider azure-1 lists, as azure-1/…: another provider has the name azure',
      '/model_list/4  changed: *: the models of every vendor whose key is set, as openai/… where OPENAI_API_KEY is',
    ])
      expect(lines.join('\n')).to.include(said)
    await using folder = await Folder.make({ 'tapline.yaml': text })
    const checked = await new Tapline(folder, ['check'], { MINE: 'k', OPENAI_API_KEY: 'k', AZURE_API_KEY: 'k' }).ended
    expect(checked.code, checked.stderr).to.equal(0)
  })

  it('has an order as failover, and routing by cost as the strategy cost', async () => {
    const { written } = await migrated(
      `${list(entry('a', { model: 'groq/x', order: 2 }), entry('a', { model: 'xai/y', order: 1 }), entry('b', { model: 'groq/x' }), entry('b', { model: 'xai/y' }))}router_settings: { routing_strategy: cost-based-routing }\n`,
    )
    const [x, y] = [
      { provider: 'groq', model: 'x' },
      { provider: 'xai', model: 'y' },
    ]
    expect(written.virtual_models).to.deep.equal([
      { source: 'a', targets: [y, x], strategy: 'failover' },
      { source: 'b', targets: [x, y], strategy: 'cost' },
    ])
  })

  it('counts one failure more than are allowed, and lets aliases be fallen back to', async () => {
    const { written, lines } = await migrated(
      `${list(entry('a', { model: 'groq/x' }), entry('b', { model: 'xai/y' }))}router_settings: { allowed_fails: 0, cooldown_time: 0.5, model_group_alias: { c: b }, fallbacks: [{ a: [c] }] }\n`,
    )
    expect(written['resilience']).to.deep.equal({ circuit_breaker: { failure_threshold: 1, timeout: '500ms', scope: 'model' } })
    const settings: readonly [string, object][] = [
      ['allowed_fails: 3', { failure_threshold: 4, scope: 'model' }],
      ['cooldown_time: 9', { timeout: '9s', scope: 'model' }],
      ['disable_cooldowns: True', { enabled: false }],
    ]
    for (const [setting, breaker] of settings)
      expect((await migrated(`router_settings: { ${setting} }\n`)).written['resilience'], setting).to.deep.equal({ circuit_breaker: breaker })
    expect(lines.some(line => line.endsWith('changed: resilience.circuit_breaker.failure_threshold: failures in a row count, not those of a minute'))).to.equal(
      true,
    )
    expect(written.virtual_models[0]).to.deep.equal({
      source: 'a',
      strategy: 'failover',
      targets: [
        { provider: 'groq', model: 'x' },
        { provider: 'xai', model: 'y' },
      ],
    })
  })

  it("keeps calls off a server that is not OpenAI's own with OpenAI's key, and says so", async () => {
    const { written, lines } = await migrated(list(entry('a', { model: 'openai/x', api_base: 'http://localhost:9/v1' })))
    expect(written.providers).to.deep.equal({ 'openai-compatible': { type: 'openai-compatible', base_url: 'http://localhost:9/v1', models: ['x'] } })
    expect(lines.some(line => line.endsWith('changed: no key is written for this server, to which LiteLLM would send OPENAI_API_KEY'))).to.equal(true)
  })

  it('has the members of a credential in the providers of the entries that name it, after what they say themselves', async () => {
    const { written, lines } = await migrated(
      `${list(
        entry('a', { model: 'openai/x', litellm_credential_name: 'mine' }),
        entry('b', { model: 'azure/y', litellm_credential_name: 'eu', api_version: '2024-10-21' }),
        entry('c', { model: 'groq/z', litellm_credential_name: 'elsewhere' }),
      )}credential_list:
  - { credential_name: mine, credential_values: { api_key: os.environ/MINE, api_base: http://localhost:9/v1 }, credential_info: {} }
  - { credential_name: eu, credential_values: { api_key: os.environ/EU, api_base: https://eu.example, api_version: 2023-05-15 } }
`,
    )
    expect(Object.values(written.providers)).to.deep.equal([
      { type: 'openai-compatible', api_key: '${MINE}', base_url: 'http://localhost:9/v1', models: ['x'] },
      { type: 'azure', api_key: '${EU}', base_url: 'https://eu.example', api_version: '2024-10-21', models: ['y'] },
      { type: 'groq', api_key: '${GROQ_API_KEY}', models: ['z'] },
    ])
    expect(lines.filter(line => line.includes('credential')).map(line => line.replace(/^\S+ +/, ''))).to.deep.equal([
      '/model_list/2/litellm_params/litellm_credential_name  left out: the file has no credential "elsewhere": write the key and the address of the provider, which are otherwise those of the vendor',
      '/credential_list/0  converted: mine: part of each provider whose entry names it',
      '/credential_list/1  converted: eu: part of each provider whose entry names it',
    ])
  })

  it('reads numbers and flags as YAML 1.1 has them, and limits of parts of a second', async () => {
    const { written, stderr } = await migrated(
      `model_list:
  - model_name: a
    litellm_params: { model: groq/x, tpm: 20_000 }
  - model_name: a
    litellm_params: { model: xai/y, tpm: 10_000 }
litellm_settings: { cache: yes, cache_params: { type: local }, request_timeout: 0.5 }
`,
    )
    expect(written.virtual_models, stderr).to.deep.equal([
      {
        source: 'a',
        targets: [
          { provider: 'groq', model: 'x', weight: 2 },
          { provider: 'xai', model: 'y', weight: 1 },
        ],
      },
    ])
    expect(written).to.deep.include({ http: { timeout: '500ms' }, cache: { response: { simple: { store: 'memory' } } } })
  })

  it('leaves out what Tapline would not start with, and says what to write', async () => {
    const { written, lines } = await migrated(
      `${list(
        entry('a', { model: 'groq/x', organization: ['o1', 'o2'], extra_headers: { 'AI-Resource Group': 'g', 'x-team': 't' } }),
      )}litellm_settings: { cache: os.environ/CACHE }\n`,
    )
    expect(written.providers).to.deep.equal({ groq: { type: 'groq', api_key: '${GROQ_API_KEY}', custom_upstream_headers: { 'x-team': 't' }, models: ['x'] } })
    for (const said of [
      'AI-Resource Group  left out: this is no name of a header',
      'organization  left out: a provider has one organization: write one for each',
      'cache  left out: a variable says whether it is on',
    ])
      expect(lines.join('\n')).to.include(said)
  })

  const leftOut: readonly [string, object, string][] = [
    ['a member of calls', { model: 'groq/x', temperature: 0.2 }, 'temperature  left out: callers say it themselves, or a plugin writes it into their calls'],
    ['the budget of a model', { model: 'groq/x', max_budget: 5 }, 'max_budget  left out: budgets are of callers here, not of models'],
    ['made-up answers', { model: 'groq/x', mock_response: 'Hi' }, 'mock_response  left out: the vendor is called'],
    ['a model in a variable', { model: 'os.environ/MODEL' }, '/model_list/0  left out: m: its model stands in a variable: write the model itself'],
  ]
  for (const [what, params, says] of leftOut)
    it(`says what to do about ${what}`, async () => expect((await migrated(list(entry('m', params)))).lines.join('\n')).to.include(says))

  it('says that a hidden alias is listed', async () => {
    const { lines } = await migrated(`${list(entry('a', { model: 'groq/x' }))}router_settings: { model_group_alias: { b: { model: a, hidden: true } } }\n`)
    expect(lines.join('\n')).to.include('/model_group_alias/b/hidden  changed: GET /v1/models lists this name, too')
  })

  it('says of everything that was checked that it is not, and of models that are not in the file', async () => {
    const { lines } = await migrated(`litellm_settings: { guardrails: [{ pii: { callbacks: [presidio], default_on: true } }] }
general_settings: { custom_auth: my.auth, allowed_ips: [10.0.0.1], store_model_in_db: true }
`)
    for (const said of [
      '/litellm_settings/guardrails/0  left out: the guardrail pii DOES NOT HOLD',
      '/general_settings/custom_auth  left out: NOBODY IS CHECKED BY IT',
      '/general_settings/allowed_ips  left out: ANY ADDRESS IS SERVED',
      '/general_settings/store_model_in_db  left out: models that were added in the user interface are not in this file',
    ])
      expect(lines.join('\n')).to.include(said)
  })

  it('writes where --out says, and over another file only with --force', async () => {
    await using folder = await Folder.make({ 'litellm.yaml': list(entry('a', { model: 'groq/x' })) })
    const run = (...args: readonly string[]) => tapline(folder, 'migrate', 'litellm', 'litellm.yaml', '--out', 'new/place', ...args)
    expect((await run()).code).to.equal(0)
    const refused = await run()
    expect([refused.code, refused.stdout]).to.deep.equal([1, ''])
    expect(refused.stderr).to.match(/new\/place\/tapline\.yaml is there already; --force overwrites it/)
    expect((await run('--force')).code).to.equal(0)
  })

  const mistakes: readonly [string, string, number, RegExp][] = [
    ['broken YAML', 'a: [\n', 78, /^litellm\.yaml:2:1 {2}not valid YAML: /],
    ['another file', 'services: {}\n', 78, /^litellm\.yaml {2}\/model_list {2}expected list: the models/],
    [
      'an entry without a model',
      'model_list:\n  - model_name: a\n    litellm_params: { api_key: x }\n',
      78,
      /^litellm\.yaml:3:5 {2}\/model_list\/0\/litellm_params\/model {2}expected text such as openai\/gpt-4o$/m,
    ],
    ['an entry that is no map', 'model_list:\n  - a\n', 78, /^litellm\.yaml:2:5 {2}\/model_list\/0 {2}expected map$/m],
    ['a number that is none', 'litellm_settings:\n  num_retries: many\n', 78, /^litellm\.yaml:2:3 {2}\/litellm_settings\/num_retries {2}expected number$/m],
    [
      'a server without an address',
      'model_list:\n  - model_name: a\n    litellm_params: { model: openai_like/x }\n',
      78,
      /^litellm\.yaml:3:5 .*api_base {2}expected text: where the server is$/m,
    ],
  ]
  for (const [what, source, expected, says] of mistakes) {
    it(`refuses ${what}, and writes nothing`, async () => {
      const { code, stderr, text } = await migrated(source)
      expect(code).to.equal(expected)
      expect(stderr).to.match(says)
      expect(text).to.equal('')
    })
  }

  it('says which gateways there are, and which file it cannot read', async () => {
    await using folder = await Folder.make()
    expect((await tapline(folder, 'migrate', 'litelm', 'x.yaml')).stderr).to.include('did you mean "litellm"?; those of: litellm')
    const { code, stderr } = await tapline(folder, 'migrate', 'litellm', 'x.yaml')
    expect([code, stderr]).to.deep.equal([1, 'tapline: x.yaml cannot be read (ENOENT)\n'])
  })
})
