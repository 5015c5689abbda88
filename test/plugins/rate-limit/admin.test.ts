/** The admin API of budgets and rate limits. */

import { expect } from 'chai'
import type { AdminAnswer } from '../../support/admin.ts'
import { expectError } from '../../support/answer.ts'
import { Limited } from '../../support/limits.ts'
import { recorded } from '../../support/recorded.ts'

type Row = Readonly<Record<string, unknown>>

const config = {
  budgets: { user_paths: [{ path: '/fixed', limits: [{ period: 'daily', amount: 5 }] }] },
  rate_limits: {
    user_paths: [{ path: '/fixed', limits: [{ period: 'minute', max_requests: 5 }] }],
    providers: [{ name: 'OpenAI', limits: [{ period: 'hour', max_tokens: 500 }] }],
  },
}

/** Stores rules as they could be set when periods had no bound. */
const oldRules = `
export default {
  name: 'old',
  needs: ['storage'],
  setup: ({ services }) => ({
    async open() {
      for (const period_seconds of [1e15, 1e300]) {
        const rule = { scope: 'user_path', subject: '/x', per_child: false, period_seconds, created_at: 0, updated_at: 0 }
        await services.storage.records('budgets').put('user_path:' + period_seconds + ':/x', { ...rule, amount: 5 })
        await services.storage.records('rate_limits').put('user_path:' + period_seconds + ':/x', { ...rule, max_requests: 5 })
      }
    },
  }),
}`

function expectRefusal({ status, json }: AdminAnswer, expected: number, code: string, param?: string): void {
  expect([status, json.error.code, json.error.param]).to.deep.equal([expected, code, param ?? null])
}

describe('the admin API of limits', () => {
  let limited: Limited
  beforeEach(async () => {
    limited = await Limited.start({ config })
  })
  afterEach(() => limited[Symbol.asyncDispose]())

  const rows = ({ json }: AdminAnswer) => (json.budgets ?? json.rate_limits) as readonly Row[]
  const put = (path: string, body: object, as?: string) => limited.admin.call('PUT', path, { body, ...(as === undefined ? {} : { as }) })
  const budget = (more: object = {}) => ({ scope: 'user_path', subject: '/team/a', budget_key: { period: 'daily' }, amount: 10, ...more })
  const rate = (more: object = {}) => ({ scope: 'user_path', subject: '/team/a', limit_key: { period: 'minute' }, max_requests: 10, ...more })

  it('sets budgets, and shows what is spent of them', async () => {
    expect((await put('/budgets', budget())).status).to.equal(200)
    await limited.call('/team/a/b')
    limited.clock.advance(21_600_000)
    const [, row] = rows(await limited.admin.call('GET', '/budgets'))
    expect(row).to.deep.equal({
      scope: 'user_path',
      subject: '/team/a',
      per_child: false,
      user_path: '/team/a',
      period_seconds: 86_400,
      period_label: 'daily',
      amount: 10,
      source: 'manual',
      created_at: '2026-01-01T00:00:00.000Z',
      updated_at: '2026-01-01T00:00:00.000Z',
      period_start: '2026-01-01T00:00:00.000Z',
      period_end: '2026-01-02T00:00:00.000Z',
      spent: 1,
      has_usage: true,
      remaining: 9,
      usage_ratio: 0.1,
      period_ratio: 0.25,
    })
  })

  it('sets rate limits, and shows what is used of them', async () => {
    await put('/rate-limits', rate({ max_tokens: 100 }))
    await limited.call('/team/a/b')
    const answer = await limited.admin.call('GET', '/rate-limits')
    const times = { created_at: '2026-01-01T00:00:00.000Z', updated_at: '2026-01-01T00:00:00.000Z', window_start: '2026-01-01T00:00:00.000Z' }
    expect(rows(answer)).to.deep.equal([
      {
        scope: 'provider',
        subject: 'OpenAI',
        per_child: false,
        period_seconds: 3600,
        period_label: 'hour',
        max_tokens: 500,
        source: 'config',
        ...times,
        window_end: '2026-01-01T01:00:00.000Z',
        requests_used: 0,
        tokens_used: 2,
        tokens_remaining: 498,
        in_flight: 0,
      },
      {
        scope: 'user_path',
        subject: '/fixed',
        per_child: false,
        user_path: '/fixed',
        period_seconds: 60,
        period_label: 'minute',
        max_requests: 5,
        source: 'config',
        ...times,
        window_end: '2026-01-01T00:01:00.000Z',
        requests_used: 0,
        requests_remaining: 5,
        tokens_used: 0,
        in_flight: 0,
      },
      {
        scope: 'user_path',
        subject: '/team/a',
        per_child: false,
        user_path: '/team/a',
        period_seconds: 60,
        period_label: 'minute',
        max_requests: 10,
        max_tokens: 100,
        source: 'manual',
        ...times,
        window_end: '2026-01-01T00:01:00.000Z',
        requests_used: 1,
        requests_remaining: 9,
        tokens_used: 2,
        tokens_remaining: 98,
        in_flight: 0,
      },
    ])
    expect(answer.json.server_time).to.equal('2026-01-01T00:00:00.000Z')
  })

  it('refuses periods whose windows would have no dates', async () => {
    for (const period_seconds of [3_153_600_001, 1e15, 1e300]) {
      expectRefusal(await put('/budgets', budget({ budget_key: { period_seconds } })), 400, 'invalid_value', 'period_seconds')
      expectRefusal(await put('/rate-limits', rate({ limit_key: { period_seconds } })), 400, 'invalid_value', 'period_seconds')
    }
  })

  it('refuses budgets whose period is longer than usage is kept', async () => {
    const week = (period_seconds: number) => budget({ budget_key: { period_seconds } })
    expectRefusal(await put('/budgets', week(90 * 86_400 + 1)), 400, 'invalid_value', 'period_seconds')
    expect((await put('/budgets', week(90 * 86_400))).status).to.equal(200)
    await using kept = await Limited.start({ config: { usage: { retention_days: 30 } } })
    expectRefusal(await kept.admin.call('PUT', '/budgets', { body: budget({ budget_key: { period: 'monthly' } }) }), 400, 'invalid_value', 'period_seconds')
    const refused = await Limited.start({
      config: { usage: { retention_days: 6 }, budgets: { user_paths: [{ path: '/a', limits: [{ period: 'weekly', amount: 1 }] }] } },
    }).catch(String)
    expect(refused).to.contain('longer than usage is kept')
  })

  it('shows rules that were stored with such a period, counts by them, and deletes them', async () => {
    await using old = await Limited.start({ files: { 'old.ts': oldRules }, config: { pipelines: { inference: [{ insert: './old.ts', before: 'auth' }] } } })
    await old.call('/x')
    const [budgets, limits] = [await old.admin.call('GET', '/budgets'), await old.admin.call('GET', '/rate-limits')]
    expect(rows(budgets)).to.have.length(2)
    expect(rows(budgets)[0]).to.include({ period_seconds: 1e15, spent: 1, period_end: '2069-12-07T00:00:00.000Z' })
    expect(rows(limits)).to.have.length(2)
    expect(rows(limits)[0]).to.include({ period_seconds: 1e15, requests_used: 1, window_end: '2069-12-07T00:00:00.000Z' })
    expect((await old.served.call('GET', '/v1/usage', undefined, { 'x-tapline-user-path': '/x' })).status).to.equal(200)
    for (const period_seconds of [1e15, 1e300]) {
      expect((await old.admin.call('DELETE', '/budgets', { body: { user_path: '/x', budget_key: { period_seconds } } })).status).to.equal(200)
      expect((await old.admin.call('DELETE', '/rate-limits', { body: { user_path: '/x', limit_key: { period_seconds } } })).status).to.equal(200)
    }
  })

  it('keeps what was used when the amount or the maximum changes, and begins anew with another period', async () => {
    await put('/budgets', budget())
    await put('/rate-limits', rate())
    await limited.call('/team/a')
    expect(rows(await put('/budgets', budget({ amount: 1 })))[1]).to.include({ amount: 1, spent: 1 })
    expect(rows(await put('/rate-limits', rate({ max_requests: 1 })))[2]).to.include({ max_requests: 1, requests_used: 1 })
    expect((await limited.call('/team/a')).status).to.equal(429)
    await limited.admin.call('DELETE', '/budgets', { body: { user_path: '/team/a', budget_key: { period: 'daily' } } })
    await limited.admin.call('DELETE', '/rate-limits', { body: { user_path: '/team/a', limit_key: { period: 'minute' } } })
    expect(rows(await put('/rate-limits', rate({ limit_key: { period_seconds: 90 }, max_requests: 1 })))[2]).to.include({
      period_label: '90s',
      requests_used: 0,
    })
    expect((await limited.call('/team/a')).status).to.equal(200)
  })

  it('makes a rule again as one of its own: a budget has spent what the records say, a rate limit nothing', async () => {
    const remove = async () => [
      await limited.admin.call('DELETE', '/budgets', { body: { user_path: '/team/a', budget_key: { period: 'daily' } } }),
      await limited.admin.call('DELETE', '/rate-limits', { body: { user_path: '/team/a', limit_key: { period: 'minute' } } }),
    ]
    await put('/budgets', budget())
    await put('/rate-limits', rate())
    await limited.call('/team/a')
    limited.clock.advance(1000)
    await limited.admin.call('POST', '/budgets/reset', { body: { confirmation: 'reset' } })
    await remove()
    await limited.statuses(2, '/team/a')
    await limited.while(recorded(limited.served, 3))
    limited.clock.advance(1000)
    expect(rows(await put('/budgets', budget({ amount: 3 })))[1])
      .to.include({ spent: 3 })
      .and.not.have.property('last_reset_at')
    expect(rows(await put('/rate-limits', rate({ max_requests: 1 })))[2]).to.include({ requests_used: 0 })
    expectError(await limited.call('/team/a'), { code: 'budget_exceeded' })
  })

  it('lets one rule begin anew, or all, those of the configuration too', async () => {
    await put('/budgets', budget({ amount: 1 }))
    await put('/rate-limits', rate({ max_requests: 1 }))
    await limited.call('/team/a')
    limited.clock.advance(1000)
    expect(rows(await limited.admin.call('POST', '/budgets/reset-one', { body: { user_path: '/team/a', period: 'daily' } }))[1]).to.include({
      spent: 0,
      last_reset_at: '2026-01-01T00:00:01.000Z',
      period_start: '2026-01-01T00:00:01.000Z',
    })
    expect((await limited.call('/team/a')).status).to.equal(429)
    expect(
      rows(await limited.admin.call('POST', '/rate-limits/reset-one', { body: { scope: 'user_path', subject: '/team/a', period_seconds: 60 } }))[2],
    ).to.include({ requests_used: 0 })
    expect(await limited.statuses(2, '/team/a')).to.deep.equal([200, 429])
    await limited.call('/fixed')
    limited.clock.advance(1)
    for (const path of ['/budgets/reset', '/rate-limits/reset']) {
      const refused = await limited.admin.call('POST', path, { body: { confirmation: 'yes' } })
      expectRefusal(refused, 400, 'invalid_value', 'confirmation')
      expect(refused.json.error.message).to.equal('confirmation must be "reset"')
      expect((await limited.admin.call('POST', path, { body: { confirmation: 'reset' } })).json).to.deep.equal({ status: 'ok' })
    }
    expect(rows(await limited.admin.call('GET', '/rate-limits')).map(({ requests_used: used }) => used)).to.deep.equal([0, 0, 0])
    limited.clock.advance(1)
    expect(await limited.statuses(2, '/team/a')).to.deep.equal([200, 429])
  })

  it('says when periods begin, and changes only what is said', async () => {
    const defaults = {
      daily_reset_hour: 0,
      daily_reset_minute: 0,
      weekly_reset_weekday: 1,
      weekly_reset_hour: 0,
      weekly_reset_minute: 0,
      monthly_reset_day: 1,
      monthly_reset_hour: 0,
      monthly_reset_minute: 0,
    }
    expect((await limited.admin.call('GET', '/budgets/settings')).json).to.deep.equal({ ...defaults, updated_at: null })
    expect((await put('/budgets/settings', { daily_reset_hour: 6 })).json).to.deep.equal({
      ...defaults,
      daily_reset_hour: 6,
      updated_at: '2026-01-01T00:00:00.000Z',
    })
    expect((await put('/budgets/settings', { monthly_reset_day: 31 })).json).to.include({ daily_reset_hour: 6, monthly_reset_day: 31 })
    expect(rows(await limited.admin.call('GET', '/budgets'))[0]).to.include({ period_start: '2025-12-31T06:00:00.000Z' })
    expectRefusal(await put('/budgets/settings', { daily_reset_hour: 24 }), 400, 'invalid_value', 'daily_reset_hour')
  })

  const refused: readonly [string, string, object, number, string, string?][] = [
    ['a rule of the configuration', '/budgets', budget({ subject: '/fixed' }), 409, 'managed_resource'],
    [
      'a provider of the configuration in another case',
      '/rate-limits',
      { scope: 'provider', subject: 'OPENAI', limit_key: { period: 'hour' }, max_requests: 1 },
      409,
      'managed_resource',
    ],
    ['a scope that nobody knows', '/budgets', budget({ scope: 'model' }), 400, 'invalid_value', 'scope'],
    ['no scope', '/budgets', { subject: '/a', budget_key: { period: 'daily' }, amount: 1 }, 400, 'missing_required_parameter', 'scope'],
    ['no subject', '/budgets', budget({ subject: ' ' }), 400, 'missing_required_parameter', 'subject'],
    ['a path that is none', '/rate-limits', rate({ subject: '/a/../b' }), 400, 'invalid_value', 'subject'],
    ['a path that no store could hold', '/budgets', budget({ subject: `/${'a'.repeat(500)}` }), 400, 'invalid_value', 'subject'],
    ['a model that no store could hold', '/rate-limits', rate({ scope: 'model', subject: `openai/${'m'.repeat(500)}` }), 400, 'invalid_value', 'subject'],
    [
      'a user path with another scope',
      '/budgets',
      { scope: 'label', user_path: '/a', budget_key: { period: 'daily' }, amount: 1 },
      400,
      'invalid_value',
      'user_path',
    ],
    ['two periods', '/budgets', budget({ budget_key: { period: 'daily', period_seconds: 86_400 } }), 400, 'invalid_value', 'period'],
    ['no period', '/budgets', budget({ budget_key: {} }), 400, 'missing_required_parameter', 'period'],
    ['a period that nobody knows', '/rate-limits', rate({ limit_key: { period: 'week' } }), 400, 'invalid_value', 'period'],
    ['an amount of nothing', '/budgets', budget({ amount: 0 }), 400, 'invalid_value', 'amount'],
    ['children of a label', '/budgets', budget({ scope: 'label', per_child: true }), 400, 'invalid_value', 'per_child'],
    ['no maximum', '/rate-limits', { ...rate(), max_requests: null }, 400, 'invalid_value', 'max_requests'],
    ['tokens of concurrent calls', '/rate-limits', rate({ limit_key: { period: 'concurrent' }, max_tokens: 1 }), 400, 'invalid_value', 'max_tokens'],
    ['a member that nobody knows', '/budgets', budget({ note: 'x' }), 400, 'unsupported_parameter', 'note'],
  ]
  for (const [name, path, body, status, code, param] of refused) it(`refuses ${name}`, async () => expectRefusal(await put(path, body), status, code, param))

  it('knows nothing of rules that are not there', async () => {
    expectRefusal(
      await limited.admin.call('DELETE', '/budgets', { body: { user_path: '/none', budget_key: { period: 'daily' } } }),
      404,
      'not_found',
      'subject',
    )
    expectRefusal(await limited.admin.call('POST', '/rate-limits/reset-one', { body: { user_path: '/none', period: 'minute' } }), 404, 'not_found', 'subject')
  })

  it('writes only what the caller has seen', async () => {
    await put('/budgets', budget())
    const { headers } = await limited.admin.call('GET', '/budgets')
    await limited.call('/team/a')
    limited.clock.advance(1000)
    const write = (etag: string) => limited.admin.call('PUT', '/budgets', { body: budget({ amount: 20 }), headers: { 'if-match': etag } })
    expectRefusal(await write('"other"'), 412, 'precondition_failed')
    expect((await write(String(headers['etag']))).status).to.equal(200)
    expectRefusal(await write(String(headers['etag'])), 412, 'precondition_failed')
  })

  for (const [name, path, body] of [
    ['a budget', '/budgets', budget()],
    ['a rate limit', '/rate-limits', rate()],
  ] as const) {
    it(`writes over what is there only, if the caller says so: ${name}`, async () => {
      const write = (method: string, given: object) => limited.admin.call(method, path, { body: given, headers: { 'if-match': '*' } })
      expectRefusal(await write('PUT', body), 412, 'precondition_failed')
      await put(path, body)
      expect((await write('PUT', body)).status).to.equal(200)
      expect((await write('DELETE', { ...body, amount: undefined, max_requests: undefined })).status).to.equal(200)
    })
  }

  it('confines administrators of a path to the rules of that path and below', async () => {
    await put('/budgets', budget())
    await put('/budgets', budget({ subject: '/team' }))
    expect(rows(await limited.admin.call('GET', '/budgets', { as: '/team/a' })).map(({ subject }) => subject)).to.deep.equal(['/team/a'])
    expect((await put('/budgets', budget({ subject: '/team/a/b' }), '/team/a')).status).to.equal(200)
    expectRefusal(await put('/budgets', budget({ subject: '/team' }), '/team/a'), 403, 'user_path_out_of_scope', 'user_path')
    expectRefusal(await put('/budgets', budget({ scope: 'label', subject: 'x' }), '/team/a'), 403, 'admin_scope_denied', 'scope')
    expectRefusal(
      await put('/rate-limits', { scope: 'provider', subject: 'openai', limit_key: { period: 'minute' }, max_requests: 1 }, '/team/a'),
      403,
      'admin_scope_denied',
      'scope',
    )
    for (const [method, path, body] of [
      ['POST', '/budgets/reset', { confirmation: 'reset' }],
      ['POST', '/rate-limits/reset', { confirmation: 'reset' }],
      ['PUT', '/budgets/settings', {}],
    ] as const) {
      expectRefusal(await limited.admin.call(method, path, { body, as: '/team/a' }), 403, 'admin_scope_denied')
    }
  })

  it('tells callers of the limits that hold for them, and counts nothing for it', async () => {
    await put('/budgets', budget())
    await put('/budgets', budget({ scope: 'label', subject: 'x' }))
    await put('/rate-limits', rate({ subject: '/team', per_child: true }))
    await limited.call('/team/a')
    const ask = async () =>
      JSON.parse((await limited.served.call('GET', '/v1/usage', undefined, { 'x-tapline-user-path': '/team/a/b' })).body.toString()) as {
        budgets: readonly Row[]
        rate_limits: readonly Row[]
      }
    await ask()
    const said = await ask()
    expect(said.budgets).to.deep.equal([
      {
        user_path: '/team/a',
        period_seconds: 86_400,
        period_label: 'daily',
        amount: 10,
        spent: 1,
        remaining: 9,
        usage_ratio: 0.1,
        period_start: '2026-01-01T00:00:00.000Z',
        period_end: '2026-01-02T00:00:00.000Z',
        resets_in_seconds: 86_400,
        exceeded: false,
      },
    ])
    expect(said.rate_limits).to.deep.equal([
      {
        user_path: '/team/a',
        period_seconds: 60,
        period_label: 'minute',
        max_requests: 10,
        requests_used: 1,
        requests_remaining: 9,
        requests_usage_ratio: 0.1,
        tokens_used: 0,
        in_flight: 0,
        window_start: '2026-01-01T00:00:00.000Z',
        window_end: '2026-01-01T00:01:00.000Z',
        resets_in_seconds: 60,
        exhausted: false,
      },
    ])
  })
})

describe('the admin API of limits that are switched off', () => {
  const off = {
    budgets: { enabled: false, ...config.budgets },
    rate_limits: { enabled: false, user_paths: [{ path: '/', limits: [{ period: 'minute', max_requests: 1 }] }] },
  }

  it('answers that they are unavailable, once the call is right', async () => {
    await using limited = await Limited.start({ config: off })
    const calls: readonly [string, string, object?][] = [
      ['GET', '/budgets'],
      ['PUT', '/budgets', { scope: 'label', subject: 'x', budget_key: { period: 'daily' }, amount: 1 }],
      ['GET', '/budgets/settings'],
      ['POST', '/budgets/reset', { confirmation: 'reset' }],
      ['GET', '/rate-limits'],
      ['DELETE', '/rate-limits', { user_path: '/', limit_key: { period: 'minute' } }],
      ['POST', '/rate-limits/reset', { confirmation: 'reset' }],
    ]
    for (const [method, path, body] of calls) expectRefusal(await limited.admin.call(method, path, { body }), 503, 'feature_unavailable')
    expectRefusal(await limited.admin.call('POST', '/rate-limits/reset', { body: { confirmation: 'yes' } }), 400, 'invalid_value', 'confirmation')
    expectRefusal(await limited.admin.call('POST', '/budgets/reset', { body: { confirmation: 'reset' }, as: '/team' }), 403, 'admin_scope_denied')
  })

  it('calls them off, and holds nobody to them', async () => {
    await using limited = await Limited.start({ config: off })
    expect((await limited.admin.call('GET', '/runtime/config')).json).to.include({ BUDGETS_ENABLED: 'off', RATE_LIMITS_ENABLED: 'off' })
    expect(await limited.statuses(2, '/')).to.deep.equal([200, 200])
    const { budgets, rate_limits: rates } = JSON.parse((await limited.served.call('GET', '/v1/usage')).body.toString()) as Record<string, unknown>
    expect([budgets, rates]).to.deep.equal([[], []])
  })

  it('is that of those that are on, where they are off in one pipeline alone', async () => {
    const aside = { embeddings: [{ set: 'rate-limit', options: { enabled: false } }] }
    await using limited = await Limited.start({ config: { ...config, pipelines: aside } })
    expect((await limited.admin.call('GET', '/rate-limits')).status).to.equal(200)
  })
})
