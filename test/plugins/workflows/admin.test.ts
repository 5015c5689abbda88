import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'chai'
import { chatCompletion } from '../../../core/testing/chat-samples.ts'
import { AdminGateway } from '../../support/admin.ts'
import { describeRoutes, expectRefusal } from '../../support/admin-routes.ts'
import { hello } from '../../support/serve.ts'
import { everythingOn, makeGuardrail, makeWorkflow } from '../../support/workflows.ts'

const payload = { schema_version: 2, features: everythingOn }
const body = { name: 'plain', workflow_payload: payload }
const explained = '/workflows/explain?pipeline=chat&model=gpt-test&user_path=/a'

describeRoutes([
  { method: 'GET', path: '/workflows', scope: 'global', malformed: [] },
  {
    method: 'GET',
    path: '/workflows/guardrails',
    scope: 'global',
    malformed: [],
    prepare: gateway => makeGuardrail(gateway, { name: 'mask', type: 'string_replace', config: { rules: 'a => b' } }),
  },
  {
    method: 'GET',
    path: explained,
    scope: 'global',
    malformed: [
      { name: 'a pipeline without workflows', path: '/workflows/explain?pipeline=health', param: 'pipeline' },
      { name: 'a provider that is not there', path: '/workflows/explain?provider=nobody', param: 'provider' },
      { name: 'a path that is none', path: '/workflows/explain?user_path=/a/../b', code: 'invalid_user_path', param: 'user_path' },
    ],
  },
  {
    method: 'POST',
    path: '/workflows',
    scope: 'global',
    status: 201,
    body,
    malformed: [
      { name: 'no name', body: { workflow_payload: payload }, code: 'missing_required_parameter', param: 'name' },
      { name: 'a blank name', body: { ...body, name: ' ' }, param: 'name' },
      { name: 'the name of what the configuration means', body: { ...body, name: 'default-global' }, param: 'name' },
      {
        name: 'the description of what the configuration means',
        body: { ...body, description: ' What the configuration says, for all requests that no other workflow is for. ' },
        param: 'description',
      },
      { name: 'a member that nobody knows', body: { ...body, scope: {} }, code: 'unsupported_parameter', param: 'scope' },
      { name: 'a provider that is not there', body: { ...body, scope_provider_name: 'nobody' }, param: 'scope_provider_name' },
      { name: 'a model without its provider', body: { ...body, scope_model: 'gpt-test' }, param: 'scope_provider_name' },
      { name: 'a path that is none', body: { ...body, scope_user_path: '/a/../b' }, param: 'scope_user_path' },
    ],
  },
])

const guardrails = [
  { name: 'edits', type: 'string_replace', config: { rules: 'a => b' } },
  { name: 'edits too', type: 'string_replace', config: { rules: 'c => d' } },
  { name: 'prompts', type: 'system_prompt', config: { content: 'x' } },
]

const wrong: readonly (readonly [what: string, payload: object, param: string, message: RegExp, code?: string])[] = [
  ['no version', { features: {} }, 'schema_version', /is required/, 'missing_required_parameter'],
  ['a version that nobody knows', { schema_version: 4 }, 'schema_version', /1, 2, 3/],
  ['a feature that nobody knows', { schema_version: 2, features: { cash: true } }, 'features.cash', /there is no parameter/, 'unsupported_parameter'],
  ['a member of another version', { schema_version: 1, steps: [] }, 'steps', /version 1 has no steps/],
  ['features beside patches', { schema_version: 3, features: {}, patch: [] }, 'features', /version 3 has no features/],
  ['a guardrail that is not there', { schema_version: 2, steps: [{ ref: 'edits' }, { ref: 'nobody' }] }, 'steps.1.ref', /there is no guardrail "nobody"/],
  [
    'a guardrail that is not there, in the first version',
    { schema_version: 1, guardrails: [{ ref: 'nobody' }] },
    'guardrails.0.ref',
    /there is no guardrail "nobody"/,
  ],
  [
    'a phase that the type does not know',
    { schema_version: 2, steps: [{ ref: 'prompts', phase: 'stream' }] },
    'steps.0.phase',
    /does not act on stream, but on prompt/,
  ],
  ['a phase that is none', { schema_version: 2, steps: [{ ref: 'edits', phase: 'attempt' }] }, 'steps.0.phase', /prompt, response, stream/],
  ['a negative step', { schema_version: 2, steps: [{ ref: 'edits', step: -1 }] }, 'steps.0.step', />= 0/],
  [
    'one guardrail twice in a phase',
    {
      schema_version: 2,
      steps: [
        { ref: 'edits', step: 1 },
        { ref: 'edits', step: 2 },
      ],
    },
    'steps.1.ref',
    /"edits" stands in prompt already/,
  ],
  [
    'two that edit in one step',
    {
      schema_version: 2,
      steps: [
        { ref: 'edits', step: 1 },
        { ref: 'edits too', step: 1 },
      ],
    },
    'steps.1.step',
    /"edits" and "edits too" both edit in step 1 of prompt/,
  ],
  ['a header policy that is not there', { schema_version: 2, header_policies: [{ ref: 'pin' }] }, 'header_policies.0.ref', /there is no header policy "pin"/],
  ['a patch of a step that is not there', { schema_version: 3, patch: [{ remove: 'guardrail' }] }, 'patch.0.remove', /did you mean "guardrails"\?/],
  ['a patch of what is over before', { schema_version: 3, patch: [{ remove: 'auth' }] }, 'patch.0.remove', /before the pipeline is chosen/],
  [
    'a plugin that is not there',
    { schema_version: 3, patch: [{ remove: 'retry' }, { insert: 'no-such' }] },
    'patch.1.insert.use',
    /there is no plugin "no-such"/,
  ],
  ['a path to a plugin', { schema_version: 3, patch: [{ insert: '../evil.ts' }] }, 'patch.0', /name it in plugins\.load/],
  ['options that are wrong', { schema_version: 3, patch: [{ set: 'retry', options: { max_retries: 'many' } }] }, 'patch.0.options.max_retries', /expected/],
]

describe('the payload of a workflow', () => {
  for (const [what, workflowPayload, param, message, code = 'invalid_value'] of wrong) {
    it(`is refused with ${what}, by its place`, async () => {
      await using gateway = await AdminGateway.start()
      for (const guardrail of guardrails) await makeGuardrail(gateway, guardrail)
      const answer = await gateway.call('POST', '/workflows', { body: { name: 'x', workflow_payload: workflowPayload } })
      expectRefusal(answer, 400, code, `workflow_payload.${param}`)
      expect(answer.json.error.message).to.match(message)
      expect((await gateway.call('GET', '/workflows')).json).to.have.length(1)
    })
  }

  it('may have readers beside one that edits, in one step', async () => {
    await using gateway = await AdminGateway.start({
      config: { plugins: { load: [{ file: './reader.ts' }] } },
      files: { 'reader.ts': `export default { name: 'reader', edits: false, guardrail: true, setup: () => ({ prompt: () => undefined }) }` },
    })
    for (const guardrail of [...guardrails, { name: 'one', type: 'reader' }, { name: 'two', type: 'reader' }]) await makeGuardrail(gateway, guardrail)
    await makeWorkflow(gateway, {
      workflow_payload: {
        ...payload,
        steps: [
          { ref: 'two', step: 1 },
          { ref: 'edits', step: 1 },
          { ref: 'one', step: 1 },
        ],
      },
    })
    const { json } = await gateway.call('GET', '/workflows/explain')
    const prompt = (json.steps as { phase: string; step: string }[])
      .filter(({ phase, step }) => phase === 'prompt' && step !== 'completions')
      .map(({ step }) => step)
    expect(prompt.slice(-3)).to.deep.equal(['one', 'two', 'edits'])
  })
})

describe('the features of a workflow', () => {
  const rows: readonly (readonly [what: string, features: object, config: Readonly<Record<string, unknown>>, effective: object])[] = [
    ['are off where omitted, but for failover', {}, {}, { cache: false, audit: false, usage: false, budget: false, guardrails: false, failover: true }],
    ['may say fallback for failover', { fallback: false }, {}, { failover: false }],
    [
      'are on as far as the gateway has them on',
      everythingOn,
      { usage: { enabled: true }, guardrails: { enabled: false } },
      { cache: false, guardrails: false, failover: true },
    ],
    ['include the cache where there is one', everythingOn, { cache: { response: { simple: { enabled: true } } } }, { cache: true, guardrails: true }],
    ['have no budgets without usage', { ...everythingOn, usage: false }, {}, { usage: false, budget: false }],
    ['have no failover where the gateway has none', everythingOn, { failover: { enabled: false } }, { failover: false }],
  ]
  for (const [what, features, config, effective] of rows) {
    it(what, async () => {
      await using gateway = await AdminGateway.start({ config })
      expect((await makeWorkflow(gateway, { workflow_payload: { schema_version: 2, features } }))['effective_features']).to.include(effective)
    })
  }

  for (const [patch, effective] of [
    [[{ remove: 'guardrails' }], { guardrails: false, failover: true, usage: true }],
    [[{ replace: 'guardrails', with: { use: 'system-prompt', options: { content: 'x' } } }], { guardrails: false }],
    [[{ remove: 'retry' }], { guardrails: true, failover: true }],
    [[{ remove: 'failover' }], { guardrails: true, failover: false }],
  ] as const)
    it(`are those that a patch leaves: ${JSON.stringify(patch)}`, async () => {
      await using gateway = await AdminGateway.start()
      expect((await makeWorkflow(gateway, { workflow_payload: { schema_version: 3, patch } }))['effective_features']).to.include(effective)
    })
})

describe('the versions of a workflow', () => {
  it('replace each other, and stay to be looked up', async () => {
    await using gateway = await AdminGateway.start()
    const first = await makeWorkflow(gateway, { scope_user_path: '/a', scope_provider: 'OpenAI' })
    const second = await makeWorkflow(gateway, { scope_user_path: ' a/', scope_provider_name: 'openai', description: 'better' })
    expect([first['version'], second['version'], second['scope_type'], second['scope_display']]).to.deep.equal([1, 2, 'provider_path', 'openai under /a'])
    const { json } = await gateway.call('GET', '/workflows')
    expect(json.map(({ id }: { id: string }) => id))
      .to.include(second['id'])
      .and.not.include(first['id'])
    expect((await gateway.call('GET', `/workflows/${String(first['id'])}`)).json).to.include({ active: false, version: 1 })
    expect((await gateway.call('GET', `/workflows/${String(second['id'])}`)).json).to.deep.equal(second)
  })

  it('have the same hash for the same payload, however it is spelled', async () => {
    await using gateway = await AdminGateway.start()
    const one = await makeWorkflow(gateway, { scope_user_path: '/a', workflow_payload: { schema_version: 2, features: { cache: true, usage: true } } })
    const two = await makeWorkflow(gateway, { scope_user_path: '/b', workflow_payload: { features: { usage: true, cache: true }, schema_version: 2 } })
    expect(one['workflow_hash'])
      .to.match(/^[0-9a-f]{64}$/)
      .and.equal(two['workflow_hash'])
  })

  it('end by deactivation, once, and not that for everything', async () => {
    await using gateway = await AdminGateway.start()
    const { id } = await makeWorkflow(gateway, { scope_user_path: '/a' })
    const end = async (which: unknown) => await gateway.call('POST', `/workflows/${String(which)}/deactivate`)
    expect((await end(id)).status).to.equal(204)
    expect((await gateway.call('GET', '/workflows')).json.map(({ name }: { name: string }) => name)).to.deep.equal(['default-global'])
    expectRefusal(await end(id), 400, 'invalid_value')
    expectRefusal(await end('nobody'), 404, 'not_found')
    expectRefusal(await end((await makeWorkflow(gateway, {}))['id']), 400, 'invalid_value')
    expectRefusal(await gateway.call('GET', '/workflows/nobody'), 404, 'not_found')
    expect((await makeWorkflow(gateway, { scope_user_path: '/a' }))['version']).to.equal(2)
  })

  it('are written only over the version that was read, if the caller says so', async () => {
    await using gateway = await AdminGateway.start()
    const made = await gateway.call('POST', '/workflows', { body: { ...body, scope_user_path: '/a' } })
    const again = async (tag: string) => await gateway.call('POST', '/workflows', { body: { ...body, scope_user_path: '/a' }, headers: { 'if-match': tag } })
    expect((await again(made.headers['etag'] ?? '')).status).to.equal(201)
    expectRefusal(await again(made.headers['etag'] ?? ''), 412, 'precondition_failed')
  })
})

describe('the workflow that the configuration means for everybody', () => {
  const config = { guardrails: { rules: [{ name: 'standing', type: 'string_replace', order: 3, config: { rules: 'a => b' } }] } }

  it('lists its features and guardrails, and is replaced by one of an operator', async () => {
    await using gateway = await AdminGateway.start({ config })
    const [standing] = (await gateway.call('GET', '/workflows')).json
    expect(standing).to.include({ name: 'default-global', managed: true, managed_default: true, active: true, scope_type: 'global' })
    expect(standing.workflow_payload.steps).to.deep.equal(['prompt', 'response', 'stream'].map(phase => ({ ref: 'standing', phase, step: 3 })))
    const { id } = await makeWorkflow(gateway, {})
    expect((await gateway.call('GET', '/workflows')).json.map((one: { id: string }) => one.id)).to.deep.equal([id])
    expect((await gateway.call('GET', `/workflows/${standing.id}`)).json.name).to.equal('default-global')
  })

  it('is another one when the configuration changes', async () => {
    await using gateway = await AdminGateway.start({ config })
    const idOf = async () => (await gateway.call('GET', '/workflows')).json[0].id as string
    const before = await idOf()
    await gateway.served.gateway.configure((await readFile(`${gateway.served.gateway.directory}/tapline.yaml`, 'utf8')).replace('order: 3', 'order: 4'))
    expect(await gateway.served.gateway.gateway.reload()).to.equal(true)
    expect(await idOf()).to.not.equal(before)
    expect((await gateway.call('GET', `/workflows/${before}`)).json.active).to.equal(false)
  })
})

describe('workflows of the configuration', () => {
  const rule = { name: 'legal', scope_user_path: '/legal', workflow_payload: { schema_version: 2, features: { ...everythingOn, failover: false } } }

  it('hold from the start, and are not for administrators to change', async () => {
    await using gateway = await AdminGateway.start({ config: { workflows: { rules: [rule] } } })
    const { json } = await gateway.call('GET', '/workflows/explain?user_path=/legal/x')
    expect(json.matched).to.include({ name: 'legal', scope_display: '/legal' })
    expectRefusal(await gateway.call('POST', '/workflows', { body: { ...body, scope_user_path: '/legal' } }), 409, 'managed_resource')
    expectRefusal(await gateway.call('POST', `/workflows/${json.matched.id}/deactivate`), 409, 'managed_resource')
  })

  const ofFile = (use: string) => ({ ...rule, workflow_payload: { schema_version: 3, patch: [{ insert: { use }, before: 'retry' }] } })

  it('name plugins by path, whose files are watched as those of pipelines are', async () => {
    const quiet = `export default { name: 'quiet', setup: () => ({ prompt: ({ conversation }) => { conversation.rewrite(() => 'hush') } }) }`
    await using gateway = await AdminGateway.start({ files: { 'quiet.ts': quiet }, config: { workflows: { rules: [ofFile('./quiet.ts')] } } })
    const { gateway: running, upstream } = gateway.served
    upstream.always({ body: chatCompletion() })
    for (const path of ['/', '/legal/x']) await gateway.served.chat(hello, { 'x-tapline-user-path': path })
    expect(upstream.requests.map(({ body: said }) => JSON.parse(said.toString()).messages?.[0].content)).to.deep.equal(['hello', 'hush'])
    expect([...running.gateway.current.files]).to.include(join(running.directory, 'quiet.ts'))
    const written = { ...body, scope_user_path: '/other', workflow_payload: ofFile('./quiet.ts').workflow_payload }
    expectRefusal(await gateway.call('POST', '/workflows', { body: written }), 400, 'invalid_value', 'workflow_payload.patch.0')
  })

  for (const [what, rules, message] of [
    [
      'a path that leads nowhere',
      [ofFile('./nowhere.ts')],
      /:\d+:\d+  \/workflows\/rules\/0\/workflow_payload\/patch\/0\/insert\/use  there is no plugin "\.\/nowhere\.ts"$/,
    ],
    [
      'a payload that is none',
      [{ ...rule, workflow_payload: { schema_version: 9 } }],
      /  \/workflows\/rules\/0\/workflow_payload\/schema_version  expected one of 1, 2, 3, got 9$/,
    ],
    [
      'a provider that is not there',
      [{ ...rule, scope_provider_name: 'nobody' }],
      /  \/workflows\/rules\/0\/scope_provider_name  there is no provider "nobody"/,
    ],
    [
      'the name of what the configuration means',
      [{ ...rule, name: 'default-global' }],
      /  \/workflows\/rules\/0\/name  "default-global" is what the configuration is called/,
    ],
    ['two of one scope', [rule, rule], /  \/workflows\/rules\/1  "legal" has this scope already$/],
    [
      'a guardrail that is not there',
      [rule, { ...rule, scope_user_path: '/other', workflow_payload: { schema_version: 2, steps: [{ ref: 'nobody' }] } }],
      /:\d+:\d+  \/workflows\/rules\/1\/workflow_payload\/steps\/0\/ref  there is no guardrail "nobody"$/,
    ],
    [
      'a patch that does not compile',
      [{ ...rule, workflow_payload: { schema_version: 3, patch: [{ set: 'retry', options: { max_retrys: 1 } }] } }],
      /  \/workflows\/rules\/0\/workflow_payload\/patch\/0\/options\/max_retrys  unknown key; did you mean "max_retries"\?$/,
    ],
  ] as const) {
    it(`keep the gateway from starting with ${what}`, async () => {
      const cause: unknown = await AdminGateway.start({ config: { workflows: { rules } } }).catch((caught: unknown) => caught)
      expect(String(cause)).to.match(message)
    })
  }
})

describe('the explanation of a request', () => {
  it('says which workflow matched, which lost, and the steps that follow', async () => {
    await using gateway = await AdminGateway.start({ env: { OPENAI_MODELS: 'gpt-test' } })
    await makeGuardrail(gateway, { name: 'mask', type: 'string_replace', config: { rules: 'a => b' } })
    await makeWorkflow(gateway, { name: 'team', scope_user_path: '/team', workflow_payload: { ...payload, steps: [{ ref: 'mask', phase: 'response' }] } })
    await makeWorkflow(gateway, { name: 'model', scope_provider_name: 'openai', scope_model: 'gpt-test' })
    const { json } = await gateway.call('GET', '/workflows/explain?model=gpt-test&user_path=/team/a')
    expect(json.matched.name).to.equal('team')
    const reasons = (json.candidates as { scope_display: string; matched: boolean; reason: string }[]).map(({ scope_display: scope, matched, reason }) => [
      scope,
      matched,
      reason,
    ])
    expect(reasons).to.deep.include(['openai/gpt-test under /team', false, 'no workflow has this scope'])
    expect(reasons).to.deep.include(['/team', true, 'team'])
    expect(reasons).to.deep.include(['openai/gpt-test', false, 'model: another counts more'])
    expect(reasons.at(-1)).to.deep.equal(['everything', false, 'default-global: another counts more'])
    expect(
      (json.steps as { phase: string; step: string }[]).filter(({ phase, step }) => step === 'mask' && phase !== '').map(({ phase }) => phase),
    ).to.deep.equal(['response'])
  })
})
