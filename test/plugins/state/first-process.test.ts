import { expect } from 'chai'
import { StateClient } from '../../../core/workers/state-client.ts'
import { StateServer, type StateCall } from '../../../core/workers/state-server.ts'
import { Rpc } from '../../../core/workers/rpc.ts'
import type { Claim } from '../../../core/index.ts'
import { StateUnavailable } from '../../../core/services/state.ts'
import { wired } from '../../support/wired.ts'
import { stateConformance } from './conformance.ts'

/** A worker's way to a stateServer, and its session there. */
function workerAt(stateServer: StateServer) {
  const session = stateServer.session()
  const { one, other } = wired()
  other.answer('numbers', (call: StateCall) => session.take(call))
  return { state: new StateClient(one), session, wire: one }
}

stateConformance('the numbers of the first process', {
  async open() {
    const stateServer = new StateServer()
    const [{ state: one }, { state: other }] = [workerAt(stateServer), workerAt(stateServer)]
    return { one, other, close: async () => {} }
  },
})

describe('the numbers of the first process', () => {
  const slot = (holder: string, limit = 1): Claim => ({ hold: { key: 'slots', holder, amount: 1, untilMs: 1e6 }, limit })
  const count = (amount: number): Claim => ({ counter: { counter: 'rate:a', add: amount, expiresAtMs: 1e6 }, limit: 99 })

  it('are free of what a worker held as soon as it is gone, and of nothing else', async () => {
    const stateServer = new StateServer()
    const [one, other] = [workerAt(stateServer), workerAt(stateServer)]
    await one.state.claim([slot('a', 9)], 0)
    await one.state.claim([slot('b', 9)], 0)
    await one.state.settle({ releases: [{ key: 'slots', holder: 'b' }], adds: [] }, 0)
    await other.state.claim([slot('c', 9)], 0)
    await one.state.renew([{ key: 'more', holder: 'a', amount: 2, untilMs: 1e6 }])
    one.session.leave(1)
    expect(await other.state.read([{ held: 'slots' }, { held: 'more' }], 1)).to.deep.equal([
      { current: 0, previous: 0, held: 1 },
      { current: 0, previous: 0, held: 0 },
    ])
  })

  it('say that they cannot be had once the first process is gone', async () => {
    const { state, wire } = workerAt(new StateServer())
    wire.close('gone')
    expect(
      await state.claim([slot('a')], 0).then(
        () => undefined,
        (cause: unknown) => cause,
      ),
    ).to.be.instanceOf(StateUnavailable)
  })

  it('are written down by one worker at a time, and by each when it ends', async () => {
    const stateServer = new StateServer()
    const [one, other] = [workerAt(stateServer), workerAt(stateServer)]
    await one.state.claim([count(3)], 0)
    const kept = { 'rate:a': [3, 1e6] }
    expect(await one.state.volatile.save('rate:')).to.deep.equal(kept)
    expect(await other.state.volatile.save('rate:')).to.equal(undefined)
    expect(await other.state.volatile.save('rate:', true)).to.deep.equal(kept)
    one.session.leave(0)
    expect(await other.state.volatile.save('rate:')).to.deep.equal(kept)
  })

  it('take back what was written down once: a worker that begins later finds what is older', async () => {
    const stateServer = new StateServer()
    const [one, other] = [workerAt(stateServer), workerAt(stateServer)]
    await one.state.volatile.restore({ 'rate:a': [3, 1e6] }, 0)
    await one.state.forget(['rate:a'])
    await other.state.volatile.restore({ 'rate:a': [3, 1e6] }, 0)
    expect(await other.state.read([{ counter: 'rate:a' }], 0)).to.deep.equal([{ current: 0, previous: 0, held: 0 }])
  })
})

describe('a wire without the other end', () => {
  it('refuses what is asked', async () => {
    const wire = new Rpc(() => {})
    const asked = wire.ask('anything')
    wire.close('it was ended by SIGKILL')
    for (const question of [asked, wire.ask('more')])
      expect(
        await question.then(
          () => '',
          (cause: Error) => cause.message,
        ),
      ).to.equal('it was ended by SIGKILL')
  })
})
