/** A streamed answer: its start, its open blocks, and its one end. */

import { expect } from 'chai'
import { gatewayError } from '../../../core/errors.ts'
import type { Emit, NeutralEvent } from '../../../core/neutral/reply.ts'
import { StreamedAnswer } from '../../../core/neutral/streamed-answer.ts'

const call = { type: 'tool_call', id: 'c1', name: 'tide' } as const

function eventsOf(work: (answer: StreamedAnswer<number>, emit: Emit) => void): readonly NeutralEvent[] {
  const events: NeutralEvent[] = []
  work(new StreamedAnswer(), event => events.push(event))
  return events
}

describe('a streamed answer', () => {
  it('starts once, with what is a text of its facts', () => {
    expect(
      eventsOf((answer, emit) => {
        answer.start(emit, { id: 'r1', model: 5 })
        answer.start(emit, { id: 'r2' })
      }),
    ).to.deep.equal([{ type: 'start', id: 'r1' }])
  })

  it('gives its blocks keys of their own, also at a place that had another', () => {
    expect(
      eventsOf((answer, emit) => {
        answer.begin(0, { type: 'text' }, emit)
        answer.begin(0, { type: 'reasoning' }, emit)
      }),
    ).to.deep.equal([
      { type: 'open', key: '0', block: { type: 'text' } },
      { type: 'close', key: '0' },
      { type: 'open', key: '1', block: { type: 'reasoning' } },
    ])
  })

  it("goes on with text of a block's type, and else opens another", () => {
    const keys: string[] = []
    eventsOf((answer, emit) => {
      for (const type of ['text', 'text', 'reasoning'] as const) keys.push(answer.inside(0, type, emit).key)
    })
    expect(keys).to.deep.equal(['0', '0', '1'])
  })

  it('takes no text into reasoning that is redacted', () => {
    expect(
      eventsOf((answer, emit) => {
        answer.begin(0, { type: 'reasoning', redacted: 'ENC' }, emit)
        answer.inside(0, 'reasoning', emit)
      }).filter(({ type }) => type === 'open'),
    ).to.have.length(2)
  })

  for (const [what, said, otherwise, deltas] of [
    ['a call without arguments', '', undefined, ['{}']],
    ['a call', '{"port":"Brest"}', undefined, ['{"port":"Brest"}']],
    ['a call whose arguments are nothing but space', ' ', undefined, ['{}']],
    ['a call that said its arguments at once', '', '{"port":"Oban"}', ['{"port":"Oban"}']],
  ] as const) {
    it(`has ${what} say ${deltas.join('')}`, () => {
      expect(
        eventsOf((answer, emit) => {
          answer.say(answer.begin(0, call, emit, otherwise), said, emit)
          answer.close(0, emit)
        }).flatMap(event => (event.type === 'delta' ? [event.text] : [])),
      ).to.deep.equal(deltas)
    })
  }

  it('closes its blocks as it ends, which is for its calls if there are any', () => {
    const events = eventsOf((answer, emit) => {
      answer.begin(0, { type: 'text' }, emit)
      answer.begin(1, call, emit)
      answer.finish(() => 'stop', emit)
    })
    expect(events.slice(2)).to.deep.equal([
      { type: 'close', key: '0' },
      { type: 'delta', key: '1', text: '{}' },
      { type: 'close', key: '1' },
      { type: 'finish', finish: 'tool_calls' },
      { type: 'end' },
    ])
  })

  it('ends with the error that its reason is', () => {
    const error = gatewayError('bad_upstream_response', 'broken')
    const answer = new StreamedAnswer()
    const events: NeutralEvent[] = []
    answer.finish(
      () => {
        throw error
      },
      event => events.push(event),
    )
    expect(events).to.deep.equal([{ type: 'error', error }])
    expect(answer.isOver).to.equal(true)
  })
})
