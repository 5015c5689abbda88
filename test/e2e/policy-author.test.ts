/** A policy author who reads docs/policy.md, and does what it says, in its order. */

import { join } from 'node:path'
import { expect } from 'chai'
import { startTestGateway, type TestGateway } from '../../core/testing/gateway.ts'
import { call } from '../docs/curl.ts'
import { ExampleFolder } from '../docs/folder.ts'
import { filesOf, page, root, type Block } from '../docs/manual.ts'

interface Row {
  readonly request_id: string
  readonly status_code: number
  readonly user_path: string
  readonly workflow_version_id: string | null
  readonly data: { readonly guardrails?: readonly Readonly<Record<string, unknown>>[]; readonly error_code?: string }
}

describe('a policy author with nothing but the manual', () => {
  const manual = page('docs/policy.md')
  const files = filesOf(manual)
  const [definesGuardrail, makesWorkflow, asksForSales, asksForSupport, readsRecord] = manual.blocks.filter(({ text }) => text.startsWith('curl ')) as [
    Block,
    Block,
    Block,
    Block,
    Block,
  ]
  const shownBelow = (block: Block) => JSON.parse(manual.blocks[manual.blocks.indexOf(block) + 1]?.text ?? '') as Readonly<Record<string, unknown>>
  let gateway: TestGateway
  let workflow: string
  before(async () => {
    gateway = await startTestGateway({ files, config: manual.blocks.find(({ language }) => language === 'yaml')?.text ?? '' })
  })
  after(() => gateway.close())

  const ask = (userPath: string, from = asksForSales) => call(gateway, { ...from, text: from.text.replace('/sales/ann', userPath) })
  const rowOf = async (answer: Response): Promise<Row> => {
    const one = readsRecord.text.replace('user_path=/sales&limit=1', `request_id=${answer.headers.get('x-request-id') ?? ''}`)
    const { entries } = (await (await call(gateway, { ...readsRecord, text: one })).json()) as { readonly entries: readonly [Row] }
    return entries[0]
  }

  it('runs the test of the guardrail', async () => {
    await using folder = await ExampleFolder.make(files)
    const { code, said } = await folder.node(join(root, 'core/main.ts'), 'test', 'project-names.test.ts')
    expect(code, said).to.equal(0)
    expect(said).to.match(/pass 4\b/)
  }).timeout(180_000)

  it('loads it, and finds it among the types, while it guards nobody yet', async () => {
    const types = (await (await fetch(`${gateway.url}/admin/guardrails/types`, { headers: { authorization: 'Bearer sk-mine' } })).json()) as readonly {
      readonly type: string
      readonly fields: readonly { readonly key: string }[]
    }[]
    expect(types.find(({ type }) => type === 'project-names')?.fields.map(({ key }) => key)).to.deep.equal(['words', 'insiders', 'action'])
    expect((await ask('/sales/ann')).status).to.equal(200)
  })

  it('is told which option of it is wrong', async () => {
    const misspelt = { ...definesGuardrail, text: definesGuardrail.text.replace('"insiders"', '"insider"') }
    const refused = await call(gateway, misspelt)
    expect(refused.status).to.equal(400)
    expect(await refused.json()).to.deep.equal({
      error: { type: 'invalid_request_error', message: 'unknown key; did you mean "insiders"?', param: 'config.insider', code: 'invalid_value' },
    })
  })

  it('gives it its options, and makes it hold for one team', async () => {
    expect((await call(gateway, definesGuardrail)).status).to.equal(200)
    const made = await call(gateway, makesWorkflow)
    const { id, effective_features: features } = (await made.json()) as { readonly id: string; readonly effective_features: object }
    expect([made.status, features]).to.deep.equal([201, { cache: false, audit: true, usage: true, budget: true, guardrails: true, failover: true }])
    workflow = id
  })

  it('is refused as the manual shows, when that team asks', async () => {
    const refused = await ask('/sales/ann')
    expect(refused.status).to.equal(400)
    expect(await refused.json()).to.deep.equal(shownBelow(asksForSales))
  })

  it('sees that in the audit record, as the manual shows', async () => {
    const {
      entries: [row],
    } = (await (await call(gateway, readsRecord)).json()) as { readonly entries: readonly [Row] }
    expect(row).to.include({ status_code: 400, user_path: '/sales/ann', workflow_version_id: workflow })
    const [asked, ...others] = row.data.guardrails ?? []
    expect(asked).to.include(shownBelow(readsRecord))
    expect(others).to.deep.equal([])
  })

  for (const [path, body] of [
    ['/v1/messages', { max_tokens: 50, messages: [{ role: 'user', content: 'How is Project X?' }] }],
    ['/v1/responses', { input: 'How is Project X?', stream: true }],
  ] as const) {
    it(`is refused at ${path}, too`, async () => {
      const headers = { authorization: 'Bearer sk-mine', 'x-tapline-user-path': '/sales', 'content-type': 'application/json' }
      const refused = await fetch(gateway.url + path, { method: 'POST', headers, body: JSON.stringify({ model: 'demo-chat', ...body }) })
      expect([refused.status, (await rowOf(refused)).data.error_code]).to.deep.equal([400, 'code_name'])
    })
  }

  it('is answered where the project is known, and the record says that the guardrail was asked', async () => {
    const answer = await ask('/sales/bluebird/bob')
    expect(answer.status).to.equal(200)
    const {
      workflow_version_id: version,
      data: { guardrails },
    } = await rowOf(answer)
    expect(version).to.equal(workflow)
    expect(guardrails?.map(({ instance, phase, action }) => [instance, phase, action])).to.deep.equal([
      ['project names', 'prompt', 'allow'],
      ['project names', 'response', 'allow'],
    ])
  })

  it('is answered in another team, whose record says that no guardrail was asked', async () => {
    const answer = await call(gateway, asksForSupport)
    expect(answer.status).to.equal(200)
    const { workflow_version_id: version, data } = await rowOf(answer)
    expect(version).to.not.equal(workflow)
    expect(data.guardrails).to.equal(undefined)
  })
})
