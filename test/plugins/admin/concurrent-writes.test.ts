/** Writes of one thing that come together, at two gateways on one store. */

import { expect } from 'chai'
import { AdminGateway } from '../../support/admin.ts'
import { everythingOn } from '../../support/workflows.ts'

interface Kind {
  readonly name: string
  readonly method?: string
  readonly path: string
  readonly status?: number
  /** The write of one of several administrators. */
  body(index: number): object
  /** What of an answer says who wrote. */
  said(json: Answer): unknown
}

// eslint-disable-next-line typescript/no-explicit-any -- as the kinds of things differ
type Answer = any

const kinds: readonly Kind[] = [
  {
    name: 'prices',
    path: '/model-pricing-overrides',
    body: index => ({ selector: 'gpt-test', pricing: { input_per_mtok: index } }),
    said: json => json[0].pricing.input_per_mtok,
  },
  {
    name: 'metadata',
    path: '/model-metadata-overrides',
    body: index => ({ selector: 'gpt-test', metadata: { context_window: index } }),
    said: json => json[0].metadata.context_window,
  },
  { name: 'user paths', path: '/users', body: index => ({ user_path: '/u', description: String(index) }), said: json => Number(json.users[1].description) },
  {
    name: 'budgets',
    path: '/budgets',
    body: index => ({ scope: 'user_path', subject: '/t', budget_key: { period: 'daily' }, amount: index }),
    said: json => json.budgets[0].amount,
  },
  {
    name: 'rate limits',
    path: '/rate-limits',
    body: index => ({ scope: 'user_path', subject: '/t', limit_key: { period: 'minute' }, max_requests: index }),
    said: json => json.rate_limits[0].max_requests,
  },
  { name: 'settings of budgets', path: '/budgets/settings', body: index => ({ daily_reset_hour: index }), said: json => json.daily_reset_hour },
  {
    name: 'guardrails',
    path: '/guardrails',
    body: index => ({ name: 'g', type: 'string_replace', description: String(index), config: { rules: 'a => b' } }),
    said: json => Number(json[0].description),
  },
  {
    name: 'header policies',
    path: '/header-policies',
    body: index => ({ name: 'h', step: index, actions: [{ action: 'set', header: 'X-Pinned', value: 'b' }] }),
    said: json => json[0].step,
  },
  {
    name: 'workflows',
    method: 'POST',
    path: '/workflows',
    status: 201,
    body: index => ({ scope_user_path: '/t', name: String(index), workflow_payload: { schema_version: 2, features: everythingOn } }),
    said: json => Number(json.find(({ managed }: { managed: boolean }) => !managed).name),
  },
]

const indices = [1, 2, 3, 4, 5, 6, 7, 8]

describe('writes of one thing that come together', () => {
  let gateway: AdminGateway
  let other: AdminGateway
  before(async () => {
    gateway = await AdminGateway.start()
    other = await AdminGateway.start({ config: { storage: { sqlite: { path: `${gateway.served.gateway.directory}/tapline.db` } } } })
  })
  after(async () => {
    await other[Symbol.asyncDispose]()
    await gateway[Symbol.asyncDispose]()
  })
  const at = (index: number) => (index % 2 === 0 ? other : gateway)

  for (const { name, method = 'PUT', path, status = 200, body, said } of kinds) {
    it(`are all done: ${name}`, async () => {
      const answers = await Promise.all(indices.map(index => at(index).call(method, path, { body: body(index) })))
      expect(
        answers.map(answer => answer.status),
        answers.map(({ text }) => text).join('\n'),
      ).to.deep.equal(indices.map(() => status))
      expect(said((await gateway.call('GET', path)).json)).to.be.oneOf(indices)
    })

    it(`are refused if they come from one who read something else: ${name}`, async () => {
      const { headers } = await gateway.call(method, path, { body: body(9) })
      const given = { 'if-match': String(headers['etag']) }
      const answers = await Promise.all(indices.map(index => at(index).call(method, path, { body: body(index), headers: given })))
      expect(answers.map(answer => answer.status).sort((one, next) => one - next)).to.deep.equal([status, ...indices.slice(1).map(() => 412)])
    })
  }
})
