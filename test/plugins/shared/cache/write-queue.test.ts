import { expect } from 'chai'
import { WriteQueue, type Dropped } from '../../../../plugins/shared/cache/write-queue.ts'
import { TurnedClock } from '../../../../core/testing/turned-clock.ts'
import { until } from '../../../support/until.ts'

function queue() {
  const [clock, dropped, failures] = [new TurnedClock(), [] as Dropped[], [] as string[]]
  const writes = new WriteQueue({
    clock,
    store: 'the store',
    dropped: reason => {
      dropped.push(reason)
    },
    failed: cause => {
      failures.push((cause as Error).message)
    },
  })
  return { writes, clock, dropped, failures }
}

describe('entries that wait to be written', () => {
  it('are written at once where the store is quick, and nothing is said', () => {
    const { writes, dropped, failures } = queue()
    let written = 0
    for (let i = 0; i < 8; i++)
      writes.add(() => {
        written += 1
        return true
      })
    expect([written, dropped, failures]).to.deep.equal([8, [], []])
  })

  it('are counted, and no failure, where the store cannot hold them', async () => {
    const { writes, dropped, failures } = queue()
    for (const isHeld of [false, Promise.resolve(false)]) writes.add(() => isHeld)
    await until(() => dropped.length === 2)
    expect([dropped, failures]).to.deep.equal([['too_large', 'too_large'], []])
  })

  it('are told to end after five seconds', async () => {
    const { writes, clock, dropped, failures } = queue()
    let ended: AbortSignal | undefined
    writes.add(signal => {
      ended = signal
      return new Promise(() => {})
    })
    clock.advance(5_000)
    await until(() => dropped.length === 1)
    expect([dropped, failures, ended?.aborted]).to.deep.equal([['failed'], ['the store took longer than 5000 ms'], true])
  })

  it('are forgotten when it is closed, and those under way are told to end', async () => {
    const { writes, dropped } = queue()
    const begun: string[] = []
    const write = (name: string) => (signal: AbortSignal) => {
      begun.push(name)
      return new Promise<boolean>((_, reject) => {
        signal.addEventListener('abort', () => reject(new Error('ended')))
      })
    }
    for (let i = 0; i < 9; i++) writes.add(write(`${i}`))
    writes.close()
    await until(() => dropped.length === 8)
    expect(begun).to.have.length(8)
  })
})
