import { expect } from 'chai'
import type { Exchange } from '../../../core/index.ts'
import { Gate, type Gauge } from '../../../plugins/load-shed/gate.ts'
import { Limit } from '../../../plugins/load-shed/limit.ts'
import { Presence } from '../../../plugins/load-shed/presence.ts'

const request = (remoteAddress = '127.0.0.1') => ({ isAdmitted: false, request: { remoteAddress } }) as Exchange

/** A gate with meters that the test sets. */
class Rig {
  readonly presence = new Presence()
  readonly shed: string[] = []
  readonly loop: Gauge = { reason: 'event_loop_delay', limit: new Limit(100) }
  readonly gate: Gate
  queued = 0
  looks = 0

  constructor({ inFlight = 0, queue = 0 }: { readonly inFlight?: number; readonly queue?: number }) {
    this.gate = new Gate({
      presence: this.presence,
      inFlight: new Limit(inFlight),
      queue: new Limit(queue),
      gauges: [this.loop],
      longestQueue: () => {
        this.looks += 1
        return this.queued
      },
      shed: reason => this.shed.push(reason),
    })
  }

  /** Lets so many in. */
  fill(count: number): readonly Exchange[] {
    return Array.from({ length: count }, () => this.entered(request()))
  }

  isLetIn(): boolean {
    const exchange = request()
    const isIn = this.gate.enter(exchange) === undefined
    this.gate.leave(exchange)
    return isIn
  }

  measure(delayMs: number): void {
    this.loop.limit.judge(delayMs)
    this.gate.settle()
  }

  entered(exchange: Exchange): Exchange {
    expect(this.gate.enter(exchange)).to.equal(undefined)
    return exchange
  }
}

describe('load-shed: a limit', () => {
  const cases: readonly (readonly [string, number, readonly number[], readonly boolean[]])[] = [
    ['is reached at its value, and ends at 90 % of it', 10, [9, 10, 9.5, 9, 9.5], [false, true, true, false, false]],
    ['holds above 90 %, however often it is judged', 70, [70, 64, 64, 63], [true, true, true, false]],
    ['of one ends when nothing is left', 1, [0, 1, 1, 0], [false, true, true, false]],
    ['of a share', 0.8, [0.79, 0.8, 0.73, 0.72], [false, true, true, false]],
    ['of 0 is never reached', 0, [0, 1, 1e9], [false, false, false]],
  ]
  for (const [what, value, measured, expected] of cases) {
    it(what, () => {
      const limit = new Limit(value)
      expect(measured.map(each => limit.judge(each))).to.deep.equal(expected)
    })
  }
})

describe('load-shed: the gate', () => {
  it('turns away once as many are in progress as may be, and until 90 % are left', () => {
    const rig = new Rig({ inFlight: 10 })
    const running = [...rig.fill(10)]
    expect(rig.isLetIn()).to.equal(false)
    rig.gate.leave(running.pop()!)
    expect(rig.presence.inFlight).to.equal(9)
    expect(rig.isLetIn()).to.equal(true)
    rig.fill(1)
    expect([rig.isLetIn(), rig.isLetIn()]).to.deep.equal([false, false])
    expect(rig.shed).to.deep.equal(['in_flight', 'in_flight', 'in_flight'])
  })

  it('goes on turning away between 90 % and the limit', () => {
    const rig = new Rig({ inFlight: 20 })
    const running = rig.fill(20)
    expect(rig.isLetIn()).to.equal(false)
    rig.gate.leave(running[0]!)
    expect(rig.isLetIn()).to.equal(false)
    rig.gate.leave(running[1]!)
    expect(rig.isLetIn()).to.equal(true)
  })

  it('answers 503 overloaded, to be tried again in a second', () => {
    const rig = new Rig({ inFlight: 1 })
    rig.fill(1)
    expect(rig.gate.enter(request())).to.include({ code: 'overloaded', status: 503, type: 'provider_error', retryAfterMs: 1000 })
  })

  it('never turns away what the gateway asks itself, and counts it', () => {
    const rig = new Rig({ inFlight: 2 })
    rig.fill(2)
    const own = rig.entered(request(''))
    expect(rig.presence.inFlight).to.equal(3)
    rig.gate.leave(own)
    expect(rig.presence.inFlight).to.equal(2)
  })

  it('counts a request once, wherever it comes by again', () => {
    const rig = new Rig({ inFlight: 1 })
    const [exchange] = rig.fill(1) as [Exchange]
    rig.entered(exchange)
    expect(rig.presence.inFlight).to.equal(1)
    rig.gate.leave(exchange)
    rig.gate.leave(exchange)
    expect(rig.presence.inFlight).to.equal(0)
  })

  it('counts nothing off for a request that never came in', () => {
    const rig = new Rig({ inFlight: 1 })
    rig.fill(1)
    rig.gate.leave(request())
    const refused = request()
    rig.gate.enter(refused)
    rig.gate.leave(refused)
    expect(rig.presence.inFlight).to.equal(1)
  })

  it('looks at queues when so many are in progress that one can be full, and then no more often than one can have filled', () => {
    const rig = new Rig({ queue: 100 })
    rig.fill(100)
    expect(rig.looks).to.equal(0)
    rig.queued = 40
    rig.fill(60)
    expect(rig.looks).to.equal(1)
    rig.queued = 100
    expect(rig.isLetIn()).to.equal(false)
    expect(rig.looks).to.equal(2)
  })

  it('turns away while a queue is full, until it has fallen to 90 %', () => {
    const rig = new Rig({ queue: 10 })
    rig.queued = 10
    rig.fill(10)
    const seen = [10, 9.5, 9].map(queued => {
      rig.queued = queued
      return rig.isLetIn()
    })
    expect(seen).to.deep.equal([false, false, true])
    expect(rig.shed).to.deep.equal(['queue', 'queue'])
  })

  it('turns away while a measure is over its limit, until it has fallen to 90 %', () => {
    const rig = new Rig({ inFlight: 1000 })
    const seen = [99, 100, 95, 90, 95].map(delayMs => {
      rig.measure(delayMs)
      return rig.isLetIn()
    })
    expect(seen).to.deep.equal([true, false, false, true, true])
    expect(rig.shed).to.deep.equal(['event_loop_delay', 'event_loop_delay'])
  })

  it('lets everything in where nothing is limited', () => {
    const rig = new Rig({})
    rig.fill(5000)
    expect([rig.shed.length, rig.looks]).to.deep.equal([0, 0])
  })
})
