import { expect } from 'chai'
import { EventEmitter } from 'node:events'
import type { ChildProcess } from 'node:child_process'
import { closeUndelivered } from '../../../core/workers/handover.ts'

/** A process that takes connections, as Node's cluster hands them over. */
function child() {
  const sent: unknown[] = []
  const closed: string[] = []
  const process = Object.assign(new EventEmitter(), { send: (message: unknown) => { sent.push(message); return true } })
  closeUndelivered(process as unknown as ChildProcess)
  const hand = (seq: number, name: string) => (process as unknown as { send(message: object, handle: object): void }).send({ cmd: 'NODE_CLUSTER', act: 'newconn', seq }, { close: () => closed.push(name) })
  return { process, sent, closed, hand }
}

describe('a connection on its way to a worker', () => {
  it('is closed when the worker dies before it took it, and only then', () => {
    const { process, sent, closed, hand } = child()
    hand(1, 'taken')
    hand(2, 'under way')
    process.emit('internalMessage', { cmd: 'NODE_CLUSTER', ack: 1, accepted: true })
    expect([sent.length, closed]).to.deep.equal([2, []])
    process.emit('exit')
    expect(closed).to.deep.equal(['under way'])
  })

  it('leaves other messages as they are', () => {
    const { process, sent, closed } = child()
    process.send({ tapline: [] })
    process.emit('exit')
    expect([sent, closed]).to.deep.equal([[{ tapline: [] }], []])
  })
})
