import { expect } from 'chai'
import { Gate } from '../../../core/testing/gate.ts'
import { TurnedClock } from '../../../core/testing/turned-clock.ts'
import { expectError } from '../../support/answer.ts'
import { capped, completion, Limited } from '../../support/limits.ts'
import { recorded } from '../../support/recorded.ts'
import { seed } from '../../support/usage.ts'

const day = 86_400_000
const ofPath = (path: string, amount: number, more: object = {}) => ({ budgets: { user_paths: [{ path, ...more, limits: [{ period: 'daily', amount }] }] } })
const views = async ({ admin }: Limited) => (await admin.call('GET', '/budgets')).json.budgets as readonly Record<string, unknown>[]
const spent = async (limited: Limited) => (await views(limited)).map(view => view['spent'])

describe('budgets', () => {
  it('refuse the call when as much was spent as is allowed, and say until when', async () => {
    await using limited = await Limited.start({ config: ofPath('/team', 2) })
    expect(await limited.statuses(2, '/team/a')).to.deep.equal([200, 200])
    const refused = await limited.call('/team/b')
    expectError(refused, { code: 'budget_exceeded', message: 'budget exceeded: the daily budget of user path /team: 2 of 2 USD spent' })
    expect(refused.headers).to.include({ 'retry-after': '86400', 'x-should-retry': 'false' })
    expect(await limited.statuses(1, '/other')).to.deep.equal([200])
  })

  it("spend no more than 10's worth with 500 calls at once", async () => {
    await using limited = await Limited.start({ config: ofPath('/team', 10) })
    const answers = await Promise.all(Array.from({ length: 500 }, () => limited.call('/team')))
    expect(answers.filter(({ status }) => status === 200)).to.have.length(10)
    expect(answers.filter(({ status }) => status === 429)).to.have.length(490)
    expect(await spent(limited)).to.deep.equal([10])
  })

  it('let one call through alone, whatever it may cost, as long as something is left', async () => {
    await using limited = await Limited.start({ config: ofPath('/team', 0.5) })
    expect(await limited.statuses(2, '/team', { ...capped, max_tokens: 1000 })).to.deep.equal([200, 429])
  })

  const caps: readonly [string, object, number][] = [
    ['what the request allows', { max_tokens: 3 }, 3],
    ['what it allows by the newer name', { max_completion_tokens: 2, max_tokens: 9 }, 2],
    ['it for each of several choices', { max_tokens: 2, n: 3 }, 6],
    ['the default where it says nothing', {}, 5],
  ]
  for (const [name, body, held] of caps) {
    it(`hold ${name} while a call runs, and say that it is held only`, async () => {
      await using limited = await Limited.start({ config: { budgets: { ...ofPath('/', held + 1).budgets, reserve_output_tokens: 5 } } })
      const gate = new Gate()
      limited.served.upstream.always({ body: completion(), gates: { beforeHeaders: gate } })
      const { max_tokens: _, ...uncapped } = capped
      const running = limited.call('/', { ...uncapped, ...body })
      await limited.served.upstream.received(1)
      const refused = await limited.call('/', { ...capped, max_tokens: 2 })
      expectError(refused, { code: 'budget_exceeded', message: /while calls run: .*: 0 of .* USD spent, and what is left is held for them/ })
      expect(refused.headers['retry-after']).to.equal('1')
      expect(refused.headers).to.not.have.property('x-should-retry')
      const fits = limited.call('/', capped)
      await limited.served.upstream.received(2)
      gate.open()
      expect([(await running).status, (await fits).status]).to.deep.equal([200, 200])
    })
  }

  it('hold no more than the model can write', async () => {
    const pricing = { input_per_mtok: 0, output_per_mtok: 1e6 }
    await using limited = await Limited.start({
      config: { ...ofPath('/', 4), providers: { openai: { models: [{ id: 'gpt-test', metadata: { pricing, max_output_tokens: 2 } }] } } },
    })
    const gate = new Gate()
    limited.served.upstream.always({ body: completion(), gates: { beforeHeaders: gate } })
    const running = [limited.call('/', { ...capped, max_tokens: 1000 }), limited.call('/', { ...capped, max_tokens: 1000 })]
    await limited.served.upstream.received(2)
    gate.open()
    expect((await Promise.all(running)).map(({ status }) => status)).to.deep.equal([200, 200])
  })

  it('free what was held for calls that fail, and count what they cost all the same', async () => {
    await using limited = await Limited.start({ config: { resilience: { retry: { max_retries: 0 } }, ...ofPath('/', 2) } })
    limited.served.upstream.always({ status: 400, body: { error: { message: 'no' } } })
    expect(await limited.statuses(3)).to.deep.equal([400, 400, 400])
    limited.served.upstream.always({ body: completion() })
    expect(await limited.statuses(3)).to.deep.equal([200, 200, 429])
  })

  const streams: readonly [string, object, (limited: Limited) => void][] = [
    ['grows longer than was held for it', { reserve_output_tokens: 1 }, ({ clock }) => clock.advance(1000)],
    ['runs longer than a call may otherwise take', { reserve_output_tokens: 300 }, ({ clock }) => clock.advance(601_000)],
  ]
  for (const [what, options, goesOn] of streams) {
    it(`hold enough for a stream, with its prompt, that ${what}`, async () => {
      const priced = (id: string, input: number) => ({ id, metadata: { pricing: { input_per_mtok: input, output_per_mtok: 1e6 } } })
      await using limited = await Limited.start({
        config: {
          budgets: { ...ofPath('/', 300).budgets, ...options },
          providers: { openai: { models: [priced('gpt-test', 1e6), priced('gpt-other', 0)] } },
          http: { stream_idle_timeout: 0 },
        },
      })
      const gate = new Gate()
      const chunk = `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 1, model: 'gpt-test', choices: [{ index: 0, delta: { content: 'word '.repeat(1000) }, finish_reason: null }] })}\n\n`
      limited.served.upstream.reply({ chunks: [chunk, chunk, 'data: [DONE]\n\n'], gates: { beforeChunk: { 2: gate } } })
      const { max_tokens: _, ...uncapped } = capped
      const messages = [{ role: 'user', content: 'word '.repeat(200) }]
      const { body } = await limited.served.open('POST', '/v1/chat/completions', { ...uncapped, messages, stream: true })
      let seen = 0
      const iterator = body[Symbol.asyncIterator]()
      while (seen < 2 * chunk.length) seen += ((await iterator.next()).value as Buffer).length
      goesOn(limited)
      expectError(await limited.call('/', { ...capped, model: 'gpt-other' }), { code: 'budget_exceeded', message: /while calls run/ })
      gate.open()
      while ((await iterator.next()).done !== true);
    })
  }

  it('do not charge what the cache answers, nor what a guardrail blocks', async () => {
    const guardrails = { rules: [{ name: 'no', type: 'string_replace', config: { rules: 'secret', on_match: 'block' } }] }
    await using limited = await Limited.start({ config: { cache: { response: { simple: {} } }, guardrails, ...ofPath('/', 1) } })
    const blocked = { ...capped, messages: [{ role: 'user', content: 'secret' }] }
    expect(await limited.statuses(2, '/', blocked)).to.deep.equal([400, 400])
    expect(await limited.statuses(3)).to.deep.equal([200, 200, 200])
    expect(await spent(limited)).to.deep.equal([1])
  })

  it('charge calls without a price nothing', async () => {
    await using limited = await Limited.start({ config: { ...ofPath('/', 0.01), providers: { openai: { models: ['gpt-free'] } } } })
    expect(await limited.statuses(3, '/', { ...capped, model: 'gpt-free' })).to.deep.equal([200, 200, 200])
  })

  it('have each child of a template spend its own, with all below it', async () => {
    await using limited = await Limited.start({ config: ofPath('/customers', 1, { per_child: true }) })
    const statuses = []
    for (const path of ['/customers/alice/app', '/customers/alice', '/customers/bob', '/customers', '/customers'])
      statuses.push((await limited.call(path)).status)
    expect(statuses).to.deep.equal([200, 429, 200, 200, 200])
    await limited.while(recorded(limited.served, 4))
    expect((await views(limited)).map(({ effective_subject: subject, spent: paid }) => [subject, paid])).to.deep.equal([
      ['/customers/alice', 1],
      ['/customers/bob', 1],
    ])
  })

  it('hold for labels and keys', async () => {
    await using limited = await Limited.start({ config: { budgets: { labels: [{ label: 'Night', limits: [{ period: 'daily', amount: 1 }] }] } } })
    const make = async (labels: readonly string[]) =>
      (await limited.admin.call('POST', '/auth-keys', { body: { name: 'a', labels } })).json as { readonly id: string; readonly value: string }
    const [one, other, plain] = [await make(['Night']), await make(['x', 'Night']), await make(['night'])]
    await limited.admin.call('PUT', '/budgets', { body: { scope: 'key', subject: plain.id, budget_key: { period: 'hourly' }, amount: 2 } })
    const call = async ({ value }: { readonly value: string }) => (await limited.call('/', capped, { authorization: `Bearer ${value}` })).status
    expect([await call(one), await call(other), await call(plain), await call(plain), await call(plain)]).to.deep.equal([200, 429, 200, 200, 429])
  })

  it('hold for a user, by whichever key or path he is known', async () => {
    await using limited = await Limited.start()
    const { admin } = limited
    const user = (await admin.call('PUT', '/directory/users', { body: { name: 'ann' } })).json as { readonly id: string }
    const keys = await Promise.all(
      ['a', 'b'].map(async name => (await admin.call('POST', '/auth-keys', { body: { name, user_id: user.id } })).json as { readonly value: string }),
    )
    await admin.call('PUT', '/budgets', { body: { scope: 'user', subject: user.id, budget_key: { period: 'daily' }, amount: 2 } })
    const statuses = []
    for (const { value } of [...keys, ...keys]) statuses.push((await limited.call('/', capped, { authorization: `Bearer ${value}` })).status)
    expect(statuses).to.deep.equal([200, 200, 429, 429])
    expect([(await limited.call('/ann')).status, (await limited.call('/bob')).status]).to.deep.equal([429, 200])
  })

  it('refuse to make a batch when nothing is left', async () => {
    await using limited = await Limited.start({ config: ofPath('/', 1) })
    await limited.call()
    expectError(await limited.served.call('POST', '/v1/batches', { input_file_id: 'file-1', endpoint: '/v1/chat/completions', completion_window: '24h' }), {
      code: 'budget_exceeded',
    })
    expect((await limited.served.call('GET', '/v1/batches')).status).to.equal(200)
  })

  it('find what was spent in the usage records, that of the window alone', async () => {
    const clock = new TurnedClock(Date.UTC(2026, 2, 10, 12))
    const noon = clock.now()
    await using limited = await Limited.start({ clock })
    await limited.while(
      seed(limited.served, [
        { id: '1', timestamp: noon - day, user_path: '/team', output_tokens: 9 },
        { id: '2', timestamp: noon - 3_600_000, user_path: '/team/a', output_tokens: 3 },
        { id: '3', timestamp: noon - 3_600_000, user_path: '/teams', output_tokens: 9 },
        { id: '4', timestamp: noon - 3_600_000, user_path: '/team', output_tokens: 9, cache_type: 'exact' },
      ]),
    )
    await limited.admin.call('PUT', '/budgets', { body: { user_path: '/team', budget_key: { period: 'daily' }, amount: 5 } })
    expect(await spent(limited)).to.deep.equal([3])
    expect(await limited.statuses(3, '/team')).to.deep.equal([200, 200, 429])
    expect(await spent(limited)).to.deep.equal([5])
  })

  const repriced: readonly [string, object][] = [
    ['a path', {}],
    ['each child of a path', { per_child: true }],
  ]
  for (const [whose, more] of repriced) {
    it(`of ${whose} go by the costs that records have after these were computed anew`, async () => {
      await using limited = await Limited.start({ config: ofPath('/team', 2, more) })
      expect(await limited.statuses(3, '/team/a')).to.deep.equal([200, 200, 429])
      limited.clock.advance(1000)
      const price = async (output: number) => {
        await limited.admin.call('PUT', '/model-pricing-overrides', { body: { selector: 'openai/gpt-test', pricing: { output_per_mtok: output } } })
        const { json } = await limited.while(limited.admin.call('POST', '/usage/recalculate-pricing', { body: { days: 1, confirmation: 'recalculate' } }))
        expect(json).to.include({ status: 'ok' })
        limited.clock.advance(1000)
      }
      await price(5e5)
      expect(await spent(limited)).to.deep.equal([1])
      expect(await limited.statuses(3, '/team/a')).to.deep.equal([200, 200, 429])
      expect(await spent(limited)).to.deep.equal([2])
      await price(1e6)
      expect(await spent(limited)).to.deep.equal([4])
    })
  }

  it('begin anew with the next window, also for a call that runs over its border', async () => {
    await using limited = await Limited.start({ clock: new TurnedClock(Date.UTC(2026, 2, 10, 23, 59, 59)), config: ofPath('/', 1) })
    const gate = new Gate()
    limited.served.upstream.reply({ body: completion(), gates: { beforeHeaders: gate } })
    const running = limited.call()
    await limited.served.upstream.received(1)
    limited.clock.advance(2000)
    expectError(await limited.call(), { code: 'budget_exceeded', message: /while calls run/ })
    gate.open()
    expect((await running).status).to.equal(200)
    expectError(await limited.call(), { code: 'budget_exceeded', message: /1 of 1 USD spent/ })
    limited.clock.advance(day)
    expect(await limited.statuses(2)).to.deep.equal([200, 429])
  })

  it('settle a call whose budget was changed while it ran', async () => {
    await using limited = await Limited.start()
    const set = (amount: number) => limited.admin.call('PUT', '/budgets', { body: { user_path: '/', budget_key: { period: 'daily' }, amount } })
    await set(5)
    const gate = new Gate()
    limited.served.upstream.reply({ body: completion({ prompt_tokens: 1, completion_tokens: 3 }), gates: { beforeHeaders: gate } })
    const running = limited.call('/', { ...capped, max_tokens: 5 })
    await limited.served.upstream.received(1)
    await set(4)
    await limited.admin.call('POST', '/budgets/reset-one', { body: { user_path: '/', period: 'daily' } })
    gate.open()
    await running
    expect(await spent(limited)).to.deep.equal([3])
    expect(await limited.statuses(2)).to.deep.equal([200, 429])
  })

  it('do not hold where nothing is recorded, and warn', async () => {
    await using limited = await Limited.start({ config: { usage: { enabled: false }, ...ofPath('/', 1) } })
    expect(await limited.statuses(2)).to.deep.equal([200, 200])
    expect(limited.served.gateway.log.map(({ msg }) => msg)).to.include('budgets do not hold: usage.enabled is false')
    expect((await limited.admin.call('GET', '/budgets')).status).to.equal(503)
  })

  it('are read from variables', async () => {
    await using limited = await Limited.start({ env: { SET_BUDGET_TEAM__A: 'daily=1', TAPLINE_SET_BUDGET_: '[{"period":"weekly","amount":7}]' } })
    expect((await views(limited)).map(({ subject, period_label: label, amount, source }) => [subject, label, amount, source])).to.deep.equal([
      ['/', 'weekly', 7, 'config'],
      ['/team/a', 'daily', 1, 'config'],
    ])
  })
})
