import { expect } from 'chai'
import { chatCompletion } from '../../../core/testing/chat-samples.ts'
import { AdminGateway } from '../../support/admin.ts'
import { describeRoutes, expectRefusal } from '../../support/admin-routes.ts'
import { Audited } from '../../support/audit.ts'
import { hello } from '../../support/serve.ts'
import { everythingOn, makeGuardrail, makeWorkflow } from '../../support/workflows.ts'

const set = (value: string, header = 'X-Pinned') => ({ action: 'set', header, value })
const pin = { name: 'pin beta', actions: [set('yes')] }
const mask = { name: 'mask', type: 'string_replace', config: { rules: 'canary => bird' } }

async function makePolicy(gateway: AdminGateway, body: object = pin): Promise<Readonly<Record<string, unknown>>> {
  const answer = await gateway.call('PUT', '/header-policies', { body })
  expect(answer.status, answer.text).to.equal(200)
  return answer.json as Record<string, unknown>
}

const workflow = (header_policies: readonly object[], more: object = {}) => ({
  workflow_payload: { schema_version: 2, features: everythingOn, header_policies, ...more },
})

describeRoutes([
  { method: 'GET', path: '/header-policies', scope: 'global', malformed: [], prepare: makePolicy },
  {
    method: 'PUT',
    path: '/header-policies',
    scope: 'global',
    body: pin,
    malformed: [
      { name: 'no actions', body: { name: 'x' }, code: 'missing_required_parameter', param: 'actions' },
      { name: 'a name with a slash', body: { ...pin, name: 'a/b' }, param: 'name' },
      { name: 'a name that begins with a blank', body: { ...pin, name: ' a' }, param: 'name' },
      { name: 'a step below 0', body: { ...pin, step: -1 }, param: 'step' },
      { name: 'a path that is none', body: { ...pin, paths: ['v1'] }, param: 'paths.0' },
      { name: 'a header that is none', body: { ...pin, actions: [set('v', 'X A')] }, param: 'actions.0.header' },
      { name: 'a value over two lines', body: { ...pin, actions: [set('a\nb')] }, param: 'actions.0.value' },
      { name: 'a credential as a target', body: { ...pin, actions: [set('v'), set('v', 'Authorization')] }, param: 'actions.1.header' },
      {
        name: 'a credential as a source',
        body: { ...pin, actions: [{ action: 'set', header: 'X-A', from_header: 'Cookie' }] },
        param: 'actions.0.from_header',
      },
      { name: 'a header of the transport', body: { ...pin, actions: [{ action: 'remove', header: 'Content-Type' }] }, param: 'actions.0.header' },
      { name: 'a pattern that could explode', body: { ...pin, when: [{ header: 'X-A', matches: String.raw`(a)\1` }] }, param: 'when.0.matches' },
      { name: 'two tests of one header', body: { ...pin, when: [{ header: 'X-A', equals: '', present: true }] }, param: 'when.0' },
    ],
  },
  {
    method: 'DELETE',
    path: '/header-policies',
    scope: 'global',
    status: 204,
    body: { name: pin.name },
    prepare: makePolicy,
    malformed: [{ name: 'no name', body: {}, code: 'missing_required_parameter', param: 'name' }],
  },
])

describe('header policies of administrators', () => {
  const sent = async (gateway: AdminGateway, headers: Readonly<Record<string, string>> = {}) => {
    gateway.served.upstream.always({ body: chatCompletion() })
    await gateway.served.chat(hello, headers)
    return gateway.served.upstream.requests.at(-1)?.headers ?? {}
  }

  it('are listed as they were made, with what they left out', async () => {
    await using gateway = await AdminGateway.start()
    await makePolicy(gateway)
    const [view] = (await gateway.call('GET', '/header-policies')).json
    expect(view).to.deep.include({ ...pin, step: 0, methods: [], paths: [], when: [], managed: false })
    expect(view.created_at).to.equal(view.updated_at)
  })

  it('hold for nobody before a workflow names them', async () => {
    await using gateway = await AdminGateway.start()
    await makePolicy(gateway)
    expect(await sent(gateway)).to.not.have.property('x-pinned')
  })

  it('hold where a workflow names them, in the order of its steps, and change there at once', async () => {
    await using gateway = await AdminGateway.start()
    await makePolicy(gateway, { ...pin, step: 1 })
    await makePolicy(gateway, { name: 'late', step: 9, actions: [set('late')] })
    await makeWorkflow(gateway, {
      scope_user_path: '/team',
      ...workflow(
        [
          { ref: 'late', step: 3 },
          { ref: 'pin beta', step: 5 },
        ],
        { features: { ...everythingOn, guardrails: false } },
      ),
    })
    await makeWorkflow(gateway, { scope_user_path: '/own', ...workflow([{ ref: 'late' }, { ref: 'pin beta' }]) })
    const at = async (path: string) => (await sent(gateway, { 'x-tapline-user-path': path }))['x-pinned']
    expect([await at('/team/a'), await at('/own'), await at('/other')]).to.deep.equal(['yes', 'late', undefined])
    await makePolicy(gateway, { ...pin, actions: [set('changed')] })
    expect([await at('/team/a'), await at('/own')]).to.deep.equal(['changed', 'late'])
  })

  it('of the configuration hold for all, but where a workflow says others', async () => {
    await using gateway = await AdminGateway.start({
      config: { header_policies: { policies: [{ name: 'everywhere', step: 4, actions: [set('1', 'X-Everywhere')] }] } },
    })
    const { json } = await gateway.call('GET', '/workflows')
    expect(json[0].workflow_payload.header_policies).to.deep.equal([{ ref: 'everywhere', step: 4 }])
    await makeWorkflow(gateway, { scope_user_path: '/none', ...workflow([]) })
    await makeWorkflow(gateway, { scope_user_path: '/named', ...workflow([{ ref: 'everywhere' }]) })
    const at = async (path: string) => (await sent(gateway, { 'x-tapline-user-path': path }))['x-everywhere']
    expect([await at('/a'), await at('/none'), await at('/named')]).to.deep.equal(['1', undefined, '1'])
    expectRefusal(await gateway.call('PUT', '/header-policies', { body: { ...pin, name: 'everywhere' } }), 409, 'managed_resource', 'name')
    expectRefusal(await gateway.call('DELETE', '/header-policies', { body: { name: 'everywhere' } }), 409, 'managed_resource', 'name')
    expect((await gateway.call('GET', '/header-policies')).json[0]).to.include({ name: 'everywhere', managed: true, created_at: null })
  })

  const refused: readonly [string, readonly object[], string, RegExp][] = [
    ['is not there', [{ ref: 'pim' }], 'workflow_payload.header_policies.0.ref', /there is no header policy "pim"/],
    ['stands there already', [{ ref: 'pin beta' }, { ref: 'pin beta', step: 2 }], 'workflow_payload.header_policies.1.ref', /stands here already/],
    ['is a guardrail', [{ ref: 'pin beta' }, { ref: 'mask' }], 'workflow_payload.header_policies.1.ref', /there is no header policy "mask"/],
  ]
  for (const [what, refs, param, message] of refused) {
    it(`are refused by a workflow that names one which ${what}`, async () => {
      await using gateway = await AdminGateway.start()
      await makePolicy(gateway)
      await makeGuardrail(gateway, mask)
      const answer = await gateway.call('POST', '/workflows', { body: { name: 'w', ...workflow(refs) } })
      expectRefusal(answer, 400, 'invalid_value', param)
      expect(answer.json.error.message).to.match(message)
    })
  }

  it('share their names with guardrails', async () => {
    await using gateway = await AdminGateway.start()
    await makePolicy(gateway)
    await makeGuardrail(gateway, mask)
    expectRefusal(await gateway.call('PUT', '/guardrails', { body: { ...mask, name: 'pin beta' } }), 409, 'conflict', 'name')
    expectRefusal(await gateway.call('PUT', '/header-policies', { body: { ...pin, name: 'mask' } }), 409, 'conflict', 'name')
  })

  it('cannot go while a workflow names them', async () => {
    await using gateway = await AdminGateway.start()
    await makePolicy(gateway)
    const { id } = await makeWorkflow(gateway, { scope_user_path: '/team', ...workflow([{ ref: 'pin beta' }]) })
    const remove = async () => await gateway.call('DELETE', '/header-policies', { body: { name: 'pin beta' } })
    expectRefusal(await remove(), 409, 'in_use', 'name')
    await gateway.call('POST', `/workflows/${String(id)}/deactivate`)
    expect((await remove()).status).to.equal(204)
    expectRefusal(await remove(), 404, 'not_found', 'name')
  })

  it('are written only over what was read, if the caller says so', async () => {
    await using gateway = await AdminGateway.start()
    const made = await gateway.call('PUT', '/header-policies', { body: pin })
    const again = async (value: string) =>
      await gateway.call('PUT', '/header-policies', { body: { ...pin, actions: [set(value)] }, headers: { 'if-match': made.headers['etag'] ?? '' } })
    expect((await again('a')).status).to.equal(200)
    expectRefusal(await again('b'), 412, 'precondition_failed')
  })

  it('stay defined and named while their switch is off', async () => {
    await using gateway = await AdminGateway.start({ config: { header_policies: { enabled: false } } })
    await makePolicy(gateway)
    const { id } = await makeWorkflow(gateway, workflow([{ ref: 'pin beta' }]))
    expect(await sent(gateway)).to.not.have.property('x-pinned')
    expect((await gateway.call('GET', `/workflows/${String(id)}`)).json.workflow_payload.header_policies).to.deep.equal([{ ref: 'pin beta' }])
    expectRefusal(await gateway.call('DELETE', '/header-policies', { body: { name: 'pin beta' } }), 409, 'in_use')
  })
})

describe('header policies in the audit log', () => {
  const list = [
    {
      name: 'one',
      step: 1,
      actions: [set('yes'), { action: 'remove', header: 'X-Static' }, { action: 'set', header: 'X-Copied', from_header: 'X-Session-Id' }],
    },
    { name: 'nothing to do', step: 2, actions: [{ action: 'remove', header: 'X-None' }] },
    { name: 'two', step: 3, actions: [set('hidden', 'X-My-Secret')] },
  ]
  const config = {
    header_policies: { policies: list },
    providers: { openai: { custom_upstream_headers: { 'X-Static': 'value of the provider' } } },
    guardrails: { rules: [mask] },
  }
  const rowOf = async (logging: Readonly<Record<string, unknown>> = {}) => {
    await using audited = await Audited.start({ config }, logging)
    audited.served.upstream.always({ body: chatCompletion() })
    await audited.served.chat({ model: 'gpt-test', messages: [{ role: 'user', content: 'a canary' }] }, { 'x-session-id': 'session-of-somebody' })
    return await audited.row()
  }

  it('are one revision for each that changed something, before those of the body', async () => {
    const {
      data: { request_revisions: revisions },
    } = await rowOf()
    expect(
      revisions.map(({ seq, rewriter, detail, bytes_before: before, bytes_after: after }: Record<string, unknown>) => [
        seq,
        rewriter,
        detail,
        before === after,
      ]),
    ).to.deep.equal([
      [1, 'one', { set: { 'X-Pinned': 'yes', 'X-Copied': '[REDACTED]' }, removed: ['X-Static'] }, true],
      [2, 'two', { set: { 'X-My-Secret': '[REDACTED]' } }, true],
      [3, 'mask', undefined, false],
    ])
    expect(revisions.map(({ body }: { body?: { messages: { content: string }[] } }) => body?.messages[0]?.content)).to.deep.equal([
      undefined,
      undefined,
      'a bird',
    ])
    expect(JSON.stringify(revisions)).to.not.match(/session-of-somebody|hidden|value of the provider/)
  })

  it('are told without what they set where headers are not logged', async () => {
    const {
      data: { request_revisions: revisions },
    } = await rowOf({ log_headers: false })
    expect(revisions.map(({ rewriter, detail }: Record<string, unknown>) => [rewriter, detail])).to.deep.equal([
      ['one', undefined],
      ['two', undefined],
      ['mask', undefined],
    ])
  })
})
