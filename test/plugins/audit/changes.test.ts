/** Writes of administrators are in the audit log, whatever was set up anew since it was opened. */

import { expect } from 'chai'
import { add, localTo, vendor } from '../../support/added-providers.ts'
import { Audited } from '../../support/audit.ts'
import { configuration } from '../../support/serve.ts'

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
})
