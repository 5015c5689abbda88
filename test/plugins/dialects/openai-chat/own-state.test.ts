import { expect } from 'chai'
import { JsonDocument } from '../../../../core/document/document.ts'
import openAiChat from '../../../../plugins/dialects/openai-chat/index.ts'

const call = { id: 'a', type: 'function', function: { name: 'f', arguments: '{}' } }
const holding = (content?: object) => {
  const held = content === undefined ? {} : { extra_content: content }
  return {
    messages: [
      { role: 'user', content: 'q' },
      { role: 'assistant', content: 'x', ...held, tool_calls: [{ ...call, ...held }] },
    ],
  }
}
const kept = (body: object, vendor?: string) => {
  const document = JsonDocument.parse(Buffer.from(JSON.stringify(body)))
  openAiChat.keepOwnState?.(document, vendor)
  return JSON.parse(document.render().toString()) as object
}

describe('the state of vendors in a chat completion request', () => {
  const own = { openai: { reasoning_items: [] } }
  it('is kept from everybody else', () => expect(kept(holding({ google: { thought_signature: 's' } }), 'openai')).to.deep.equal(holding()))
  it('goes to who issued it, alone', () => expect(kept(holding({ ...own, google: {} }), 'openai')).to.deep.equal(holding(own)))
  it('goes to nobody of whom nothing is known', () => expect(kept(holding(own))).to.deep.equal(holding()))
  it('is looked for in messages only', () => expect(kept({ input: 'x', extra_content: own }, 'openai')).to.deep.equal({ input: 'x', extra_content: own }))
})
