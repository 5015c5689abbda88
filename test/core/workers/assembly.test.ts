import { expect } from 'chai'
import { TurnedClock } from '../../../core/testing/turned-clock.ts'
import { Broadcast } from '../../../core/workers/broadcast.ts'
import type { WorkerHandle } from '../../../core/workers/worker-handle.ts'
import type { Said } from '../../../core/workers/messages.ts'

/** A worker that says this when it is asked; nothing at all if it says undefined. */
function worker(said: Said | undefined, hasBegun = true): WorkerHandle {
  return { hasBegun, asked: () => (said === undefined ? new Promise(() => {}) : Promise.resolve(said)) } as unknown as WorkerHandle
}

function assemblyOf(...workers: readonly WorkerHandle[]) {
  const clock = new TurnedClock()
  const broadcast = new Broadcast(clock)
  for (const one of workers) broadcast.add(one)
  return { broadcast, clock }
}
const question = { what: 'metrics', question: null, withinMs: 5_000 }

describe('workers that are asked together', () => {
  it('answer all but the one that asks, and those that do not serve yet', async () => {
    const [one, two, three] = [worker({ answer: 1 }), worker({ answer: 2 }), worker({})]
    const { broadcast } = assemblyOf(one, two, three, worker({ answer: 4 }, false))
    expect(await broadcast.askOthers(one, question)).to.deep.equal([{ answer: 2 }, {}])
  })

  it('are waited for as long as was said', async () => {
    const [one, stuck] = [worker({}), worker(undefined)]
    const { broadcast, clock } = assemblyOf(one, stuck)
    const asked = broadcast.askOthers(one, question)
    clock.advance(5_000)
    expect(await asked).to.deep.equal([{}])
    expect(clock.pending).to.equal(0)
  })

  it('say what they counted, and so do those that are gone: what they said last, or had counted when they asked', async () => {
    const [one, two, three] = [worker({ answer: 1 }), worker({ answer: 2 }), worker({ answer: 3 })]
    const { broadcast } = assemblyOf(one, two, three)
    expect(await broadcast.gather(one, { ...question, own: 10 })).to.deep.equal({ others: [2, 3], gone: [] })
    broadcast.remove(one)
    broadcast.remove(two)
    expect(await broadcast.gather(three, { ...question, own: 3 })).to.deep.equal({ others: [], gone: [10, 2] })
    expect(await broadcast.gather(three, { ...question, what: 'other', own: 3 })).to.deep.equal({ others: [], gone: [] })
  })
})
