import { expect } from 'chai'
import { TurnedClock } from '../../../core/testing/turned-clock.ts'
import { runPlugin } from '../../../core/testing/run-plugin.ts'
import { definePlugin, type Exchange, type Taps, type Verdict } from '../../../core/index.ts'
import { until } from '../../support/until.ts'

const timeoutMs = 1000

/** Runs a plugin of these taps, open on errors; the clock is turned once a tap waits. */
async function run(
  taps: (signals: AbortSignal[]) => Taps,
  { turnMs = 0 } = {},
): Promise<{ readonly signals: readonly AbortSignal[]; readonly exchange: Exchange }> {
  const clock = new TurnedClock()
  const signals: AbortSignal[] = []
  const running = runPlugin(definePlugin({ name: 'guard', edits: false, setup: () => taps(signals) }), { clock, timeoutMs, onError: 'open' })
  if (turnMs > 0) {
    await until(() => clock.waitsMs.includes(timeoutMs))
    clock.advance(turnMs)
  }
  return { signals, exchange: (await running).exchange }
}

const never = () => new Promise<Verdict>(() => {})

describe('the signal of a tap', () => {
  it('is aborted when the deadline of the tap passes, and says so', async () => {
    const {
      signals: [signal],
    } = await run(
      signals => ({
        prompt: ({ signal: mine }) => {
          signals.push(mine)
          return never()
        },
      }),
      { turnMs: timeoutMs },
    )
    expect(signal?.aborted).to.equal(true)
    expect(signal?.reason).to.have.property('name', 'Overdue')
  })

  it('is aborted when the tap fails while others of its works go on', async () => {
    const {
      signals: [signal],
    } = await run(signals => ({
      prompt: async ({ signal: mine }) => {
        signals.push(mine)
        throw new Error('x')
      },
    }))
    expect(signal?.aborted).to.equal(true)
  })

  it('is aborted when the tap fails before it waits for anything', async () => {
    const {
      signals: [signal],
    } = await run(signals => ({
      prompt: ({ signal: mine }) => {
        signals.push(mine)
        throw new Error('x')
      },
    }))
    expect(signal?.aborted).to.equal(true)
  })

  it('is not aborted when the tap is done in time', async () => {
    const {
      signals: [signal],
    } = await run(signals => ({
      prompt: async ({ signal: mine }) => {
        signals.push(mine)
        return undefined
      },
    }))
    expect(signal?.aborted).to.equal(false)
  })

  it('is not that of another tap, nor that of the exchange', async () => {
    const {
      signals: [first, second],
      exchange,
    } = await run(
      signals => ({
        prompt: ({ signal }) => {
          signals.push(signal)
        },
        lookup: ({ signal }) => {
          signals.push(signal)
          return never()
        },
      }),
      { turnMs: timeoutMs },
    )
    expect([first?.aborted, second?.aborted, exchange.signal.aborted]).to.deep.equal([false, true, false])
  })

  it('is aborted when the caller leaves, in every tap', async () => {
    const { signals } = await run(signals => ({
      route: ({ signal }) => {
        signals.push(signal)
      },
      prompt: exchange => {
        signals.push(exchange.signal)
        exchange.stop(new Error('gone'))
        signals.push(exchange.signal)
        return undefined
      },
    }))
    expect(signals.map(({ aborted }) => aborted)).to.deep.equal([true, true, true])
  })
})
