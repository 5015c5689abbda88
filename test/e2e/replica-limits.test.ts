/** Two gateway processes that count together let no more through than one. */

import { expect } from 'chai'
import { GatewayProcesses } from '../support/gateway-processes.ts'
import { postgresql } from '../support/postgresql.ts'
import { redis, startRedis } from '../support/redis.ts'
import { need, type TestServer } from '../support/servers.ts'

const allowed = 500
/** Of what is allowed. */
const overshoot = 0.01
const callersOfEach = 16

/** The answer to a call costs a dollar, and may not cost more. */
const pricing = { input_per_mtok: 0, output_per_mtok: 200_000 }
const call = { model: 'gpt-test', max_tokens: 5, messages: [{ role: 'user', content: 'hello' }] }

const policy = {
  providers: { openai: { models: [{ id: 'gpt-test', metadata: { pricing } }] } },
  rate_limits: { user_paths: [{ path: '/rate', limits: [{ period: 'day', max_requests: allowed }] }] },
  budgets: { user_paths: [{ path: '/spend', limits: [{ period: 'monthly', amount: allowed }] }] },
}

const database = async () => ({ storage: { type: 'postgresql', postgresql: { url: await postgresql.url() } } })
const grounds: readonly { readonly name: string; readonly servers: readonly TestServer[]; readonly config: () => Promise<object> }[] = [
  { name: 'PostgreSQL', servers: [postgresql], config: database },
  {
    name: 'Redis',
    servers: [postgresql, redis],
    config: async () => ({
      ...(await database()),
      state: { backend: 'redis' },
      cache: { response: { simple: { enabled: false, redis: { url: (await startRedis())?.url } } } },
    }),
  },
]

for (const { name, servers, config } of grounds) {
  describe(`two gateway processes that count in ${name}`, function () {
    this.timeout(180_000)
    const stack = new AsyncDisposableStack()
    let urls: readonly string[]
    before(async function () {
      for (const server of servers) await need(this, server)
      const gateways = stack.adopt(await GatewayProcesses.behind(), started => started.close())
      const shared = { ...policy, ...(await config()) }
      const start = async () => {
        const folder = stack.use(await gateways.folder(() => shared))
        return await stack.use(gateways.start(folder, { env: { OPENAI_MODELS: '' } })).url()
      }
      urls = await Promise.all([start(), start()])
    })
    after(() => stack.disposeAsync())

    for (const [what, path] of [
      ['requests', '/rate'],
      ['dollars', '/spend'],
    ] as const) {
      it(`let ${allowed} ${what} through, and at most ${overshoot * 100} % more`, async () => {
        const admitted = (await Promise.all(urls.flatMap(url => Array.from({ length: callersOfEach }, () => callUntilRefused(url, path))))).reduce(
          (sum, count) => sum + count,
        )
        expect(admitted).to.be.within(allowed, allowed * (1 + overshoot))
      })
    }
  })
}

/** Plain calls and streams in turn. @returns how many were admitted */
async function callUntilRefused(url: string, path: string): Promise<number> {
  for (let admitted = 0, calls = 0; ; calls += 1) {
    const answer = await fetch(`${url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-tapline-user-path': path },
      body: JSON.stringify({ ...call, stream: calls % 2 === 0 }),
    })
    const text = await answer.text()
    if (answer.status === 200) admitted += 1
    else expect(answer.status, text).to.equal(429)
    // What others hold may be free again in a moment.
    const isHeld = answer.headers.get('retry-after') === '1' && answer.headers.get('x-should-retry') === null
    if (answer.status === 429 && !isHeld) return admitted
  }
}
