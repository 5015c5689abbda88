import { expect } from 'chai'
import { EventEmitter } from 'node:events'
import type { ChildProcess } from 'node:child_process'
import { TurnedClock } from '../../../core/testing/turned-clock.ts'
import { closeUndelivered } from '../../../core/workers/handover.ts'

/** A process that takes connections, as Node's cluster hands them over. */
function child() {
  const sent: unknown[] = []
  const closed: string[] = []
  const process = Object.assign(new EventEmitter(), {
    send: (message: unknown) => {
      sent.push(message)
      return true
    },
  })
  const clock = new TurnedClock()
  closeUndelivered(process as unknown as ChildProcess, clock)
  const connection = (name: string) => ({
    close: () => {
      closed.push(name)
    },
  })
  const hand = (seq: number, handle: object) =>
    (process as unknown as { send(message: object, handle: object): void }).send({ cmd: 'NODE_CLUSTER', act: 'newconn', seq }, handle)
  const answer = (ack: number, accepted: boolean) => process.emit('internalMessage', { cmd: 'NODE_CLUSTER', ack, accepted })
  return { process, clock, sent, closed, connection, hand, answer }
}

describe('a connection on its way to a worker', () => {
  it('is closed when the worker dies before it took it, and only then', () => {
    const { process, sent, closed, connection, hand, answer } = child()
    hand(1, connection('taken'))
    hand(2, connection('under way'))
    answer(1, true)
    expect([sent.length, closed]).to.deep.equal([2, []])
    process.emit('exit')
    expect(closed).to.deep.equal(['under way'])
  })

  it('is closed when a worker turned it away and no other takes it', () => {
    const { clock, closed, connection, hand, answer } = child()
    hand(1, connection('turned away'))
    answer(1, false)
    clock.advance(4_999)
    expect(closed).to.deep.equal([])
    clock.advance(1)
    expect(closed).to.deep.equal(['turned away'])
  })

  it('is not closed when another worker takes it that one turned away', () => {
    const [first, second] = [child(), child()]
    const handle = first.connection('taken by the other')
    first.hand(1, handle)
    first.answer(1, false)
    second.hand(7, handle)
    second.answer(7, true)
    first.clock.advance(60_000)
    second.process.emit('exit')
    expect(first.closed).to.deep.equal([])
  })

  it('leaves other messages as they are', () => {
    const { process, sent, closed } = child()
    process.send({ tapline: [] })
    process.emit('exit')
    expect([sent, closed]).to.deep.equal([[{ tapline: [] }], []])
  })
})
