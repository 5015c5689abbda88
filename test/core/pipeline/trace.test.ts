import { expect } from 'chai'
import { JsonDocument } from '../../../core/document/document.ts'
import type { Exchange } from '../../../core/pipeline/exchange.ts'
import { Trace } from '../../../core/pipeline/trace.ts'
import { block } from '../../../core/pipeline/verdict.ts'
import { TurnedClock } from '../../../core/testing/turned-clock.ts'

describe('a trace of policy', () => {
  const clock = new TurnedClock()
  const given = () => ({ clock, body: JsonDocument.parse(Buffer.from('{"a":1}')), reply: undefined }) as unknown as Exchange & { body: JsonDocument }

  it('keeps what a tap said, how long it took, and the body as it left it', async () => {
    const trace = new Trace()
    const exchange = given()
    const refusal = block('no', 'No')
    trace.around(exchange, 'prompt', 'silent', () => undefined)
    trace.around(exchange, 'prompt', 'edits', () => exchange.body.set(exchange.body.root, 'b', '2'))
    const late = trace.around(exchange, 'prompt', 'late', async () => await Promise.resolve(refusal))
    clock.advance(7)
    await late
    expect(trace.outcomes.map(({ edited, ...outcome }) => ({ ...outcome, edited: edited?.toString() }))).to.deep.equal([
      { phase: 'prompt', instance: 'silent', said: undefined, durationMs: 0, edited: undefined },
      { phase: 'prompt', instance: 'edits', said: undefined, durationMs: 0, edited: '{"a":1,"b":2}' },
      { phase: 'prompt', instance: 'late', said: refusal, durationMs: 7, edited: undefined },
    ])
  })

  it('keeps that a tap was asked which threw, or whose promise failed', async () => {
    const trace = new Trace()
    const fail = () => {
      throw new Error('x')
    }
    expect(() => trace.around(given(), 'response', 'throws', fail)).to.throw('x')
    await trace.around(given(), 'response', 'rejects', () => Promise.reject(new Error('y'))).catch(() => {})
    expect(trace.outcomes.map(({ instance, said }) => ({ instance, said }))).to.deep.equal([
      { instance: 'throws', said: undefined },
      { instance: 'rejects', said: undefined },
    ])
  })
})
