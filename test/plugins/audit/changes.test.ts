/** Writes of administrators are in the audit log, whatever was set up anew since it was opened. */

import { expect } from 'chai'
import { add, localTo, vendor } from '../../support/added-providers.ts'
import { Audited } from '../../support/audit.ts'
import { configuration, Served } from '../../support/serve.ts'

const budget = { scope: 'user_path', subject: '/a', budget_key: { period: 'daily' }, amount: 5 }

describe('writes of administrators', () => {
  const events = async (audited: Audited, id: string) => {
    expect((await audited.admin.call('PUT', '/budgets', { body: budget, headers: { 'x-request-id': id } })).status).to.equal(200)
    const { json } = await audited.read(`/audit/log?request_id=${id}`)
    return json.entries.map(({ data }: { readonly data: Readonly<Record<string, unknown>> }) => data['event_type'])
  }

  it('are in the log also after a provider was added', async () => {
    await using upstream = await vendor()
    await using audited = await Audited.start()
    expect(await events(audited, 'before')).to.deep.equal(['admin_write'])
    await add(audited.admin, localTo(upstream))
    expect(await events(audited, 'after')).to.deep.equal(['admin_write'])
  })

  it('are in the log also after a reload that set up the log anew', async () => {
    await using audited = await Audited.start({}, { log_bodies: false })
    const { gateway, completions } = audited.served
    await gateway.configure(configuration({ storage: { sqlite: { path: ':memory:' } }, media: { type: 'memory' }, logging: { log_bodies: true } }, completions))
    expect(await gateway.gateway.reload()).to.equal(true)
    expect(await events(audited, 'after')).to.deep.equal(['admin_write'])
  })

  it('stand under the path of the key that they were made with, as whatever else was called with it', async () => {
    await using served = await Served.start({ config: { logging: { only_model_interactions: false } } })
    const made = await served.call('POST', '/admin/auth-keys', { name: 'of a team', user_path: '/team', dashboard_access: true })
    const headers = { authorization: `Bearer ${(JSON.parse(made.body.toString()) as { value: string }).value}`, 'x-tapline-user-path': '/elsewhere' }
    const calls: readonly (readonly [method: string, path: string, body?: object])[] = [
      ['PUT', '/admin/users', { user_path: '/team/a', allowed_models: [] }],
      ['PUT', '/admin/users', { user_path: '/other', allowed_models: [] }],
      ['GET', '/nowhere'],
      ['GET', '/v1/auth/verify'],
    ]
    for (const [method, path, body] of calls) await served.call(method, path, body, headers)
    const seen = await served.call('GET', '/admin/audit/log', undefined, headers)
    const { entries } = JSON.parse(seen.body.toString()) as { entries: { path: string; user_path: string; status_code: number }[] }
    expect(entries.map(({ path, user_path: userPath, status_code: status }) => [path, userPath, status])).to.deep.equal([
      ['/v1/auth/verify', '/team', 404],
      ['/nowhere', '/team', 404],
      ['/admin/users', '/team', 403],
      ['/admin/users', '/team', 200],
    ])
  })
})
