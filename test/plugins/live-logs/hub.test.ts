import { expect } from 'chai'
import pino from 'pino'
import type { GatewayError } from '../../../core/errors.ts'
import type { LiveFacts } from '../../../core/services/live-log.ts'
import { TurnedClock } from '../../../core/testing/turned-clock.ts'
import { LiveAudit } from '../../../plugins/audit/live-audit.ts'
import { LiveHub, type HubOptions, type Wish } from '../../../plugins/live-logs/live-hub.ts'
import { Sequence } from '../../../plugins/live-logs/sequence.ts'
import type { Subscriber } from '../../../plugins/live-logs/subscriber.ts'
import { liveFate } from '../../../plugins/shared/journal/live-fate.ts'
import { auditRow } from '../../support/audit.ts'
import { eventsIn, type Seen } from '../../support/live.ts'

/** One who takes everything at once, unless he is told to stall. */
class Reader {
  readonly pieces: Buffer[] = []
  ended: { readonly broken: GatewayError | undefined } | undefined
  readonly subscriber: Subscriber

  constructor(subscriber: Subscriber) {
    this.subscriber = subscriber
    subscriber.start({
      events: bytes => {
        this.pieces.push(bytes)
      },
      ended: broken => {
        this.ended = { broken }
      },
    })
  }

  get events(): readonly Seen[] {
    return eventsIn(Buffer.concat(this.pieces).toString())
  }

  get seqs(): readonly number[] {
    return this.events.map(({ seq }) => seq)
  }

  get types(): readonly string[] {
    return this.events.map(({ type }) => type)
  }
}

const facts = (requestId: string, more: object = {}): LiveFacts => ({ requestId, preview: { request_id: requestId, ...more } })

describe('the hub of the live logs', () => {
  let clock: TurnedClock
  let logged: { readonly msg: string }[]

  const hubWith = (options: Partial<HubOptions> = {}) => {
    clock = new TurnedClock()
    logged = []
    const log = pino(
      {},
      {
        write: (line: string) => {
          logged.push(JSON.parse(line) as { msg: string })
        },
      },
    )
    return new LiveHub({ bufferSize: 10_000, replayLimit: 1000, heartbeatMs: 15_000, sequence: new Sequence(), clock, log, ...options })
  }
  const read = (hub: LiveHub, wish: Partial<Wish> = {}) =>
    new Reader(hub.subscribe({ cursor: 0, replica: undefined, kinds: new Set(['audit', 'usage']), ...wish }))
  const tell = (hub: LiveHub, count = 1) => {
    for (let i = 0; i < count; i++) hub.tell('audit', 'started', () => facts(`r${i}`))
  }
  const numbers = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i)

  describe('numbers', () => {
    it('events from 1 on, without a gap', () => {
      const hub = hubWith()
      const reader = read(hub)
      tell(hub, 3)
      hub.completed('usage', 'u', () => facts('r'))
      expect(reader.seqs).to.deep.equal([1, 2, 3, 4])
    })

    it('go on under the next configuration of the same gateway', () => {
      const sequence = new Sequence()
      const [one, other] = [hubWith({ sequence }), hubWith({ sequence })]
      read(one)
      tell(one, 3)
      const reader = read(other)
      tell(other)
      expect(reader.seqs).to.deep.equal([4])
    })
  })

  describe('cursors', () => {
    const gone = (missed: number, options: Partial<HubOptions> = {}, wish: Partial<Wish> = {}) => {
      const hub = hubWith(options)
      const first = read(hub)
      tell(hub, 5)
      first.subscriber.abort()
      tell(hub, missed)
      return read(hub, { cursor: 5, ...wish })
    }

    it('bring exactly those that were missed', () => {
      expect(gone(10).seqs).to.deep.equal(numbers(6, 15))
    })

    it('bring nothing to who missed nothing', () => {
      expect(gone(0).types).to.deep.equal([])
    })

    it('bring as many as may be missed', () => {
      expect(gone(1000).seqs).to.deep.equal(numbers(6, 1005))
    })

    it('begin anew for who missed more', () => {
      expect(gone(1001).events.map(({ type, seq }) => [type, seq])).to.deep.equal([['reset', 1006]])
    })

    it('count events of all kinds, whichever are taken', () => {
      expect(gone(1001, {}, { kinds: new Set(['usage']) }).types).to.deep.equal(['reset'])
    })

    it('bring those of the kinds that are taken', () => {
      const hub = hubWith()
      read(hub)
      tell(hub, 2)
      hub.completed('usage', 'u', () => facts('r'))
      tell(hub)
      expect(read(hub, { cursor: 1, kinds: new Set(['usage']) }).types).to.deep.equal(['usage.completed'])
    })

    it('begin anew where the buffer is smaller than what was missed', () => {
      expect(gone(10, { bufferSize: 10 }).seqs).to.deep.equal(numbers(6, 15))
      expect(gone(11, { bufferSize: 10 }).types).to.deep.equal(['reset'])
    })

    it('keep no more than may be replayed, and one', () => {
      expect(gone(2, { replayLimit: 2 }).seqs).to.deep.equal([6, 7])
      expect(gone(3, { replayLimit: 2 }).types).to.deep.equal(['reset'])
    })

    it('begin anew that are newer than the latest event', () => {
      const hub = hubWith()
      expect(read(hub, { cursor: 1 }).types).to.deep.equal(['reset'])
      tell(hub, 3)
      expect(read(hub, { cursor: 4 }).types).to.deep.equal(['reset'])
    })

    it('begin anew that another process gave', () => {
      const sequence = new Sequence()
      const replica = (name: string) => gone(1, { sequence: name === 'this' ? sequence : new Sequence() }, { replica: sequence.replicaId }).types
      expect(replica('this')).to.deep.equal(['audit.started'])
      expect(replica('other')).to.deep.equal(['reset'])
    })

    it('are still good when nobody looked for a minute, and not for longer', () => {
      for (const [ms, types] of [
        [59_999, ['audit.started']],
        [60_000, ['reset']],
      ] as const) {
        const hub = hubWith()
        const first = read(hub)
        tell(hub)
        first.subscriber.abort()
        clock.advance(ms)
        tell(hub)
        expect(read(hub, { cursor: 1 }).types, String(ms)).to.deep.equal(types)
      }
    })

    it('of 0 bring what was missed, too, to who heard from this process before the first event', () => {
      const sequence = new Sequence()
      const hub = hubWith({ sequence })
      const again = () => read(hub, { cursor: 0, replica: sequence.replicaId })
      const first = read(hub)
      expect(again().types).to.deep.equal([])
      tell(hub, 2)
      hub.showUnderWay('audit', () => [{ state: 'started', ...facts('running') }])
      expect(again().seqs).to.deep.equal([1, 2])
      expect(read(hub, { cursor: 0, replica: 'another' }).types).to.deep.equal(['reset', 'audit.started'])
      first.subscriber.abort()
    })

    it('of 0 begin anew after a minute in which nobody looked, and after a reload', () => {
      for (const leave of [
        (_: LiveHub, { subscriber }: Reader) => {
          subscriber.abort()
          clock.advance(60_000)
        },
        (hub: LiveHub) => hub.dismiss('reload'),
      ]) {
        const sequence = new Sequence()
        const hub = hubWith({ sequence })
        leave(hub, read(hub))
        expect(read(hub, { cursor: 0, replica: sequence.replicaId }).types).to.deep.equal(['reset'])
      }
    })

    it('leave nothing out and bring nothing twice between what was missed and what comes next', () => {
      const hub = hubWith()
      read(hub)
      tell(hub, 5)
      const subscriber = hub.subscribe({ cursor: 2, replica: undefined, kinds: new Set(['audit']) })
      tell(hub, 3)
      const reader = new Reader(subscriber)
      tell(hub, 2)
      expect(reader.seqs).to.deep.equal(numbers(3, 10))
    })
  })

  describe('snapshots', () => {
    it('are what is under way, and records that wait for their store, each as it is known last', () => {
      const hub = hubWith()
      const underWay = [{ state: 'updated' as const, ...facts('running', { provider: 'openai' }) }]
      hub.showUnderWay('audit', () => underWay)
      read(hub)
      hub.completed('audit', 'a', () => facts('done'))
      hub.completed('usage', 'u', () => facts('done'))
      hub.completed('audit', 'b', () => facts('stored'))
      hub.completed('audit', 'c', () => facts('lost'))
      hub.settled('audit', ['b'], 'flushed')
      hub.settled('audit', ['c'], 'failed')
      const { events } = read(hub)
      expect(events.map(({ type, request_id, seq }) => [type, request_id, seq])).to.deep.equal([
        ['audit.updated', 'running', 6],
        ['audit.completed', 'done', 6],
        ['usage.completed', 'done', 6],
      ])
      expect(events[0]?.data).to.include({ provider: 'openai', _live_state: 'audit.updated', _live_pending: true })
    })

    it('are of the kinds that are taken', () => {
      const hub = hubWith()
      hub.showUnderWay('audit', () => [{ state: 'started', ...facts('running') }])
      read(hub)
      hub.completed('usage', 'u', () => facts('done'))
      expect(read(hub, { kinds: new Set(['usage']) }).types).to.deep.equal(['usage.completed'])
    })

    it('follow a reset, and do not follow what was missed', () => {
      const hub = hubWith()
      hub.showUnderWay('audit', () => [{ state: 'started', ...facts('running') }])
      read(hub)
      tell(hub, 2)
      expect(read(hub, { cursor: 9 }).types).to.deep.equal(['reset', 'audit.started'])
      expect(read(hub, { cursor: 1 }).seqs).to.deep.equal([2])
    })

    it('are made when somebody comes, and left out when that fails', () => {
      const hub = hubWith()
      hub.showUnderWay('audit', () => {
        throw new Error('no')
      })
      const reader = read(hub)
      tell(hub)
      expect(reader.types).to.deep.equal(['audit.started'])
      expect(logged).to.have.length(1)
    })

    it('show once what two list, and each of those that one lists under the same id', () => {
      const hub = hubWith()
      for (const count of [2, 1]) hub.showUnderWay('audit', () => Array.from({ length: count }, () => ({ state: 'started', ...facts('running') })))
      expect(read(hub).types).to.deep.equal(['audit.started', 'audit.started'])
    })

    it('are no more of those who have nothing to show any more', () => {
      const hub = hubWith()
      hub.showUnderWay('audit', () => [{ state: 'started', ...facts('running') }])()
      expect(read(hub).types).to.deep.equal([])
    })
  })

  describe('what ends a record', () => {
    it('is told with what was known of it', () => {
      const hub = hubWith()
      const reader = read(hub)
      hub.completed('audit', 'a', () => facts('r', { path: '/v1' }))
      hub.settled('audit', ['a', 'of somebody else'], 'flushed')
      expect(reader.types).to.deep.equal(['audit.completed', 'audit.flushed'])
      expect(reader.events[0]?.data).to.include({ _live_state: 'audit.completed', _live_pending: true })
      expect(reader.events[1]?.data).to.include({ path: '/v1', _live_state: 'audit.flushed', _live_pending: false })
    })

    it('is told once', () => {
      const hub = hubWith()
      const reader = read(hub)
      hub.completed('usage', 'u', () => facts('r'))
      hub.settled('usage', ['u'], 'failed')
      hub.settled('usage', ['u'], 'flushed')
      expect(reader.types).to.deep.equal(['usage.completed', 'usage.failed'])
    })

    it('is told apart by kind, and comes as the journal has it', () => {
      const hub = hubWith()
      const reader = read(hub)
      const audit = new LiveAudit(hub, { exchanges: [] })
      audit.completed(auditRow({ id: 'x' }))
      audit.completed(auditRow({ id: 'y' }))
      hub.completed('usage', 'x', () => facts('r'))
      liveFate(hub, 'usage').lost(['x'])
      liveFate(hub, 'audit').lost(['x'])
      liveFate(hub, 'audit').stored(['y'])
      expect(reader.types).to.deep.equal(['audit.completed', 'audit.completed', 'usage.completed', 'usage.failed', 'audit.failed', 'audit.flushed'])
    })
  })

  describe('nobody', () => {
    it('has nothing made for him', () => {
      const hub = hubWith()
      const never = () => {
        throw new Error('this was made for nobody')
      }
      expect([hub.isWatched, liveFate(hub, 'audit').isAsked]).to.deep.equal([false, false])
      hub.tell('audit', 'started', never)
      hub.completed('audit', 'a', never)
      hub.settled('audit', ['a'], 'flushed')
      expect([logged, clock.pending]).to.deep.equal([[], 0])
    })

    it('is what remains a minute after the last one left: nothing is kept or made, and no timer runs', () => {
      const hub = hubWith()
      const [one, other] = [read(hub), read(hub)]
      one.subscriber.abort()
      clock.advance(120_000)
      expect(hub.isWatched).to.equal(true)
      other.subscriber.abort()
      expect(hub.isWatched).to.equal(true)
      clock.advance(60_000)
      expect([hub.isWatched, clock.pending]).to.deep.equal([false, 0])
    })

    it('remains of those who come back in time', () => {
      const hub = hubWith()
      read(hub).subscriber.abort()
      clock.advance(59_000)
      read(hub)
      clock.advance(59_000)
      expect(hub.isWatched).to.equal(true)
    })
  })

  describe('heartbeats', () => {
    it('come every 15 seconds, whatever is taken, with the number of the latest event', () => {
      const hub = hubWith()
      const reader = read(hub, { kinds: new Set(['usage']) })
      tell(hub, 3)
      clock.advance(14_999)
      expect(reader.types).to.deep.equal([])
      clock.advance(1)
      clock.advance(15_000)
      expect(reader.events.map(({ type, seq, request_id }) => [type, seq, request_id])).to.deep.equal([
        ['heartbeat', 3, null],
        ['heartbeat', 3, null],
      ])
    })

    it('are no events that somebody could miss', () => {
      const hub = hubWith()
      const reader = read(hub)
      clock.advance(60_000)
      tell(hub)
      expect(reader.seqs).to.deep.equal([0, 0, 0, 0, 1])
    })
  })

  describe('one who reads slowly', () => {
    const stalled = () => {
      const hub = hubWith()
      const [slow, quick] = [read(hub), read(hub)]
      slow.subscriber.pause()
      return { hub, slow, quick }
    }

    it('gets what waits, in order, when he goes on', () => {
      const { hub, slow } = stalled()
      tell(hub, 256)
      expect(slow.pieces).to.have.length(0)
      slow.subscriber.resume()
      tell(hub)
      expect([slow.seqs, slow.ended]).to.deep.equal([numbers(1, 257), undefined])
    })

    it('is sent away when 256 events wait and another comes, and others are not', () => {
      const { hub, slow, quick } = stalled()
      tell(hub, 257)
      expect([slow.pieces.length, slow.ended?.broken?.code]).to.deep.equal([0, 'stream_incomplete'])
      expect([quick.seqs.length, quick.ended]).to.deep.equal([257, undefined])
    })

    it('comes back for what he missed', () => {
      const { hub } = stalled()
      tell(hub, 300)
      expect(read(hub, { cursor: 44 }).seqs).to.deep.equal(numbers(45, 300))
    })

    it('is sent away also before his answer began', () => {
      const hub = hubWith()
      const subscriber = hub.subscribe({ cursor: 0, replica: undefined, kinds: new Set(['audit']) })
      tell(hub, 257)
      expect(new Reader(subscriber).ended?.broken?.code).to.equal('stream_incomplete')
    })

    it('may have missed more than may wait', () => {
      const hub = hubWith()
      read(hub)
      tell(hub, 1001)
      const subscriber = hub.subscribe({ cursor: 1, replica: undefined, kinds: new Set(['audit']) })
      tell(hub, 255)
      const reader = new Reader(subscriber)
      expect([reader.seqs, reader.ended]).to.deep.equal([numbers(2, 1256), undefined])
    })
  })

  describe('the end', () => {
    it('is a last event to all, and nothing behind it', () => {
      const hub = hubWith()
      const [reader, slow] = [read(hub), read(hub, { kinds: new Set(['usage']) })]
      slow.subscriber.pause()
      tell(hub, 2)
      hub.dismiss('shutdown')
      tell(hub)
      expect(reader.types).to.deep.equal(['audit.started', 'audit.started', 'bye'])
      expect(reader.events[2]?.data).to.include({ reason: 'shutdown' })
      expect(slow.types).to.deep.equal(['bye'])
      expect([reader.ended, slow.ended]).to.deep.equal([{ broken: undefined }, { broken: undefined }])
    })

    it('is told to who came and was not answered yet', () => {
      const hub = hubWith()
      const subscriber = hub.subscribe({ cursor: 0, replica: undefined, kinds: new Set(['audit']) })
      hub.dismiss('shutdown')
      const reader = new Reader(subscriber)
      expect([reader.types, reader.ended]).to.deep.equal([['bye'], { broken: undefined }])
    })

    it('has who comes back begin anew', () => {
      const hub = hubWith()
      read(hub)
      tell(hub, 2)
      hub.dismiss('reload')
      expect(read(hub, { cursor: 2 }).types).to.deep.equal(['reset'])
    })

    it('leaves no timer', () => {
      const hub = hubWith()
      read(hub)
      hub.close()
      expect([hub.isWatched, clock.pending]).to.deep.equal([false, 0])
    })
  })

  it('stands in the way of nothing that fails', () => {
    const hub = hubWith()
    const broken = hub.subscribe({ cursor: 0, replica: undefined, kinds: new Set(['audit']) })
    broken.start({
      events: () => {
        throw new Error('his socket')
      },
      ended: () => {},
    })
    const reader = read(hub)
    hub.tell('audit', 'started', () => {
      throw new Error('what is shown')
    })
    tell(hub)
    expect([reader.types, logged.length]).to.deep.equal([['audit.started'], 2])
  })
})
