/** What is cut when the drain time is over, beside the streams that a provider is amid. */

import { expect } from 'chai'
import { chatChunks, chatCompletion } from '../../../core/testing/chat-samples.ts'
import { Gate } from '../../../core/testing/gate.ts'
import { TurnedClock } from '../../../core/testing/turned-clock.ts'
import { hello, helloStream, Served } from '../../support/serve.ts'
import { streamTexts } from '../../support/stream-texts.ts'
import { until } from '../../support/until.ts'

/** Less than the longest pause of a stream that is replayed. */
const drainMs = 200
const events = chatChunks({ pieces: ['a', 'b'] })

const keeper = `import { definePlugin } from 'tapline'
export default definePlugin({ name: 'keeper', edits: false, timeoutMs: 0, setup: () => ({ stream: { last: () => new Promise(() => {}) } }) })`

type Opened = Awaited<ReturnType<Served['open']>>

/** A gateway that stops as time is turned. */
class Stopping implements AsyncDisposable {
  readonly served: Served
  readonly clock: TurnedClock

  private constructor(served: Served, clock: TurnedClock) {
    this.served = served
    this.clock = clock
  }

  static async of(config: object): Promise<Stopping> {
    const clock = new TurnedClock()
    const server = { shutdown: { linger: '0s', drain_timeout: `${drainMs}ms` } }
    return new Stopping(await Served.start({ clock, files: { 'keeper.ts': keeper }, config: { ...config, server } }), clock)
  }

  /** Opens a stream, and lets time pass between its events. */
  async stream(pauseMs: number): Promise<Opened> {
    const gate = new Gate()
    this.served.upstream.always({ chunks: events, trickle: true, gates: { beforeChunk: { 1: gate } } })
    let isOpen = false
    const opening = this.served.open('POST', '/v1/chat/completions', helloStream).finally(() => {
      isOpen = true
    })
    // What is due at once is, too.
    await until(() => (this.clock.advance(0), isOpen))
    const stream = await opening
    this.clock.advance(pauseMs)
    gate.open()
    return stream
  }

  /** Stops. Resolves once all is cut and closed. */
  async stop(): Promise<void> {
    const stopped = this.served.gateway.gateway.stop()
    await until(() => this.clock.waitsMs.includes(drainMs))
    this.clock.advance(drainMs)
    expect(await stopped).to.equal(false)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.served.close()
  }
}

describe('what is still held when the drain time is over', () => {
  const slow = { virtual_models: [{ source: 'openai/gpt-test', slowdown: 10 }] }
  /** What is waited for is as long as nothing else is. */
  const [tookMs, slowedMs] = [97, 970]

  const rows: readonly [what: string, config: object, opened: (trial: Stopping) => Promise<Opened>][] = [
    [
      'a stream that is slowed down',
      slow,
      async trial => {
        const stream = await trial.stream(tookMs)
        await until(() => trial.clock.waitsMs.includes(slowedMs))
        return stream
      },
    ],
    [
      'a kept stream that leaves as it came',
      { cache: { response: { simple: {}, streaming: { replay: 'paced' } } } },
      async trial => {
        const first = await trial.stream(2 * drainMs)
        await first.body.text()
        await until(() => trial.served.completions.all.every(({ hasLeft }) => hasLeft))
        const again = await trial.served.open('POST', '/v1/chat/completions', helloStream)
        expect(again.headers['x-cache']).to.equal('HIT (exact)')
        return again
      },
    ],
    [
      'the end of a stream that a plugin has yet to see',
      { pipelines: { inference: [{ insert: { use: './keeper.ts' }, before: 'retry' }] } },
      async trial => {
        const stream = await trial.stream(0)
        await until(() => trial.served.upstream.requests.length > 0)
        await trial.served.upstream.requests[0]?.ended
        return stream
      },
    ],
  ]
  for (const [what, config, opened] of rows) {
    it(`ends with one error event: ${what}`, async () => {
      await using trial = await Stopping.of(config)
      const stream = await opened(trial)
      const text = stream.body.text()
      await trial.stop()
      const { errors, dones } = streamTexts(await text)
      expect({ codes: errors.map(({ code }) => code), dones }).to.deep.equal({ codes: ['stream_incomplete'], dones: 0 })
    })
  }

  it('is told to who waits for a plain answer that is slowed down', async () => {
    await using trial = await Stopping.of(slow)
    const gate = new Gate()
    trial.served.upstream.always({ body: chatCompletion(), gates: { beforeHeaders: gate } })
    const answer = trial.served.chat(hello)
    await gate.reached
    trial.clock.advance(tookMs)
    gate.open()
    await until(() => trial.clock.waitsMs.includes(slowedMs))
    await trial.stop()
    const { status, body } = await answer
    expect([status, JSON.parse(body.toString()).error.code]).to.deep.equal([502, 'stream_incomplete'])
  })
})
