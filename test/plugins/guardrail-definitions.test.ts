import { expect } from 'chai'
import { DatabaseSync } from 'node:sqlite'
import { join } from 'node:path'
import { chatCompletion } from '../../core/testing/chat-samples.ts'
import { AdminGateway } from '../support/admin.ts'
import { describeRoutes, expectRefusal } from '../support/admin-routes.ts'
import { hello } from '../support/serve.ts'
import { everythingOn, makeGuardrail, makeWorkflow } from '../support/workflows.ts'

const mask = { name: 'mask', type: 'string_replace', config: { rules: 'canary => bird' } }

describeRoutes([
  { method: 'GET', path: '/plugins', scope: 'global', malformed: [] },
  { method: 'GET', path: '/guardrails/types', scope: 'global', malformed: [] },
  { method: 'GET', path: '/guardrails', scope: 'global', malformed: [], prepare: gateway => makeGuardrail(gateway, mask) },
  {
    method: 'PUT',
    path: '/guardrails',
    scope: 'global',
    body: mask,
    malformed: [
      { name: 'no type', body: { name: 'x' }, code: 'missing_required_parameter', param: 'type' },
      { name: 'a name with a slash', body: { ...mask, name: 'a/b' }, param: 'name' },
      { name: 'a name that begins with a blank', body: { ...mask, name: ' a' }, param: 'name' },
      { name: 'a type that is not there', body: { ...mask, type: 'string_replacer' }, param: 'type' },
      { name: 'a plugin that is no guardrail', body: { ...mask, type: 'auth' }, param: 'type' },
      { name: 'an option that the type does not know', body: { ...mask, config: { rules: 'a => b', rule: 'x' } }, param: 'config.rule' },
      { name: 'a missing option', body: { ...mask, config: {} }, param: 'config.rules' },
      { name: 'a pattern that is none', body: { ...mask, config: { rules: '(a', mode: 'regex' } }, param: 'config' },
      { name: 'a pattern that could explode', body: { ...mask, config: { rules: String.raw`(a)\1`, mode: 'regex' } }, param: 'config' },
      { name: 'a user path of a type that makes no calls', body: { ...mask, user_path: '/guards' }, param: 'user_path' },
      { name: 'a fail mode that is none', body: { ...mask, fail_mode: 'ajar' }, param: 'fail_mode' },
      { name: 'a negative deadline', body: { ...mask, timeout_ms: -1 }, param: 'timeout_ms' },
    ],
  },
  {
    method: 'DELETE',
    path: '/guardrails',
    scope: 'global',
    status: 204,
    body: { name: 'mask' },
    prepare: gateway => makeGuardrail(gateway, mask),
    malformed: [{ name: 'no name', body: {}, code: 'missing_required_parameter', param: 'name' }],
  },
  {
    method: 'POST',
    path: '/guardrails/test',
    scope: 'global',
    body: { ...mask, text: 'a canary' },
    malformed: [
      { name: 'no text', body: mask, code: 'missing_required_parameter', param: 'text' },
      { name: 'a type that is not there', body: { type: 'string_replacer', text: 'a' }, param: 'type' },
      { name: 'a missing option', body: { type: 'string_replace', config: {}, text: 'a' }, param: 'config.rules' },
      {
        name: 'a role on which the type does not act',
        body: { type: 'system_prompt', config: { content: 'Be brief.' }, role: 'assistant', text: 'a' },
        param: 'role',
      },
    ],
  },
])

/** A guardrail with a secret, an option of each kind, and a file that does not load. */
const files = {
  'asker.ts': `
export default {
  name: 'asker', guardrail: true, edits: false, phases: ['prompt'], description: 'Asks.',
  schema: { type: 'object', required: ['key'], properties: {
    key: { type: 'string', secret: true }, mode: { enum: ['a', 'b'], default: 'a' }, often: { type: 'boolean', default: false }, count: { type: 'integer' },
    roles: { type: 'array', items: { enum: ['user', 'tool'] } }, words: { type: 'array', items: { type: 'string' } }, model: { type: 'string', input: 'model' }, note: { type: 'string' }, user_path: { type: 'string' },
  } },
  setup: ({ options }) => ({ prompt(exchange) { exchange.replyHeaders.push('x-asked', options.key + (options.user_path ?? '')) } }),
}`,
}
const config = { plugins: { load: [{ file: './asker.ts' }] } }
const asker = { name: 'ask', type: 'asker', config: { key: 'sk-very-secret', note: 'why' } }

describe('the types of guardrails', () => {
  it('describe each option for a form', async () => {
    await using gateway = await AdminGateway.start({ config, files })
    const types = (await gateway.call('GET', '/guardrails/types')).json as {
      type: string
      phases: string[]
      fields: { key: string; input: string; required: boolean }[]
      defaults: object
    }[]
    const type = types.find(({ type: name }) => name === 'asker')
    expect(type).to.deep.include({ phases: ['prompt'], defaults: { mode: 'a', often: false } })
    expect(Object.fromEntries(type?.fields.map(({ key, input }) => [key, input]) ?? [])).to.deep.equal({
      key: 'secret',
      mode: 'select',
      often: 'select',
      count: 'number',
      roles: 'checkboxes',
      words: 'textarea',
      model: 'model',
      note: 'text',
      user_path: 'text',
    })
    expect(type?.fields.filter(({ required }) => required).map(({ key }) => key)).to.deep.equal(['key'])
    expect(new Set(types.flatMap(({ phases }) => phases))).to.deep.equal(new Set(['prompt', 'response', 'stream']))
    expect(types.map(({ type: name }) => name))
      .to.include.members(['string_replace', 'system_prompt', 'pii', 'secrets'])
      .and.not.include('auth')
  })
})

describe('the plugins', () => {
  it('are listed with what they are, where they come from and how they fare', async () => {
    await using gateway = await AdminGateway.start({ config, files })
    const plugins = (await gateway.call('GET', '/plugins')).json as { name: string; kinds: string[]; source: string; health: string }[]
    const of = (name: string) => plugins.find(plugin => plugin.name === name)
    expect(of('asker')).to.include({ health: 'ok', source: join(gateway.served.gateway.directory, 'asker.ts') })
    expect(of('string-replace')).to.deep.include({ kinds: ['guardrail'], source: 'default' })
    expect(of('admin')?.kinds).to.deep.equal(['service'])
    expect(of('retry')?.kinds).to.deep.equal(['step'])
  })
})

describe('guardrails of administrators', () => {
  it('keep secrets sealed in the store and masked in answers, and take the mask for what stands', async () => {
    await using gateway = await AdminGateway.start({ config, files, env: { TAPLINE_ENCRYPTION_KEY: 'a key of thirty-two characters!!' } })
    expect((await makeGuardrail(gateway, asker))['config']).to.deep.equal({ key: '********', note: 'why' })
    await makeWorkflow(gateway, { workflow_payload: { schema_version: 2, features: everythingOn, steps: [{ ref: 'ask' }] } })
    const asked = async () => (await gateway.served.chat(hello)).headers['x-asked']
    expect(await asked()).to.equal('sk-very-secret')
    await makeGuardrail(gateway, { ...asker, config: { key: '********', note: 'still' } })
    expect(await asked()).to.equal('sk-very-secret')
    expect(keptBy(gateway)).to.contain('still').and.not.contain('sk-very-secret')
    expect((await gateway.call('GET', '/guardrails')).text).to.not.contain('sk-very-secret')
  })

  it('refuse a mask where nothing stands, and a secret that is cleared where one is needed', async () => {
    await using gateway = await AdminGateway.start({ config, files })
    expectRefusal(await gateway.call('PUT', '/guardrails', { body: { ...asker, config: { key: '********' } } }), 400, 'invalid_value', 'config.key')
    await makeGuardrail(gateway, asker)
    expectRefusal(await gateway.call('PUT', '/guardrails', { body: { ...asker, config: { key: '' } } }), 400, 'invalid_value', 'config.key')
  })

  describe('with texts whose names say that they are secret', () => {
    const shown = { upstream_set: { 'x-secret': '********', 'x-plain': 'seen', 'x-token': '' } }
    const headers = (upstream: object) => ({ name: 'headers', type: 'header_edit', config: { upstream_set: upstream } })
    const whole = headers({ 'x-secret': 'sk-very-secret', 'x-plain': 'seen', 'x-token': '' })

    it('mask them wherever they are shown, also those of the configuration', async () => {
      await using gateway = await AdminGateway.start({ config: { guardrails: { rules: [{ ...whole, name: 'configured' }] } } })
      expect((await makeGuardrail(gateway, whole))['config']).to.deep.equal(shown)
      const { json, text } = await gateway.call('GET', '/guardrails')
      expect((json as { config: object }[]).map(({ config: said }) => said)).to.deep.equal([shown, shown])
      const { text: named } = await gateway.call('GET', '/workflows/guardrails')
      expect(named).to.contain('seen')
      expect(text + named).to.not.contain('sk-very-secret')
    })

    it('take the mask for what stands there, and send that', async () => {
      await using gateway = await AdminGateway.start()
      await makeGuardrail(gateway, whole)
      await makeGuardrail(gateway, headers({ 'x-secret': '********', 'x-plain': 'other' }))
      await makeWorkflow(gateway, { workflow_payload: { schema_version: 2, features: everythingOn, steps: [{ ref: 'headers' }] } })
      gateway.served.upstream.always({ body: chatCompletion() })
      await gateway.served.chat(hello)
      expect(gateway.served.upstream.requests.at(-1)?.headers).to.include({ 'x-secret': 'sk-very-secret', 'x-plain': 'other' })
      const elsewhere = headers({ 'x-other-secret': '********' })
      expectRefusal(await gateway.call('PUT', '/guardrails', { body: elsewhere }), 400, 'invalid_value', 'config.upstream_set.x-other-secret')
    })

    it('keep them sealed in the store', async () => {
      await using gateway = await AdminGateway.start({ env: { TAPLINE_ENCRYPTION_KEY: 'a key of thirty-two characters!!' } })
      await makeGuardrail(gateway, whole)
      expect(keptBy(gateway)).to.contain('header_edit').and.not.contain('sk-very-secret')
    })
  })

  it('give their user path to types that make calls', async () => {
    await using gateway = await AdminGateway.start({ config, files })
    const view = await makeGuardrail(gateway, { ...asker, user_path: 'guards//asker' })
    expect(view).to.deep.include({ user_path: '/guards/asker', config: { key: '********', note: 'why' } })
    await makeWorkflow(gateway, { workflow_payload: { schema_version: 2, features: everythingOn, steps: [{ ref: 'ask' }] } })
    expect((await gateway.served.chat(hello)).headers['x-asked']).to.equal('sk-very-secret/guards/asker')
  })

  it('change wherever they stand, and cannot go while a workflow names them', async () => {
    await using gateway = await AdminGateway.start()
    await makeGuardrail(gateway, mask)
    const { id } = await makeWorkflow(gateway, {
      scope_user_path: '/team',
      workflow_payload: { schema_version: 2, features: everythingOn, steps: [{ ref: 'mask' }] },
    })
    const sent = async () => {
      await gateway.served.chat({ model: 'gpt-test', messages: [{ role: 'user', content: 'a canary' }] }, { 'x-tapline-user-path': '/team' })
      return gateway.served.upstream.requests.at(-1)?.body.toString()
    }
    expect(await sent()).to.contain('a bird')
    await makeGuardrail(gateway, { ...mask, config: { rules: 'canary => cat' } })
    expect(await sent()).to.contain('a cat')
    const remove = async () => await gateway.call('DELETE', '/guardrails', { body: { name: 'mask' } })
    expectRefusal(await remove(), 409, 'in_use', 'name')
    await gateway.call('POST', `/workflows/${String(id)}/deactivate`)
    expect((await remove()).status).to.equal(204)
    expectRefusal(await remove(), 404, 'not_found', 'name')
  })

  it('leave a workflow as it was, and say so, when they change into what it cannot use', async () => {
    await using gateway = await AdminGateway.start()
    await makeGuardrail(gateway, mask)
    const { id } = await makeWorkflow(gateway, {
      workflow_payload: { schema_version: 2, features: everythingOn, steps: [{ ref: 'mask', phase: 'stream' }, { ref: 'mask' }] },
    })
    await makeGuardrail(gateway, { name: 'mask', type: 'system_prompt', config: { content: 'x' } })
    expect((await gateway.call('GET', `/workflows/${String(id)}`)).json.compile_error).to.match(/"mask" does not act on stream/)
    await gateway.served.chat({ model: 'gpt-test', messages: [{ role: 'user', content: 'a canary' }] })
    expect(gateway.served.upstream.requests.at(-1)?.body.toString()).to.contain('a bird')
    await makeGuardrail(gateway, mask)
    expect((await gateway.call('GET', `/workflows/${String(id)}`)).json).to.not.have.property('compile_error')
  })

  it('cannot take the place of those of the configuration, which are listed beside them', async () => {
    await using gateway = await AdminGateway.start({ config: { guardrails: { rules: [{ ...mask, phase: 'prompt', fail_mode: 'open', timeout_ms: 50 }] } } })
    expectRefusal(await gateway.call('PUT', '/guardrails', { body: mask }), 409, 'managed_resource', 'name')
    expectRefusal(await gateway.call('DELETE', '/guardrails', { body: { name: 'mask' } }), 409, 'managed_resource', 'name')
    const [view] = (await gateway.call('GET', '/guardrails')).json
    expect(view).to.deep.include({
      name: 'mask',
      managed: true,
      phases: ['prompt'],
      fail_mode: 'open',
      timeout_ms: 50,
      summary: 'rules: canary => bird',
      created_at: null,
    })
  })

  it('are written only over what was read, if the caller says so', async () => {
    await using gateway = await AdminGateway.start()
    const made = await gateway.call('PUT', '/guardrails', { body: mask })
    const again = async (rules: string) =>
      await gateway.call('PUT', '/guardrails', { body: { ...mask, config: { rules } }, headers: { 'if-match': made.headers['etag'] ?? '' } })
    expect((await again('a => b')).status).to.equal(200)
    expectRefusal(await again('a => c'), 412, 'precondition_failed')
  })
})

describe('POST /admin/guardrails/test', () => {
  const sending = { ...mask, text: 'a canary sings' }
  for (const [does, given, expected] of [
    ['edits a prompt', sending, { action: 'allow', edited: true, messages: [{ role: 'user', content: 'a bird sings' }] }],
    ['edits a reply', { ...sending, role: 'assistant' }, { action: 'allow', edited: true, messages: [{ role: 'assistant', content: 'a bird sings' }] }],
    ['lets a text pass', { ...sending, text: 'a crow' }, { action: 'allow', edited: false, messages: [{ role: 'user', content: 'a crow' }] }],
    ['blocks', { ...sending, config: { ...mask.config, on_match: 'block' } }, { action: 'block', code: 'guardrail_blocked', messages: [] }],
    [
      'answers itself',
      { ...sending, config: { ...mask.config, on_match: 'respond', message: 'No.' } },
      { action: 'respond', messages: [{ role: 'assistant', content: 'No.' }] },
    ],
    ['warns', { ...sending, config: { ...mask.config, on_match: 'warn' } }, { action: 'warn', edited: false }],
    [
      'adds a message',
      { type: 'system_prompt', config: { content: 'Be brief.' }, text: 'hello' },
      {
        edited: true,
        messages: [
          { role: 'system', content: 'Be brief.' },
          { role: 'user', content: 'hello' },
        ],
      },
    ],
    [
      'fails',
      { type: 'llm_judge', config: { model: 'unheard-of', prompt: 'Rudeness.', on_unclear: 'block' }, fail_mode: 'closed', text: 'hello' },
      { action: 'failure', messages: [] },
    ],
  ] as const)
    it(`tells that a guardrail ${does}`, async () => {
      await using gateway = await AdminGateway.start()
      const { json } = await gateway.call('POST', '/guardrails/test', { body: given })
      expect(json).to.deep.include(expected)
      expect((await gateway.call('GET', '/guardrails')).json).to.deep.equal([])
    })

  it('knows the secrets of a guardrail that is stored', async () => {
    await using gateway = await AdminGateway.start({ config, files })
    await makeGuardrail(gateway, asker)
    const test = (body: object) => gateway.call('POST', '/guardrails/test', { body: { ...asker, text: 'hello', ...body } })
    expect((await test({ config: { key: '********' } })).json).to.include({ action: 'allow' })
    expectRefusal(await test({ name: 'other', config: { key: '********' } }), 400, 'invalid_value', 'config.key')
  })

  it('tries what the configuration names, too', async () => {
    await using gateway = await AdminGateway.start({ config: { guardrails: { rules: [{ ...mask, type: './asker.ts', config: { key: 'k' } }] } }, files })
    const body = { name: 'mask', type: './asker.ts', config: { key: '********' }, text: 'hello' }
    expect((await gateway.call('POST', '/guardrails/test', { body })).json).to.include({ action: 'allow', edited: false })
  })
  it('tells that one does not answer in time, whatever its failure means', async () => {
    const stuck = `export default { name: 'stuck', guardrail: true, edits: false, phases: ['prompt'], setup: () => ({ prompt: () => new Promise(() => {}) }) }`
    await using gateway = await AdminGateway.start({ config: { plugins: { load: [{ file: './stuck.ts' }] } }, files: { 'stuck.ts': stuck } })
    for (const fail_mode of ['open', 'closed']) {
      const { json } = await gateway.call('POST', '/guardrails/test', { body: { type: 'stuck', fail_mode, timeout_ms: 5, text: 'hello' } })
      expect(json).to.include({ action: 'failure', code: null, message: 'no answer within 5 ms' })
      expect(json.messages).to.have.length(fail_mode === 'open' ? 1 : 0)
    }
  })

  it('does not say that one lets a text pass which it never looks at', async () => {
    const late = `export default { name: 'late', guardrail: true, edits: false, setup: () => ({ response() {} }) }`
    await using gateway = await AdminGateway.start({ config: { plugins: { load: [{ file: './late.ts' }] } }, files: { 'late.ts': late } })
    const test = (role: string) => gateway.call('POST', '/guardrails/test', { body: { type: 'late', role, text: 'hello' } })
    expectRefusal(await test('user'), 400, 'invalid_value', 'role')
    expect((await test('assistant')).json).to.include({ action: 'allow' })
  })
})

/** All that its database holds. */
function keptBy(gateway: AdminGateway): string {
  using database = new DatabaseSync(join(gateway.served.gateway.directory, 'tapline.db'), { readOnly: true })
  const tables = database.prepare("select name from sqlite_master where type = 'table'").all() as { name: string }[]
  return tables
    .map(({ name }) =>
      JSON.stringify(database.prepare(`select * from "${name}"`).all(), (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value)),
    )
    .join('')
}
