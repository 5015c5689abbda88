import { expect } from 'chai'
import { TurnedClock } from '../../core/testing/turned-clock.ts'
import { runPlugin } from '../../core/testing/run-plugin.ts'
import { expectRefusal } from '../support/admin-routes.ts'
import { AdminGateway } from '../support/admin.ts'
import { until } from '../support/until.ts'
import usageReport from '../../plugins/usage-report/index.ts'

/** Offers an endpoint that waits for a store which never answers. */
const endless = `
export default {
  name: 'endless',
  needs: ['admin'],
  setup: ({ services: { admin } }) => { admin.endpoint({ method: 'GET', path: '/endless', scope: 'global', summary: 'Waits.', handle: () => new Promise(() => {}) }); return {} },
}`

describe('a store that does not answer', () => {
  it('makes the admin API say so after 30 s', async () => {
    const clock = new TurnedClock()
    await using gateway = await AdminGateway.start({
      clock,
      files: { 'endless.ts': endless },
      config: { pipelines: { services: [{ insert: './endless.ts', after: 'admin' }] } },
    })
    const before = clock.waitsMs.filter(ms => ms === 30_000).length
    const answering = gateway.call('GET', '/endless')
    await until(() => clock.waitsMs.filter(ms => ms === 30_000).length > before)
    clock.advance(30_000)
    expectRefusal(await answering, 504, 'request_timeout')
  })

  it("makes the caller's own report say so", async () => {
    const away = () => Promise.reject(new Error('away'))
    const { status, body } = await runPlugin(usageReport, {
      services: { usage: { record: () => {}, ofRequests: away, totals: away, summary: away, sums: away } as never },
    })
    expect({ status, code: (body as { error: { code: string } }).error.code }).to.deep.equal({ status: 503, code: 'usage_status_failed' })
  })
})
