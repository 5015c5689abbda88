/** The open blocks of a streamed answer: keys, pieces, and what closes them. */

import { expect } from 'chai'
import { OpenBlocks } from '../../../core/neutral/open-blocks.ts'
import type { Emit, NeutralEvent } from '../../../core/neutral/reply.ts'

const call = { type: 'tool_call', id: 'c1', name: 'tide' } as const

function eventsOf(work: (blocks: OpenBlocks<number>, emit: Emit) => void): readonly NeutralEvent[] {
  const events: NeutralEvent[] = []
  work(new OpenBlocks(), event => events.push(event))
  return events
}

describe('the open blocks of a streamed answer', () => {
  it('have keys of their own, also at a place that had another', () => {
    expect(eventsOf((blocks, emit) => {
      blocks.begin(0, { type: 'text' }, emit)
      blocks.begin(0, { type: 'reasoning' }, emit)
    })).to.deep.equal([{ type: 'open', key: '0', block: { type: 'text' } }, { type: 'close', key: '0' }, { type: 'open', key: '1', block: { type: 'reasoning' } }])
  })

  it('go on with text of their type, and else give way', () => {
    const keys: string[] = []
    eventsOf((blocks, emit) => {
      for (const type of ['text', 'text', 'reasoning'] as const) keys.push(blocks.inside(0, type, emit).key)
    })
    expect(keys).to.deep.equal(['0', '0', '1'])
  })

  it('take no text into reasoning that is redacted', () => {
    expect(eventsOf((blocks, emit) => {
      blocks.begin(0, { type: 'reasoning', redacted: 'ENC' }, emit)
      blocks.inside(0, 'reasoning', emit)
    }).filter(({ type }) => type === 'open')).to.have.length(2)
  })

  for (const [what, said, otherwise, deltas] of [['a call without arguments', '', undefined, ['{}']], ['a call', '{"port":"Brest"}', undefined, ['{"port":"Brest"}']], ['a call that said its arguments at once', '', '{"port":"Oban"}', ['{"port":"Oban"}']]] as const) {
    it(`have ${what} say ${deltas.join('')}`, () => {
      expect(eventsOf((blocks, emit) => {
        blocks.say(blocks.begin(0, call, emit, otherwise), said, emit)
        blocks.close(0, emit)
      }).flatMap(event => event.type === 'delta' ? [event.text] : [])).to.deep.equal(deltas)
    })
  }

  it('are closed as the answer ends, which is for their calls if there are any', () => {
    const events = eventsOf((blocks, emit) => {
      blocks.begin(0, { type: 'text' }, emit)
      blocks.begin(1, call, emit)
      blocks.finish('stop', emit)
    })
    expect(events.slice(2)).to.deep.equal([
      { type: 'close', key: '0' }, { type: 'delta', key: '1', text: '{}' }, { type: 'close', key: '1' }, { type: 'finish', finish: 'tool_calls' }, { type: 'end' },
    ])
  })
})
