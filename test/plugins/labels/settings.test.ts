/** Tagging headers that administrators name at run time. */

import { expect } from 'chai'
import { chatCompletion } from '../../../core/testing/chat-samples.ts'
import { AdminGateway } from '../../support/admin.ts'
import { describeRoutes, expectRefusal } from '../../support/admin-routes.ts'
import { Audited } from '../../support/audit.ts'
import { need } from '../../support/servers.ts'
import { stores } from '../../support/stores.ts'
import { Folder } from '../../support/run-tapline.ts'
import { eventually } from '../../support/until.ts'
import { endedChat } from './ended-chat.ts'

const path = '/tagging/settings'
const plain = { prefix: '', delimiter: ',', do_not_pass: false }
const config = { tagging: { headers: [{ header: 'X-Fixed', delimiter: ';' }] } }
const fixed = { header: 'X-Fixed', ...plain, delimiter: ';', managed: true }
const body = { headers: [{ header: 'X-Team', prefix: 'team:', delimiter: '|', do_not_pass: true }] }

describeRoutes(
  [
    { method: 'GET', path, scope: 'global', malformed: [{ name: 'an unknown parameter', path: `${path}?x=1`, code: 'unsupported_parameter', param: 'x' }] },
    {
      method: 'PUT',
      path,
      scope: 'global',
      body,
      malformed: [
        { name: 'no headers', body: {}, code: 'missing_required_parameter', param: 'headers' },
        { name: 'an unknown member', body: { ...body, enabled: true }, code: 'unsupported_parameter', param: 'enabled' },
        { name: 'an unknown member of a header', body: { headers: [{ header: 'X-A', pass: true }] }, code: 'unsupported_parameter', param: 'headers.0.pass' },
        { name: 'a header without a name', body: { headers: [{ prefix: 'a' }] }, code: 'missing_required_parameter', param: 'headers.0.header' },
        { name: 'a name that is none', body: { headers: [{ header: 'X A' }] }, param: 'headers.0.header' },
        { name: 'an empty delimiter', body: { headers: [{ header: 'X-A', delimiter: '' }] }, param: 'headers.0.delimiter' },
        { name: 'a header that carries credentials', body: { headers: [{ header: 'X-A' }, { header: 'X-Api-Key' }] }, param: 'headers.1.header' },
        { name: 'a header twice', body: { headers: [{ header: 'X-A' }, { header: 'x-a' }] }, param: 'headers.1.header' },
        { name: 'more than 64 headers', body: { headers: Array.from({ length: 65 }, (_, i) => ({ header: `X-${i}` })) }, param: 'headers' },
      ],
    },
  ],
  { config },
)

describe('tagging headers that administrators name', () => {
  let gateway: AdminGateway
  beforeEach(async () => {
    gateway = await AdminGateway.start({ config })
    gateway.served.upstream.always({ body: chatCompletion() })
  })
  afterEach(() => gateway[Symbol.asyncDispose]())
  const put = (headers: readonly object[], more: Readonly<Record<string, string>> = {}) => gateway.call('PUT', path, { body: { headers }, headers: more })
  const labels = async (headers: Readonly<Record<string, string>>) => (await endedChat(gateway.served, headers)).labels

  it('stand behind those of the configuration, and are read from the next call on', async () => {
    const sent = { 'x-team': 'team:a|b', 'x-fixed': 'c;d' }
    expect(await labels(sent)).to.deep.equal(['c', 'd'])
    const { json } = await put(body.headers)
    expect(json).to.deep.equal({ headers: [fixed, { ...body.headers[0], managed: false }], editable: true })
    expect(await labels(sent)).to.deep.equal(['c', 'd', 'a', 'b'])
    expect((await gateway.call('GET', path)).json).to.deep.equal(json)
  })

  it('take the place of those that were named before', async () => {
    await put([{ header: 'X-A' }, { header: 'X-B' }])
    expect((await put([{ header: 'X-B', prefix: 'b' }])).json.headers).to.deep.equal([fixed, { header: 'X-B', ...plain, prefix: 'b', managed: false }])
    expect((await put([])).json.headers).to.deep.equal([fixed])
  })

  it('may be sent back as they were answered', async () => {
    await put(body.headers)
    const { json } = await gateway.call('GET', path)
    const answer = await gateway.call('PUT', path, { body: json })
    expect([answer.status, answer.json]).to.deep.equal([200, json])
  })

  it('cannot change what the configuration says', async () => {
    expectRefusal(await put([{ header: 'X-A' }, { header: 'x-fixed', delimiter: ',' }]), 409, 'managed_resource', 'headers.1.header')
    expect((await gateway.call('GET', path)).json.headers).to.deep.equal([fixed])
  })

  it('are not written over what others wrote meanwhile', async () => {
    const { headers } = await gateway.call('GET', path)
    const match = { 'if-match': headers['etag'] ?? '' }
    const first = await put([{ header: 'X-A' }], match)
    expect(first.status).to.equal(200)
    expectRefusal(await put([{ header: 'X-B' }], match), 412, 'precondition_failed')
    expect((await put([{ header: 'X-B' }], { 'if-match': first.headers['etag'] ?? '' })).status).to.equal(200)
  })

  it('are read anew with all else', async () => {
    const { json } = await gateway.call('POST', '/runtime/refresh')
    expect(json.steps.find(({ name }: { readonly name: string }) => name === 'tagging_settings')).to.include({ status: 'ok' })
  })
})

describe('a change of the tagging headers', () => {
  it('is in the audit log: who, what, before and after', async () => {
    await using audited = await Audited.start({ config })
    await audited.admin.call('PUT', path, { body })
    const row = await audited.row()
    expect(row).to.include({ method: 'PUT', path: '/admin/tagging/settings', auth_method: 'master_key' })
    expect(row.data).to.deep.include({
      event_type: 'admin_write',
      event: {
        method: 'PUT',
        endpoint: '/admin/tagging/settings',
        before: { headers: [fixed], editable: true },
        after: { headers: [fixed, { ...body.headers[0], managed: false }], editable: true },
      },
    })
  })
})

for (const { name, server, storage } of stores) {
  describe(`tagging headers of two gateways on ${name}`, () => {
    it('soon hold on both, and no change is lost', async function () {
      if (server !== undefined) await need(this, server)
      await using folder = await Folder.make()
      const stored = await storage(folder)
      const start = () => AdminGateway.start({ config: { storage: stored } })
      await using one = await start()
      await using two = await start()
      two.served.upstream.always({ body: chatCompletion() })
      const labels = async () => (await endedChat(two.served, { 'x-team': 'a' })).labels
      expect(await labels()).to.deep.equal([])
      const put = (gateway: AdminGateway, header: string) => gateway.call('PUT', path, { body: { headers: [{ header }] } })
      await put(one, 'X-Team')
      await eventually(async () => expect(await labels()).to.deep.equal(['a']))
      const answers = await Promise.all([put(one, 'X-One'), put(two, 'X-Two')])
      expect(answers.map(({ status }) => status)).to.deep.equal([200, 200])
      expect((await one.call('GET', path)).json).to.deep.equal((await two.call('GET', path)).json)
    })
  })
}
