import { expect } from 'chai'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'yaml'
import { Gate } from '../../../core/testing/gate.ts'
import { TurnedClock } from '../../../core/testing/turned-clock.ts'
import { capped, completion, Limited } from '../../support/limits.ts'
import { recorded } from '../../support/recorded.ts'
import { Folder } from '../../support/run-tapline.ts'

const rates = {
  rate_limits: {
    user_paths: [
      {
        path: '/',
        limits: [
          { period: 'day', max_requests: 3 },
          { period: 'concurrent', max_requests: 1 },
        ],
      },
    ],
  },
}
const budget = { budgets: { user_paths: [{ path: '/', limits: [{ period: 'daily', amount: 3 }] }] } }

/** Begins a call, and changes the configuration while it runs. */
async function runOver(limited: Limited, changed: object): Promise<{ end(): Promise<void> }> {
  const { upstream } = limited.served
  const gate = new Gate()
  upstream.reply({ body: completion(), gates: { beforeHeaders: gate } })
  const running = limited.call()
  await upstream.received(1)
  await reconfigure(limited, changed)
  return {
    async end() {
      gate.open()
      expect((await running).status).to.equal(200)
    },
  }
}

async function reconfigure(limited: Limited, changed: object): Promise<void> {
  await configure(limited, changed)
  expect(await limited.served.gateway.gateway.reload()).to.equal(true)
}

async function configure({ served: { gateway } }: Limited, changed: object): Promise<void> {
  await gateway.configure({ ...(parse(await readFile(join(gateway.directory, 'tapline.yaml'), 'utf8')) as object), ...changed })
}

describe('limits of a gateway without a shared state', () => {
  for (const [name, limits] of [
    ['rate limits', rates],
    ['budgets', budget],
  ] as const) {
    it(`know after a restart what was used before: ${name}`, async () => {
      await using folder = await Folder.make()
      const config = { storage: { sqlite: { path: join(folder.path, 'tapline.db') }, spill: { dir: join(folder.path, 'spill') } }, ...limits }
      const clock = new TurnedClock()
      const first = await Limited.start({ clock, config })
      expect(await first.statuses(2)).to.deep.equal([200, 200])
      await first.while(first[Symbol.asyncDispose]())
      clock.advance(1)
      await using next = await Limited.start({ clock, config })
      expect(await next.while(next.statuses(2))).to.deep.equal([200, 429])
    })
  }

  it('leave the counters to the process that began last', async () => {
    await using folder = await Folder.make()
    const config = { storage: { sqlite: { path: join(folder.path, 'tapline.db') }, spill: { dir: join(folder.path, 'spill') } }, ...rates }
    const clock = new TurnedClock()
    const old = await Limited.start({ clock, config })
    const young = await Limited.start({ clock, config })
    expect(await young.statuses(3)).to.deep.equal([200, 200, 200])
    await young.while(young[Symbol.asyncDispose]())
    expect(await old.statuses(1)).to.deep.equal([200])
    await old.while(old[Symbol.asyncDispose]())
    await using last = await Limited.start({ clock, config })
    expect(await last.statuses(1)).to.deep.equal([429])
  })

  it('are still written down after a configuration that could not begin', async () => {
    await using folder = await Folder.make()
    const config = { storage: { sqlite: { path: join(folder.path, 'tapline.db') }, spill: { dir: join(folder.path, 'spill') } }, ...rates }
    const files = { 'failing.ts': `export default { name: 'failing', setup: () => ({ open: () => Promise.reject(new Error('not today')) }) }` }
    const clock = new TurnedClock()
    const first = await Limited.start({ clock, config, files })
    const { gateway } = first.served.gateway
    await configure(first, { rate_limits: { ...rates.rate_limits, flush_interval: 2 }, pipelines: { inference: [{ insert: './failing.ts', before: 'auth' }] } })
    expect(await gateway.reload()).to.equal(false)
    expect(await first.statuses(3)).to.deep.equal([200, 200, 200])
    await first.while(first[Symbol.asyncDispose]())
    await using next = await Limited.start({ clock, config })
    expect(await next.statuses(1)).to.deep.equal([429])
  })

  it('keep what they counted over a new configuration', async () => {
    await using limited = await Limited.start({ config: { ...rates, ...budget } })
    expect(await limited.statuses(1)).to.deep.equal([200])
    const { directory, gateway } = limited.served.gateway
    expect(directory).to.not.equal('')
    await gateway.reload()
    expect((await limited.call()).headers).to.include({ 'x-ratelimit-remaining-requests': '1' })
  })

  it('count once what a call used that began under another configuration, and what others use meanwhile', async () => {
    const limits = (most: number) => ({
      rate_limits: { user_paths: [{ path: '/', limits: [{ period: 'day', max_tokens: most }] }] },
      budgets: { user_paths: [{ path: '/', limits: [{ period: 'daily', amount: most }] }] },
    })
    await using limited = await Limited.start({ config: limits(10) })
    const running = await runOver(limited, limits(20))
    expect(await limited.statuses(1)).to.deep.equal([200])
    await running.end()
    await limited.while(recorded(limited.served, 2))
    const views = async (path: string) => (await limited.admin.call('GET', path)).json
    expect((await views('/budgets')).budgets[0].spent).to.equal(2)
    expect((await views('/rate-limits')).rate_limits[0].tokens_used).to.equal(4)
  })

  it('know what was spent while the configuration had no budgets', async () => {
    await using limited = await Limited.start({ config: budget })
    expect(await limited.statuses(1)).to.deep.equal([200])
    await reconfigure(limited, { budgets: { enabled: false } })
    expect(await limited.statuses(3)).to.deep.equal([200, 200, 200])
    await limited.while(recorded(limited.served, 4))
    limited.clock.advance(1)
    await reconfigure(limited, budget)
    const spent = async () => (await limited.admin.call('GET', '/budgets')).json.budgets[0].spent as number
    while ((await spent()) < 4);
    expect(await limited.statuses(1)).to.deep.equal([429])
  })

  it('say of targets what the configuration that serves says, while calls of another one run', async () => {
    const limits = (most: number) => ({
      virtual_models: [{ source: 'either', strategy: 'cost', targets: [{ model: 'gpt-test' }, { model: 'gpt-other' }] }],
      rate_limits: { models: [{ model: 'gpt-test', limits: [{ period: 'day', max_requests: most }] }] },
    })
    await using limited = await Limited.start({ config: limits(1) })
    const running = await runOver(limited, limits(2))
    const either = await limited.call('/', { ...capped, model: 'either' })
    await running.end()
    expect(either.status).to.equal(200)
    expect(JSON.parse(String(limited.served.upstream.requests.at(-1)?.body))).to.include({ model: 'gpt-test' })
  })
})
