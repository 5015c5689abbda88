/** What a dialect says a second time, policy sees a second time. */

import { expect } from 'chai'
import { JsonDocument } from '../../../core/document/document.ts'
import chat from '../../../plugins/dialects/openai-chat/index.ts'
import responses from '../../../plugins/dialects/openai-responses/index.ts'

const word = 'secret'
const clean = (text: string) => text.replaceAll(word, '***')

const block = { type: 'thinking', thinking: `a ${word}`, signature: 'SIG' }
const item = { id: 'rs_1', encrypted_content: 'E', summary: [{ type: 'summary_text', text: `a ${word}` }], content: [{ type: 'reasoning_text', text: word }] }
const unsealed = (value: object) =>
  JSON.parse(clean(JSON.stringify(value)).replace('"SIG"', '""').replace('"encrypted_content":"E"', '"encrypted_content":""')) as object

const carriers: Readonly<Record<string, object>> = {
  'thinking blocks of Anthropic': { extra_content: { anthropic: { thinking_blocks: [block] } } },
  'thinking blocks beside the message': { thinking_blocks: [block] },
  'reasoning items of OpenAI': { extra_content: { openai: { reasoning_items: [item] } } },
}
const chatCarriers: typeof carriers = {
  ...carriers,
  'reasoning details of a router': {
    reasoning_details: [
      { type: 'reasoning.text', text: `a ${word}`, signature: 'SIG' },
      { type: 'reasoning.summary', summary: word },
    ],
  },
  reasoning_text: { reasoning_text: `a ${word}` },
}

describe('thoughts that a body carries a second time', () => {
  for (const [name, carrier] of Object.entries(chatCarriers)) {
    it(`are rewritten in ${name}, in a request and in a reply of chat`, () => {
      const request = JsonDocument.parse(Buffer.from(JSON.stringify({ messages: [{ role: 'assistant', content: 'x', ...carrier }] })))
      const reply = JsonDocument.parse(Buffer.from(JSON.stringify({ choices: [{ index: 0, message: { role: 'assistant', content: 'x', ...carrier } }] })))
      chat.conversation(request, 'chat').rewrite(clean)
      chat.reply(reply, 'chat').rewrite(clean)
      expect(request.root.value()).to.deep.equal({ messages: [{ role: 'assistant', content: 'x', ...unsealed(carrier) }] })
      expect(reply.root.value()).to.deep.equal({ choices: [{ index: 0, message: { role: 'assistant', content: 'x', ...unsealed(carrier) } }] })
    })
  }

  for (const [name, carrier] of Object.entries(carriers)) {
    it(`are rewritten in ${name}, in a request and in a reply of responses`, () => {
      const thought = { type: 'reasoning', id: 'rs_0', summary: [], ...carrier }
      const request = JsonDocument.parse(Buffer.from(JSON.stringify({ input: [thought] })))
      const reply = JsonDocument.parse(Buffer.from(JSON.stringify({ output: [thought] })))
      responses.conversation(request, 'responses').rewrite(clean)
      responses.reply(reply, 'responses').rewrite(clean)
      const expected = { type: 'reasoning', id: 'rs_0', summary: [], ...unsealed(carrier) }
      expect(request.root.value()).to.deep.equal({ input: [expected] })
      expect(reply.root.value()).to.deep.equal({ output: [expected] })
    })
  }

  it('keep their seal where nothing changed', () => {
    const request = JsonDocument.parse(Buffer.from(JSON.stringify({ messages: [{ role: 'assistant', ...carriers['thinking blocks of Anthropic'] }] })))
    chat.conversation(request, 'chat').rewrite(text => text)
    expect(request.edited).to.equal(false)
  })
})

describe('log probabilities of a plain reply', () => {
  const tokens = { content: [{ token: word, logprob: -1 }] }
  it('go with a text of chat that changed, and stay with another', () => {
    for (const [content, expected] of [
      [`a ${word}`, null],
      ['fine', tokens],
    ] as const) {
      const reply = JsonDocument.parse(Buffer.from(JSON.stringify({ choices: [{ index: 0, message: { role: 'assistant', content }, logprobs: tokens }] })))
      chat.reply(reply, 'chat').rewrite(clean)
      expect(reply.root.get('choices')?.items()[0]?.get('logprobs')?.value()).to.deep.equal(expected)
    }
  })

  it('go with a text of responses that changed, and stay with another', () => {
    for (const [text, expected] of [
      [`a ${word}`, []],
      ['fine', tokens.content],
    ] as const) {
      const reply = JsonDocument.parse(
        Buffer.from(JSON.stringify({ output: [{ type: 'message', role: 'assistant', content: [{ type: 'output_text', text, logprobs: tokens.content }] }] })),
      )
      responses.reply(reply, 'responses').rewrite(clean)
      expect(reply.root.get('output')?.items()[0]?.get('content')?.items()[0]?.get('logprobs')?.value()).to.deep.equal(expected)
    }
  })
})
