import { expect } from 'chai'
import { AdminGateway } from '../../support/admin.ts'
import { dollars, priced } from '../../support/recorded.ts'
import { seed } from '../../support/usage.ts'

const at = (text: string) => Date.parse(text)
const tokens = (input: number, output: number) => ({ input_tokens: input, output_tokens: output, total_tokens: input + output })
const cached = (tokens: number) => ({ raw_data: { prompt_cached_tokens: tokens } })
const counts = (input: number, output: number, read = 0) => ({
  ...tokens(input, output),
  uncached_input_tokens: input - read,
  cached_input_tokens: read,
  cache_write_input_tokens: 0,
})

const noon = { timestamp: at('2026-03-10T12:00Z') }
const records = [
  { id: '1', ...noon, ...tokens(100, 10), ...cached(40), user_path: '/acme/a', session_id: 's1', labels: ['blue', 'green'] },
  { id: '2', ...noon, timestamp: at('2026-03-10T23:30Z'), ...tokens(200, 20), user_path: '/acme/b', session_id: 's2', labels: ['blue'], model: 'gpt-free' },
  { id: '3', ...noon, timestamp: at('2026-03-11T01:00Z'), ...tokens(300, 30), user_path: '/acme/a', session_id: 's1' },
  { id: '4', ...noon, timestamp: at('2026-03-11T02:00Z'), ...tokens(100, 10), user_path: '/acme/a', session_id: 's1', cache_type: 'exact' },
  { id: '5', ...noon, timestamp: at('2026-01-01T00:30Z'), ...tokens(7, 7), user_path: '/', provider: 'anthropic', provider_name: 'claude', model: 'claude-x' },
  { id: '6', ...noon, user_path: '/acme/ab', status: 'error', input_tokens: null, output_tokens: null, total_tokens: null },
]
const march = 'start_date=2026-03-01&end_date=2026-03-31'
const dollar = (input: number, output: number, read = 0) => {
  const [inputCost, outputCost] = [
    ((input - read) * dollars.input_per_mtok + read * dollars.cached_input_per_mtok) / 1e6,
    (output * dollars.output_per_mtok) / 1e6,
  ]
  return { input: inputCost, output: outputCost, total: inputCost + outputCost }
}

describe('the sums of usage', () => {
  let gateway: AdminGateway
  before(async () => {
    gateway = await AdminGateway.start(priced)
    await seed(gateway.served, records)
  })
  after(() => gateway[Symbol.asyncDispose]())

  const get = async (path: string, options: { as?: string; headers?: Record<string, string> } = {}) => {
    const answer = await gateway.call('GET', `/usage/${path}`, options)
    expect(answer.status, answer.text).to.equal(200)
    return answer.json
  }
  /** Costs are sums of fractions. */
  const near = (given: unknown, expected: number | null) => (expected === null ? expect(given).to.equal(null) : expect(given).to.be.closeTo(expected, 1e-12))

  interface Summary {
    readonly of: string
    readonly query: string
    readonly as?: string
    readonly zone?: string
    readonly requests: number
    readonly counts: object
    readonly cost: number | null
  }
  const spent = dollar(400, 40, 40).total
  const summaries: readonly Summary[] = [
    {
      of: 'providers, where nothing else is asked for',
      query: march,
      requests: 4,
      counts: { total_input_tokens: 600, total_output_tokens: 60, total_tokens: 660, uncached_input_tokens: 560, cached_input_tokens: 40 },
      cost: spent,
    },
    { of: 'a day without records', query: 'start_date=2026-03-25&end_date=2026-03-25&cache_mode=all', requests: 0, counts: {}, cost: 0 },
    {
      of: 'hits of the cache, with what they saved',
      query: `${march}&cache_mode=cached`,
      requests: 1,
      counts: { total_input_tokens: 100 },
      cost: dollar(100, 10).total,
    },
    { of: 'both, with what was spent', query: `${march}&cache_mode=all`, requests: 5, counts: { total_input_tokens: 700 }, cost: spent },
    { of: 'one day', query: 'start_date=2026-03-10&end_date=2026-03-10', requests: 3, counts: { total_input_tokens: 300 }, cost: dollar(100, 10, 40).total },
    {
      of: "one day of the caller's zone",
      query: 'start_date=2026-03-11&end_date=2026-03-11',
      zone: 'Europe/Berlin',
      requests: 2,
      counts: { total_input_tokens: 500 },
      cost: dollar(300, 30).total,
    },
    { of: 'one model', query: `${march}&model=gpt-free`, requests: 1, counts: { total_input_tokens: 200 }, cost: null },
    {
      of: 'a provider by its type',
      query: 'start_date=2026-01-01&end_date=2026-03-31&provider=anthropic',
      requests: 1,
      counts: { total_input_tokens: 7 },
      cost: null,
    },
    {
      of: 'a provider by its name',
      query: 'start_date=2026-01-01&end_date=2026-03-31&provider=claude',
      requests: 1,
      counts: { total_input_tokens: 7 },
      cost: null,
    },
    { of: 'a label', query: `${march}&label=green`, requests: 1, counts: { total_input_tokens: 100 }, cost: dollar(100, 10, 40).total },
    { of: 'a path and what is below it', query: `${march}&user_path=/acme/a`, requests: 2, counts: { total_input_tokens: 400 }, cost: spent },
    { of: 'the path of an administrator', query: march, as: '/acme/b', requests: 1, counts: { total_input_tokens: 200 }, cost: null },
    { of: 'nothing', query: `${march}&model=none`, requests: 0, counts: { total_input_tokens: 0 }, cost: 0 },
    { of: 'a filter that looks like a statement', query: `${march}&model=${encodeURIComponent("' OR 1=1 --")}`, requests: 0, counts: {}, cost: 0 },
    { of: 'a label that is the name of every object', query: `${march}&label=__proto__`, requests: 0, counts: {}, cost: 0 },
  ]
  for (const { of, query, as, zone, requests, counts: expected, cost } of summaries) {
    it(`are in all those of ${of}`, async () => {
      const said = await get(`summary?${query}`, {
        ...(as === undefined ? {} : { as }),
        ...(zone === undefined ? {} : { headers: { 'x-tapline-timezone': zone } }),
      })
      expect(said).to.include({ total_requests: requests, ...expected, rewrite_tokens_saved: 0, rewrite_cost_saved: requests === 0 ? 0 : null })
      near(said.total_cost, cost)
    })
  }

  const intervals: readonly [string, string, string, readonly (readonly [string, number])[]][] = [
    [
      'days',
      'interval=daily',
      'UTC',
      [
        ['2026-03-10', 3],
        ['2026-03-11', 1],
      ],
    ],
    [
      "days of the caller's zone",
      'interval=daily',
      'Europe/Berlin',
      [
        ['2026-03-10', 2],
        ['2026-03-11', 2],
      ],
    ],
    ['weeks, as ISO numbers them', 'interval=weekly', 'UTC', [['2026-W11', 4]]],
    ['months', 'interval=monthly', 'UTC', [['2026-03', 4]]],
    ['years', 'interval=yearly', 'UTC', [['2026', 4]]],
  ]
  for (const [what, query, zone, expected] of intervals) {
    it(`come by ${what}`, async () => {
      const said = (await get(`daily?${march}&${query}`, { headers: { 'x-tapline-timezone': zone } })) as readonly { date: string; requests: number }[]
      expect(said.map(({ date, requests }) => [date, requests])).to.deep.equal(expected)
    })
  }

  it('leave out what lies outside of the days, though a week begins before them', async () => {
    const [week] = await get('daily?start_date=2026-03-11&end_date=2026-03-11&interval=weekly')
    expect(week).to.include({ date: '2026-W11', requests: 1, ...counts(300, 30) })
  })

  it('come by model, those with the most tokens first', async () => {
    const said = await get(`models?${march}`)
    expect(said.map(({ model }: { model: string }) => model)).to.deep.equal(['gpt-test', 'gpt-free'])
    expect(said[0]).to.include({
      provider: 'openai',
      provider_name: 'openai',
      requests: 3,
      ...counts(400, 40, 40),
      local_cached_input_tokens: 100,
      local_cached_output_tokens: 10,
    })
    near(said[0].cached_input_cost, (40 * dollars.cached_input_per_mtok) / 1e6)
    expect(said[1]).to.include({ input_cost: null, total_cost: null, cached_input_cost: 0 })
  })

  it('come by path', async () => {
    const said = await get(`user-paths?${march}&user_path=/acme`)
    expect(
      said.map(
        ({ user_path: path, requests, local_cached_input_tokens: local }: { user_path: string; requests: number; local_cached_input_tokens: number }) => [
          path,
          requests,
          local,
        ],
      ),
    ).to.deep.equal([
      ['/acme/a', 2, 100],
      ['/acme/b', 1, 0],
      ['/acme/ab', 1, 0],
    ])
  })

  it('come by label, a record in each of its own', async () => {
    const said = await get(`labels?${march}`)
    expect(said.map(({ label, requests }: { label: string; requests: number }) => [label, requests])).to.deep.equal([
      ['blue', 2],
      ['green', 1],
    ])
  })

  it('have no dust of binary fractions', async () => {
    await using other = await AdminGateway.start(priced)
    await seed(
      other.served,
      ['a', 'b', 'c'].map(id => ({ id, ...noon, ...tokens(100_000, 0), user_path: `/${id}` })),
    )
    expect((await other.call('GET', `/usage/summary?${march}`)).json.total_cost).to.equal(0.3)
  })

  describe('of sessions', () => {
    it('come with the latest first; hits count, but cost nothing', async () => {
      const said = await get(`sessions?${march}`)
      expect(said).to.include({ total: 2, limit: 50, offset: 0 })
      expect(said.entries[0]).to.include({ session_id: 's1', user_path: '/acme/a', requests: 3, ...tokens(500, 50) })
      near(said.entries[0].total_cost, spent)
      expect(said.entries[1]).to.include({ session_id: 's2', requests: 1, total_cost: null })
    })

    it('cost nothing where hits alone are meant', async () => {
      expect((await get(`sessions?${march}&cache_mode=cached`)).entries).to.have.length(1)
      expect((await get(`sessions?${march}&cache_mode=cached`)).entries[0]).to.include({
        session_id: 's1',
        requests: 1,
        input_cost: 0,
        output_cost: 0,
        total_cost: 0,
      })
    })

    it('come page by page', async () => {
      const said = await get(`sessions?${march}&limit=1&offset=1`)
      expect(said).to.include({ total: 2, limit: 1, offset: 1 })
      expect(said.entries.map(({ session_id: id }: { session_id: string }) => id)).to.deep.equal(['s2'])
    })

    it('are whole where one is named without days', async () => {
      expect((await get('sessions?session_id=s1')).entries[0]).to.include({ requests: 3 })
      expect((await get('sessions?session_id=s1&start_date=2026-03-11&end_date=2026-03-11')).entries[0]).to.include({ requests: 2 })
    })
  })

  describe('of the last minutes', () => {
    for (const [granularity, count, seconds] of [
      ['second', 60, 1],
      ['minute', 60, 60],
      ['hour', 24, 3600],
      ['day', 30, 86_400],
    ] as const) {
      it(`come by ${granularity}, with those in which nothing happened`, async () => {
        await seed(gateway.served, [
          { id: `now ${granularity}`, ...tokens(5, 5), ...cached(2) },
          { id: `hit ${granularity}`, ...tokens(3, 3), cache_type: 'exact' },
        ])
        const said = await get(`throughput?granularity=${granularity}`, { headers: { 'x-tapline-timezone': 'Asia/Kolkata' } })
        expect(said).to.include({ granularity, bucket_seconds: seconds })
        expect(said.buckets).to.have.length(count)
        const starts = said.buckets.map(({ start }: { start: string }) => Date.parse(start))
        expect(starts.slice(1).every((start: number, i: number) => start - starts[i] === seconds * 1000)).to.equal(true)
        const sum = (name: string) => said.buckets.reduce((total: number, bucket: Record<string, number>) => total + (bucket[name] ?? 0), 0)
        expect(sum('input_tokens')).to.be.at.least(5)
        expect(sum('prompt_cached_tokens')).to.be.at.least(2)
        expect(sum('locally_cached_tokens')).to.be.at.least(6)
      })
    }
  })
})
