import { expect } from 'chai'
import type { GatewayError } from '../../../../core/errors.ts'
import { gatewayError } from '../../../../core/errors.ts'
import { PacedStream } from '../../../../core/pipeline/delivery/pace.ts'
import { TurnedClock } from '../../../../core/testing/turned-clock.ts'
import type { ReplyStream } from '../../../../core/upstream/reply.ts'

/** A provider's stream, and who takes it. */
class Relay implements ReplyStream {
  readonly clock = new TurnedClock()
  /** What left, and when. */
  readonly left: string[] = []
  readonly asked: string[] = []
  readonly paced: PacedStream
  #provider: Parameters<ReplyStream['start']>[0] | undefined

  constructor(factor: number) {
    this.paced = new PacedStream(this, factor, this.clock, 0)
    this.paced.start({
      events: bytes => {
        this.left.push(`${this.clock.elapsed()} ${bytes.length < 10 ? bytes.toString() : bytes.length}`)
      },
      ended: broken => {
        this.left.push(`${this.clock.elapsed()} ${broken?.code ?? 'end'}`)
      },
    })
  }

  start(taker: Parameters<ReplyStream['start']>[0]): void {
    this.#provider = taker
  }
  pause(): void {
    this.asked.push(`${this.clock.elapsed()} pause`)
  }
  resume(): void {
    this.asked.push(`${this.clock.elapsed()} resume`)
  }
  abort(): void {
    this.asked.push('abort')
  }

  /** Time passes, then the provider sends. */
  after(ms: number, text: string): void {
    this.clock.advance(ms)
    this.#provider?.events(Buffer.from(text))
  }

  end(broken?: GatewayError): void {
    this.#provider?.ended(broken)
  }
}

describe('a stream that is slowed down', () => {
  const rows: readonly [factor: number, expected: readonly string[]][] = [
    [0.1, ['110 a', '220 b', '440 c', '440 end']],
    [1, ['200 a', '400 b', '800 c', '800 end']],
    [10, ['1100 a', '2200 b', '4400 c', '4400 end']],
  ]
  for (const [factor, expected] of rows)
    it(`leaves on a timeline that is stretched by ${factor}`, () => {
      const relay = new Relay(factor)
      relay.after(100, 'a')
      relay.after(100, 'b')
      relay.after(200, 'c')
      relay.end()
      relay.clock.advance(10_000)
      expect(relay.left).to.deep.equal(expected)
      expect(relay.asked).to.deep.equal([])
    })

  it('breaks as late as it would have ended', () => {
    const relay = new Relay(1)
    relay.after(100, 'a')
    relay.end(gatewayError('upstream_unreachable', 'gone'))
    relay.clock.advance(1000)
    expect(relay.left).to.deep.equal(['200 a', '200 upstream_unreachable'])
  })

  it('pauses the provider instead of holding much, and does not count that time', () => {
    const relay = new Relay(1)
    relay.after(100, 'x'.repeat(70_000))
    expect(relay.asked).to.deep.equal(['100 pause'])
    relay.clock.advance(100)
    expect(relay.asked).to.deep.equal(['100 pause', '200 resume'])
    relay.after(50, 'b')
    relay.clock.advance(1000)
    expect(relay.left).to.deep.equal(['200 70000', '400 b'])
  })

  it('waits for a caller who cannot take more', () => {
    const relay = new Relay(1)
    relay.after(100, 'a')
    relay.paced.pause()
    relay.clock.advance(900)
    expect(relay.left).to.deep.equal([])
    relay.paced.resume()
    expect(relay.left).to.deep.equal(['1000 a'])
    expect(relay.asked).to.deep.equal(['100 pause', '1000 resume'])
  })

  it('gives out nothing more once it is given up', () => {
    const relay = new Relay(1)
    relay.after(100, 'a')
    relay.paced.abort()
    relay.clock.advance(1000)
    expect(relay.left).to.deep.equal([])
    expect(relay.asked).to.deep.equal(['abort'])
    expect(relay.clock.pending).to.equal(0)
  })
})
