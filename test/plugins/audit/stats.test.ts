import { expect } from 'chai'
import { Audited, auditRow } from '../../support/audit.ts'

const hour = 3_600_000
const midnight = Date.UTC(2026, 2, 10)
const ms = 1e6
const at = (id: string, hours: number, facts: object = {}) => auditRow({ id, timestamp: midnight + hours * hour, ...facts })

const rows = [
  at('ok', 1, { duration_ns: 100 * ms }),
  at('slow', 1.5, { duration_ns: 300 * ms }),
  at('hit', 1.6, { cache_type: 'exact', duration_ns: ms }),
  at('bad', 3, { status_code: 400, provider: null }),
  at('down', 3, { status_code: 503, duration_ns: 900 * ms }),
  at('left', 3, { status_code: 499 }),
  at('moved', 3, { status_code: 302 }),
  at('other', 24 + 5, { provider: 'anthropic', duration_ns: 50 * ms, user_path: '/acme', failover_from: 'openai/a', failover_to: 'claude/b' }),
  at('again', 24 + 6, { provider: 'anthropic', duration_ns: 70 * ms, failover_from: 'openai/a', failover_to: 'claude/b' }),
]

describe('the figures of the audit log', () => {
  let audited: Audited
  before(async () => {
    audited = await Audited.start()
    await audited.seed(rows)
  })
  after(() => audited[Symbol.asyncDispose]())

  const stats = async (query: string, options: { as?: string; headers?: Record<string, string> } = {}) =>
    (await audited.read(`/audit/stats?${query}`, options)).json

  it('are hourly for less than three days, each hour there', async () => {
    const { interval, buckets, summary } = await stats('start_date=2026-03-10&end_date=2026-03-11')
    expect([interval, buckets.length]).to.deep.equal(['hour', 48])
    expect(buckets[1]).to.deep.equal({ start: '2026-03-10T01:00:00.000Z', requests: 3, status_2xx: 3, status_4xx: 0, status_5xx: 0, status_other: 0 })
    expect(buckets[2]).to.include({ requests: 0 })
    expect(buckets[3]).to.include({ requests: 4, status_2xx: 0, status_4xx: 2, status_5xx: 1, status_other: 1 })
    expect(summary).to.deep.include({ requests: 9, status_2xx: 5, status_4xx: 2, status_5xx: 1, status_other: 1, success_rate: 5 / 9 })
  })

  it('are daily for three days and more', async () => {
    const { interval, buckets } = await stats('start_date=2026-03-09&end_date=2026-03-11')
    expect([interval, buckets.map(({ requests }: { requests: number }) => requests)]).to.deep.equal(['day', [0, 7, 2]])
  })

  it("are of the days of the caller's zone", async () => {
    const { buckets } = await stats('start_date=2026-03-09&end_date=2026-03-11', { headers: { 'x-tapline-timezone': 'America/New_York' } })
    expect(buckets[0].start).to.equal('2026-03-09T04:00:00.000Z')
    expect(buckets.map(({ requests }: { requests: number }) => requests)).to.deep.equal([7, 0, 2])
  })

  it('tell how long providers took to succeed, and no cache, with gaps', async () => {
    const { provider_latency: latency } = await stats('start_date=2026-03-09&end_date=2026-03-11')
    expect(latency).to.deep.equal([
      { provider: 'anthropic', requests: [0, 0, 2], avg_duration_ms: [null, null, 60] },
      { provider: 'openai', requests: [0, 2, 0], avg_duration_ms: [null, 200, null] },
    ])
  })

  it('count what answered for what', async () => {
    expect((await stats('start_date=2026-03-10&end_date=2026-03-11')).failovers).to.deep.equal([{ from: 'openai/a', to: 'claude/b', count: 2 }])
  })

  it("take the filters of the log, and keep to the administrator's path", async () => {
    expect((await stats('start_date=2026-03-10&end_date=2026-03-11&status_code=503')).summary).to.include({
      requests: 1,
      success_rate: 0,
      avg_duration_ms: 900,
    })
    expect((await stats('start_date=2026-03-10&end_date=2026-03-11', { as: '/acme' })).summary).to.include({ requests: 1, success_rate: 1 })
  })

  it('are nothing of where nothing was', async () => {
    const { summary, provider_latency: latency, failovers } = await stats('start_date=2020-01-01&end_date=2020-01-02')
    expect(summary).to.include({ requests: 0, success_rate: null, avg_duration_ms: null })
    expect([latency, failovers]).to.deep.equal([[], []])
  })

  it('end now', async () => {
    const { buckets } = await stats('days=1')
    expect(Date.parse(buckets.at(-1).start)).to.be.at.most(Date.now())
  })
})
