/** What one gateway is told holds on another within two seconds, and neither is started again. */

import { join } from 'node:path'
import { expect } from 'chai'
import { chatCompletion, errorBody } from '../../core/testing/chat-samples.ts'
import { TurnedClock } from '../../core/testing/turned-clock.ts'
import { inForce } from '../support/in-force.ts'
import { capped, Limited, type LimitedOptions } from '../support/limits.ts'
import { postgresql } from '../support/postgresql.ts'
import { redis, startRedis } from '../support/redis.ts'
import { Folder } from '../support/run-tapline.ts'
import { need, type TestServer } from '../support/servers.ts'
import { until } from '../support/until.ts'
import { everythingOn, makeGuardrail, makeWorkflow } from '../support/workflows.ts'

interface Ground {
  readonly name: string
  readonly servers: readonly TestServer[]
  /** Whether they have more in common than what is stored. */
  readonly sharesState: boolean
  readonly config: (folder: Folder) => Promise<NonNullable<LimitedOptions['config']>>
}

const database = async () => ({ storage: { type: 'postgresql', postgresql: { url: await postgresql.url() } } })

/** MongoDB is asked for changes by the same parts as SQLite. */
const grounds: readonly Ground[] = [
  { name: 'one SQLite file', servers: [], sharesState: false, config: async ({ path }) => ({ storage: { sqlite: { path: join(path, 'shared.db') } } }) },
  { name: 'one PostgreSQL', servers: [postgresql], sharesState: true, config: database },
  {
    name: 'one PostgreSQL and one Redis',
    servers: [postgresql, redis],
    sharesState: true,
    config: async () => ({
      ...(await database()),
      state: { backend: 'redis' },
      cache: { response: { simple: { enabled: false, redis: { url: (await startRedis())?.url } } } },
    }),
  },
]

/** Tells a gateway something. @throws AssertionError if it does not take it */
async function tell({ admin }: Limited, method: string, path: string, body?: object) {
  const answer = await admin.call(method, path, { body })
  expect(answer.status, answer.text).to.be.within(200, 299)
  return answer.json
}

/** What the provider gets of a prompt. */
async function sent(gateway: Limited, { path = '/', model = 'gpt-test' }: { readonly path?: string; readonly model?: string } = {}): Promise<string> {
  const { status } = await gateway.call(path, { ...capped, model, messages: [{ role: 'user', content: 'a canary' }] })
  return status === 200 ? (gateway.served.upstream.requests.at(-1)?.body.toString() ?? '') : ''
}

/** How the breaker of the provider stands. */
async function stateOf(gateway: Limited): Promise<string> {
  const { providers } = await tell(gateway, 'GET', '/providers/status')
  return providers.find(({ name }: { name: string }) => name === 'openai').circuit_state
}

async function mayCall({ served }: Limited, token: string): Promise<boolean> {
  return (await served.call('GET', '/v1/models', undefined, { authorization: `Bearer ${token}` })).status === 200
}

for (const { name, servers, sharesState, config } of grounds) {
  describe(`two gateways on ${name}`, function () {
    this.timeout(180_000)
    const clock = new TurnedClock()
    let folder: Folder
    let one: Limited
    let other: Limited
    before(async function () {
      for (const server of servers) await need(this, server)
      folder = await Folder.make()
      const shared = await config(folder)
      const start = () => Limited.start({ clock, config: shared })
      ;[one, other] = [await start(), await start()]
    })
    after(async () => {
      for (const part of [one, other, folder]) await part?.[Symbol.asyncDispose]()
    })
    const follows = async (isSo: (gateway: Limited) => Promise<boolean>) => {
      expect(await isSo(one), 'on the gateway that was told').to.equal(true)
      await inForce({ clock, replica: other.admin }, () => isSo(other))
    }

    it('take a key that is made, and refuse it once it is revoked', async () => {
      const { id, value } = await tell(one, 'POST', '/auth-keys', { name: 'shared' })
      await follows(gateway => mayCall(gateway, value))
      await tell(one, 'POST', `/auth-keys/${id}/deactivate`)
      await follows(async gateway => !(await mayCall(gateway, value)))
    })

    if (sharesState)
      it('open one circuit breaker after as many failures as one would, and close it together', async () => {
        const gateways = [one, other]
        const asked = () => gateways.reduce((sum, { served }) => sum + served.upstream.requests.length, 0)
        const call = async (gateway: Limited) => (await gateway.call('/', capped)).status
        for (const { served } of gateways) served.upstream.always({ status: 500, body: errorBody('down') })
        const before = asked()
        await until(async () => (await call(one)) === 503)
        await inForce({ clock, replica: other.admin }, async () => (await stateOf(other)) === 'open')
        expect(await call(other)).to.equal(503)
        expect(asked() - before).to.equal(5)
        for (const { served } of gateways) served.upstream.always({ body: chatCompletion() })
        await tell(one, 'POST', '/providers/openai/circuit-breaker/reset')
        await follows(async gateway => (await call(gateway)) === 200)
      })

    it('follow an alias to another model, until it is deleted', async () => {
      for (const model of ['gpt-test', 'gpt-other']) {
        await tell(one, 'PUT', '/virtual-models', { source: 'quick', targets: [{ model }] })
        await follows(async gateway => (await sent(gateway, { model: 'quick' })).includes(`"${model}"`))
      }
      await tell(one, 'DELETE', '/virtual-models', { source: 'quick' })
      await follows(async gateway => (await sent(gateway, { model: 'quick' })) === '')
    })

    it('apply a header policy that a workflow names, as it is changed', async () => {
      const pinned = async (gateway: Limited) =>
        (await sent(gateway, { path: '/pinned' })) === '' ? undefined : gateway.served.upstream.requests.at(-1)?.headers['x-pinned']
      const pin = (value: string) => tell(one, 'PUT', '/header-policies', { name: 'pin', actions: [{ action: 'set', header: 'X-Pinned', value }] })
      await pin('one')
      await makeWorkflow(one.admin, {
        name: 'pinned',
        scope_user_path: '/pinned',
        workflow_payload: { schema_version: 2, features: everythingOn, header_policies: [{ ref: 'pin' }] },
      })
      await follows(async gateway => (await pinned(gateway)) === 'one')
      await pin('two')
      await follows(async gateway => (await pinned(gateway)) === 'two')
    })

    it('apply a workflow and its guardrail, as they are changed', async () => {
      const holds = (word: string) => follows(async gateway => (await sent(gateway, { path: '/guarded' })).includes(`a ${word}`))
      const masking = (word: string) => makeGuardrail(one.admin, { name: 'mask', type: 'string_replace', config: { rules: `canary => ${word}` } })
      const workflow = { name: 'guarded', scope_user_path: '/guarded' }
      await masking('bird')
      await makeWorkflow(one.admin, { ...workflow, workflow_payload: { schema_version: 2, features: everythingOn, steps: [{ ref: 'mask' }] } })
      await holds('bird')
      await masking('cat')
      await holds('cat')
      await makeWorkflow(one.admin, { ...workflow, workflow_payload: { schema_version: 2, features: everythingOn } })
      await holds('canary')
    })

    it('keep to a budget, to another amount of it, and to none', async () => {
      const spends = (isOpen: boolean) => follows(async gateway => (await gateway.call('/spend')).status === (isOpen ? 200 : 429))
      const budget = { user_path: '/spend', budget_key: { period: 'monthly' } }
      await tell(one, 'PUT', '/budgets', { ...budget, amount: 1 })
      expect((await one.call('/spend')).status).to.equal(200)
      await spends(false)
      await tell(one, 'PUT', '/budgets', { ...budget, amount: 1000 })
      await spends(true)
      await tell(one, 'PUT', '/budgets', { ...budget, amount: 1 })
      await spends(false)
      await tell(one, 'DELETE', '/budgets', budget)
      await spends(true)
    })

    it('go by the costs that records have after one of them computed them anew', async () => {
      const pricing = (output: number) => ({ selector: 'openai/gpt-test', pricing: { output_per_mtok: output } })
      await tell(one, 'PUT', '/budgets', { user_path: '/repriced', budget_key: { period: 'monthly' }, amount: 1 })
      const spends = async (isOpen: boolean) =>
        await inForce({ clock, replica: other.admin }, async () => (await other.call('/repriced')).status === (isOpen ? 200 : 429))
      await spends(true)
      await spends(false)
      await tell(one, 'PUT', '/model-pricing-overrides', pricing(0))
      await one.while(tell(one, 'POST', '/usage/recalculate-pricing', { days: 1, confirmation: 'recalculate' }))
      await spends(true)
      await tell(one, 'DELETE', '/model-pricing-overrides', { selector: 'openai/gpt-test' })
    })

    it('keep to a rate limit, and to what was used before it was another', async () => {
      const passes = (isOpen: boolean) => follows(async gateway => (await gateway.call('/rate')).status === (isOpen ? 200 : 429))
      const limit = { user_path: '/rate', limit_key: { period: 'day' } }
      await tell(one, 'PUT', '/rate-limits', { ...limit, max_requests: 1 })
      expect((await one.call('/rate')).status).to.equal(200)
      await passes(false)
      await tell(one, 'PUT', '/rate-limits', { ...limit, max_requests: 100_000 })
      await passes(true)
      await tell(one, 'DELETE', '/rate-limits', limit)
      await passes(true)
    })
  })
}
