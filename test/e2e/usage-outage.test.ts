import { expect } from 'chai'
import { chatCompletion } from '../../core/testing/chat-samples.ts'
import { hello, Served } from '../support/serve.ts'
import { postgresql, startPostgresql } from '../support/postgresql.ts'
import { need } from '../support/servers.ts'
import { until } from '../support/until.ts'
import { ledgerOf } from '../support/usage.ts'

type Server = NonNullable<Awaited<ReturnType<typeof startPostgresql>>>

const usage = { prompt_tokens: 10, completion_tokens: 5 }
const requests = 60

describe('a gateway whose database goes away', function () {
  this.timeout(180_000)
  let server: Server
  before(async function () {
    await need(this, postgresql)
    server = (await startPostgresql()) as Server
  })
  after(() => server?.stop())

  const outages: readonly [string, () => Promise<unknown> | void, () => Promise<unknown> | void][] = [
    ['is killed', () => server.kill(), () => server.restart()],
    ['stands still', () => server.freeze(), () => server.thaw()],
  ]
  for (const [what, goAway, comeBack] of outages) {
    it(`serves on while it ${what}, says so, and has every record afterwards`, async () => {
      await using served = await Served.start({ config: { storage: { type: 'postgresql', postgresql: { url: server.url } }, metrics: { enabled: true } } })
      served.upstream.always({ body: chatCompletion({ usage }) })
      const ids = Array.from({ length: requests }, (_, i) => `${what.replaceAll(' ', '-')}-${i}`)
      const asked = ids.map(id => ({ request_id: id, user_path: '/', auth_key_id: null }))
      const call = async (some: readonly string[]) => {
        for (const id of some) expect((await served.chat(hello, { 'x-request-id': id })).status).to.equal(200)
      }
      await call(ids.slice(0, 20))
      await goAway()
      await call(ids.slice(20, 40))
      const checks = async () => JSON.parse((await served.call('GET', '/health/ready')).body.toString()) as { status: string; checks?: Record<string, string> }
      let report = await checks()
      if (what === 'is killed') {
        while (report.checks?.['usage'] !== 'down') report = await checks()
        expect(report.status).to.equal('degraded')
      }
      await comeBack()
      await call(ids.slice(40))
      let found = 0
      let isAsking = false
      await until(() => {
        if (!isAsking) {
          isAsking = true
          ledgerOf(served)
            .ofRequests(asked)
            .then(
              totals => {
                found = totals.filter(total => total !== undefined).length
              },
              () => {},
            )
            .finally(() => {
              isAsking = false
            })
        }
        return found === requests
      })
      const totals = await ledgerOf(served).ofRequests(asked)
      expect(totals.every(total => total?.entries === 1)).to.equal(true)
      const page = (await served.call('GET', '/metrics')).body.toString()
      expect(page).to.contain('tapline_writer_dropped_total{writer="usage"} 0')
    })
  }
})
