import { expect } from 'chai'
import { JsonDocument } from '../../../core/document/document.ts'
import type { Message } from '../../../core/index.ts'
import { requestConversation } from '../../../plugins/dialects/openai-chat/conversation.ts'
import { KnownBeginnings } from '../../../plugins/sessions/known-beginnings.ts'

const long = 'x'.repeat(2_000)
const veryLong = 'x'.repeat(300_000)
/** With another one at its end. */
const changed = (text: string) => `${text.slice(0, -3)}"y}`
const tool = (text: string) => Buffer.from(JSON.stringify({ name: 'f', description: text }))

function spelled(messages: string): readonly Message[] {
  return requestConversation(JsonDocument.parse(Buffer.from(`{"messages":[${messages}]}`))).messages
}

function said(texts: readonly string[], role = 'system'): readonly Message[] {
  return spelled(texts.map(content => JSON.stringify({ role, content })).join())
}

describe('how conversations begin', () => {
  const known = new KnownBeginnings()

  const beginnings: readonly (readonly [string, readonly string[], readonly Buffer[]])[] = [
    ['with nothing', [], []],
    ['with a few words', ['Be brief.'], [tool('f')]],
    ['with long instructions', ['Be brief.', long], [tool('f')]],
    ['with long tools', ['Be brief.'], [tool('f'), tool(long)]],
    ['with very long instructions', ['Be brief.', veryLong], [tool('f')]],
    ['with very long tools', [], [tool(veryLong)]],
  ]
  for (const [name, texts, tools] of beginnings) {
    describe(name, () => {
      const mark = known.mark.bind(known)
      const same = mark(said(texts), tools)

      it('has one mark, whoever comes between and whoever is asked', () => {
        expect(mark(said(texts), tools.map(Buffer.from))).to.equal(same)
        for (let n = 0; n < 50; n++) mark(said([`${n}${long}`]), [])
        expect(mark(said(texts), tools.map(Buffer.from))).to.equal(same)
        expect(new KnownBeginnings().mark(said(texts), tools)).to.equal(same)
      })

      it('has the same mark however the messages are spelled', () => {
        const others = texts.map(text => `{ "content": ${JSON.stringify(text).replaceAll('e', '\\u0065')}, "role": "system", "name": "a" }`)
        expect(mark(spelled(others.join()), tools)).to.equal(same)
      })

      it('has another one with a text or a tool more, or less, or of other bytes, or of somebody else', () => {
        const others = [
          mark(said([...texts, '']), tools),
          mark(said([...texts, 'y']), tools),
          mark(said(texts), [...tools, tool('g')]),
          ...(texts.length === 0
            ? []
            : [
                mark(said(texts.slice(1)), tools),
                mark(said(texts, 'developer'), tools),
                mark(said([...texts.slice(0, -1), changed(texts.at(-1) ?? '')]), tools),
              ]),
          ...(texts.length < 2 ? [] : [mark(said([texts.join('')]), tools)]),
          ...(tools.length === 0
            ? []
            : [mark(said(texts), tools.slice(1)), mark(said(texts), [...tools.slice(0, -1), Buffer.from(changed(String(tools.at(-1))))])]),
        ]
        for (const [at, other] of others.entries()) expect(other, String(at)).to.not.equal(same)
      })
    })
  }
})
