import { expect } from 'chai'
import { setImmediate as turn } from 'node:timers/promises'
import type { LeaseRecord } from '../../../../core/storage/lease.ts'
import type { Records } from '../../../../core/storage/records.ts'
import { TurnedClock } from '../../../../core/testing/turned-clock.ts'
import { OpenWork } from '../../../../plugins/shared/records/open-work.ts'

describe('open work', () => {
  it('tells once that it cannot be looked for, however long that lasts, and again the next time', async () => {
    const clock = new TurnedClock()
    const failures: string[] = []
    let failure: Error | undefined
    const work = new OpenWork({
      name: 'things',
      leases: {} as Records<LeaseRecord>,
      clock,
      lookMs: 2_000,
      due: async () => {
        if (failure !== undefined) throw failure
        return []
      },
      work: async () => {},
      failed: cause => failures.push((cause as Error).message),
    })
    work.start()
    const looks = async (times: number, outcome: Error | undefined) => {
      failure = outcome
      for (let i = 0; i < times; i++) {
        await turn()
        clock.advance(2_000)
      }
      await turn()
    }
    await looks(3, new Error('an outage'))
    expect(failures).to.deep.equal(['an outage'])
    await looks(1, undefined)
    await looks(2, new Error('another'))
    expect(failures).to.deep.equal(['an outage', 'another'])
    await work.close()
  })
})
