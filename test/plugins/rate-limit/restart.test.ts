import { expect } from 'chai'
import { join } from 'node:path'
import { TurnedClock } from '../../../core/testing/turned-clock.ts'
import { Limited } from '../../support/limits.ts'
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

  it('keep what they counted over a new configuration', async () => {
    await using limited = await Limited.start({ config: { ...rates, ...budget } })
    expect(await limited.statuses(1)).to.deep.equal([200])
    const { directory, gateway } = limited.served.gateway
    expect(directory).to.not.equal('')
    await gateway.reload()
    expect((await limited.call()).headers).to.include({ 'x-ratelimit-remaining-requests': '1' })
  })
})
