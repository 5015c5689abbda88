/** Deltas that are spelled many at once are spelled as they would be one by one. */

import { expect } from 'chai'
import type { NeutralEvent, OpenedBlock } from '../../../core/neutral/reply.ts'
import anthropic from '../../../plugins/dialects/anthropic-messages/index.ts'
import chat from '../../../plugins/dialects/openai-chat/index.ts'
import responses from '../../../plugins/dialects/openai-responses/index.ts'
import { countedIds, neutralRequest, replyContext } from '../../support/translation.ts'

const texts = ['one', ' two', ' größer', ' 日本', ' {x}']
const finish: readonly NeutralEvent[] = [
  { type: 'close', key: '1' },
  { type: 'usage', usage: { inputTokens: 3, outputTokens: 5 } },
  { type: 'finish', finish: 'stop' },
  { type: 'end' },
]

function begun({ caller }: typeof chat, block: OpenedBlock) {
  const writer = caller!.stream(replyContext({ ids: countedIds(), request: neutralRequest({ wants: { usageEvent: true } }) }))
  const before: readonly NeutralEvent[] = [
    { type: 'start', id: 'a', model: 'm' },
    { type: 'open', key: '1', block },
    { type: 'delta', key: '1', text: 'a "first" one' },
  ]
  return { writer, written: before.map(event => writer.write(event)).join('') }
}

describe('deltas of one block', () => {
  for (const dialect of [chat, anthropic, responses]) {
    it(`are the same in ${dialect.name}, however many are spelled at once`, () => {
      const [one, many] = [begun(dialect, { type: 'text' }), begun(dialect, { type: 'text' })]
      const singly = texts.map(text => one.writer.write({ type: 'delta', key: '1', text })).join('')
      expect(many.writer.pieces?.('1', texts)).to.equal(singly)
      expect(many.written + finish.map(event => many.writer.write(event)).join('')).to.equal(
        one.written + finish.map(event => one.writer.write(event)).join(''),
      )
    })

    it(`are not, in ${dialect.name}, of a block that is not open`, () => {
      const { writer } = begun(dialect, { type: 'text' })
      writer.write({ type: 'close', key: '1' })
      expect(writer.pieces?.('1', texts)).to.equal(undefined)
    })
  }

  it('end what closed before them', () => {
    const [one, many] = [begun(responses, { type: 'text' }), begun(responses, { type: 'text' })].map(({ writer }) => {
      for (const event of [
        { type: 'open', key: '2', block: { type: 'text' } },
        { type: 'delta', key: '2', text: 'x' },
        { type: 'close', key: '1' },
      ] as const)
        writer.write(event)
      return writer
    })
    const singly = texts.map(text => one?.write({ type: 'delta', key: '2', text })).join('')
    expect(singly).to.include('response.output_item.done')
    expect(many?.pieces?.('2', texts)).to.equal(singly)
  })

  for (const dialect of [chat, anthropic]) {
    it(`are written one by one in ${dialect.name} where more is to be done with them than to spell them`, () => {
      expect(begun(dialect, { type: 'tool_call', id: 'c', name: 'f' }).writer.pieces?.('1', texts)).to.equal(undefined)
    })
  }
})
