import { expect } from 'chai'
import type { Dialect } from '../../../core/plugin/dialect.ts'
import { splitEvents } from '../../../core/stream/borders.ts'
import { seededRandom } from '../../../core/testing/seeded-random.ts'
import { wholeOf } from '../../../plugins/audit/stream-body.ts'
import anthropic from '../../../plugins/dialects/anthropic-messages/index.ts'
import chat from '../../../plugins/dialects/openai-chat/index.ts'
import responses from '../../../plugins/dialects/openai-responses/index.ts'
import { spokenStream, type Speech, type SpokenDialect } from '../../support/model-streams.ts'

const dialects = { 'openai-chat': chat, 'openai-responses': responses, 'anthropic-messages': anthropic } as const
const alphabet = ['a', 'word ', 'é', '日本', '"', '\\', '\n', '😀', ' ', '{}', 'data: ', '\u2028']

function streamText(dialect: SpokenDialect, speech: Speech): string {
  return Buffer.concat(spokenStream(dialect, speech).events).toString()
}

describe('a stream as a plain reply', () => {
  const random = seededRandom(7)
  const pieces = () =>
    Array.from({ length: Math.floor(random() * 40) }, () => alphabet[Math.floor(random() * (random() < 0.7 ? 2 : alphabet.length))] as string)

  for (const [name, dialect] of Object.entries(dialects) as [keyof typeof dialects, Dialect][]) {
    it(`is what reading all of its events gives: ${name}`, () => {
      for (let i = 0; i < 60; i++) {
        const calls = random() < 0.3 ? [{ name: 'f', arguments: ['{"a', '":', '"x', 'y', 'z', '"}'] }] : []
        const bytes = Buffer.from(streamText(name, { thoughts: random() < 0.3 ? pieces() : [], pieces: pieces(), calls }))
        expect(wholeOf(dialect, bytes).toString()).to.equal(dialect.stream.assemble(splitEvents(bytes)).toString())
      }
    })

    it(`is as much of it as came: ${name}`, () => {
      const bytes = Buffer.from(streamText(name, { pieces: ['one ', 'two ', 'three ', 'four ', 'five '] }))
      for (let end = bytes.indexOf('\n\n') + 2; end > 1; end = bytes.indexOf('\n\n', end) + 2) {
        const cut = bytes.subarray(0, end)
        expect(wholeOf(dialect, cut).toString()).to.equal(dialect.stream.assemble(splitEvents(cut)).toString())
      }
    })

    it(`is the same over line ends of another kind: ${name}`, () => {
      const text = streamText(name, { pieces: ['a', 'b', 'c'] })
      expect(wholeOf(dialect, Buffer.from(text.replaceAll('\n', '\r\n'))).toString()).to.equal(wholeOf(dialect, Buffer.from(text)).toString())
    })
  }

  it('is not there for events that cannot be read', () => {
    expect(() => wholeOf(chat, Buffer.from('data: {oops\n\n'))).to.throw(/cannot be read/)
  })
})
