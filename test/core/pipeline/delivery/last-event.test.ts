import { expect } from 'chai'
import { GatewayError, gatewayError } from '../../../../core/errors.ts'
import type { Exchange } from '../../../../core/pipeline/exchange.ts'
import { LastEvent, type LastTap } from '../../../../core/pipeline/delivery/last-event.ts'
import { definePlugin, type StreamTap } from '../../../../core/plugin/define.ts'
import { StreamEvent } from '../../../../core/stream/event.ts'
import { runPlugin } from '../../../../core/testing/run-plugin.ts'
import responses from '../../../../plugins/dialects/openai-responses/index.ts'
import { until } from '../../../support/until.ts'

const delta = 'event: response.output_text.delta\ndata: {"type":"response.output_text.delta","delta":"it says response.completed"}\n\n'
const end = `event: response.completed\ndata: {"type":"response.completed","response":{"id":"r","text":"${'x'.repeat(300)}"}}\n\n`
const done = 'data: [DONE]\n\n'

/** A last event among what leaves. */
class Trial {
  left = ''
  refused: GatewayError | undefined
  readonly failures: unknown[] = []
  readonly work = new AbortController()
  /** Undefined if none of the taps awaits it. */
  readonly last: LastEvent | undefined

  constructor(call: LastTap['call'], { mode = 'closed', awaits = true }: { readonly mode?: 'open' | 'closed'; readonly awaits?: boolean } = {}) {
    const exchange = {
      orStopped: (work: Promise<unknown>) => work,
      throwIfStopped() {},
      beginAsking() {},
      endAsking: () => this.work,
      gone: false,
      plan: { guardsReplies: false },
    } as unknown as Exchange
    const onFailure: LastTap['onFailure'] = (_name, cause) => {
      this.failures.push(cause)
      return mode
    }
    const { answerEnd = () => -1 } = responses.stream
    this.last = LastEvent.awaited({
      exchange,
      taps: [{ name: 'tap', call, awaits: () => awaits, timeoutMs: 1, onFailure }],
      findEnd: answerEnd,
      leave: bytes => {
        this.left += bytes.toString()
      },
      refuse: error => {
        this.refused = error
      },
    })
  }

  take(...pieces: readonly string[]): this {
    for (const piece of pieces) this.last?.take(Buffer.from(piece))
    return this
  }
}

describe('the last event of a stream', () => {
  it('leaves as it came when the tap says nothing', () => {
    expect(new Trial(() => {}).take(delta, delta + end + done).left).to.equal(delta + delta + end + done)
  })

  it('is shown to a tap that is an instance of a class on that instance', async () => {
    class Ends implements StreamTap {
      seen = 0
      last(): void {
        this.seen += 1
      }
    }
    const stream = new Ends()
    const { exchange } = await runPlugin(definePlugin({ name: 'ends', setup: () => ({ stream }) }))
    const {
      lastTaps: [tap],
    } = exchange.plan.streamFrom(exchange.answeredBy, exchange.dialect)
    void tap?.call(new StreamEvent(Buffer.from(end)), exchange)
    expect(stream.seen).to.equal(1)
  })

  it('is told from a text that speaks of it', () => {
    let seen = 0
    new Trial(() => {
      seen++
    }).take(delta, delta)
    expect(seen).to.equal(0)
  })

  it('is shown once, whole, in however many pieces it comes', () => {
    const shown: string[] = []
    const trial = new Trial(event => void shown.push(event.bytes.toString())).take(delta, end.slice(0, 120), end.slice(120, 250), end.slice(250) + done)
    expect(shown).to.deep.equal([end])
    expect(trial.left).to.equal(delta + end + done)
  })

  it('stays behind, with all that follows, until the tap is done', async () => {
    const { promise, resolve } = Promise.withResolvers<undefined>()
    let isOver = false
    const trial = new Trial(() => promise).take(delta + end, done)
    trial.last?.end(() => {
      isOver = true
    })
    expect([trial.left, isOver]).to.deep.equal([delta, false])
    resolve(undefined)
    await until(() => isOver)
    expect(trial.left).to.equal(delta + end + done)
  })

  it('leaves with the edits of the tap', () => {
    const trial = new Trial(({ document }) => {
      document?.set(document.root, 'more', '1')
    }).take(end)
    expect(trial.left).to.equal(end.replace('}}\n\n', '},"more":1}\n\n'))
  })

  for (const [when, refuse] of [
    ['at once', (error: GatewayError) => error],
    ['later', (error: GatewayError) => Promise.resolve(error)],
  ] as const) {
    it(`does not leave when the tap refuses it ${when}`, async () => {
      const error = gatewayError('internal_error', 'no')
      const trial = new Trial(() => refuse(error)).take(delta + end + done)
      await until(() => trial.refused !== undefined)
      expect(trial.refused).to.equal(error)
      expect(trial.left).to.equal(delta)
    })
  }

  it('does not leave when the tap fails and must not', () => {
    const trial = new Trial(() => {
      throw new Error('broken')
    }).take(end)
    expect(trial.refused?.code).to.equal('plugin_failure')
    expect(trial.left).to.equal('')
  })

  it('leaves when the tap fails and may', async () => {
    const trial = new Trial(() => Promise.reject(new Error('broken')), { mode: 'open' }).take(end)
    await until(() => trial.left !== '')
    expect(trial.left).to.equal(end)
    expect(trial.failures).to.have.length(1)
    expect(trial.work.signal.aborted).to.equal(true)
  })

  it('is not looked for when nobody awaits it', () => {
    expect(new Trial(() => {}, { awaits: false }).last).to.equal(undefined)
  })

  it('is shown as far as it came when the stream breaks off amid it', () => {
    let isOver = false
    const shown: boolean[] = []
    const trial = new Trial(event => void shown.push(event.malformed)).take(end.slice(0, 120))
    trial.last?.end(() => {
      isOver = true
    })
    expect([shown, isOver, trial.left]).to.deep.equal([[true], true, end.slice(0, 120)])
  })
})
