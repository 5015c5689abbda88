import { expect } from 'chai'
import { JsonDocument } from '../../../../core/document/document.ts'
import anthropicMessages from '../../../../plugins/dialects/anthropic-messages/index.ts'

const call = { type: 'tool_use', id: 't', name: 'f', input: {} }
const text = { type: 'text', text: 'a' }
const thinking = (signature: string) => ({ type: 'thinking', thinking: 'hm', signature })
const holding = (...content: object[]) => ({
  messages: [
    { role: 'user', content: 'q' },
    { role: 'assistant', content },
  ],
})
const kept = (body: object, vendor?: string) => {
  const document = JsonDocument.parse(Buffer.from(JSON.stringify(body)))
  anthropicMessages.keepOwnState?.(document, vendor)
  return JSON.parse(document.render().toString()) as object
}

describe('the state of vendors in a request of messages', () => {
  const google = { google: { thought_signature: 's' } }
  for (const vendor of ['anthropic', 'qwen', undefined]) {
    it(`is kept from everybody else: ${vendor}`, () =>
      expect(kept(holding(text, { ...call, extra_content: google }), vendor)).to.deep.equal(holding(text, call)))
  }
  it('goes to who issued it, alone', () =>
    expect(kept(holding({ ...call, extra_content: { ...google, qwen: {} } }), 'qwen')).to.deep.equal(holding({ ...call, extra_content: { qwen: {} } })))
  it('is not sent where it is sealed', () =>
    expect(kept(holding(thinking('tl1.abc'), thinking('S'), call), 'qwen')).to.deep.equal(holding(thinking('S'), call)))
  it('leaves no message that had nothing else', () =>
    expect(kept(holding(thinking('tl1.abc')), 'qwen')).to.deep.equal({ messages: [{ role: 'user', content: 'q' }] }))
  it("leaves thinking to Anthropic's own rules", () =>
    expect(kept(holding(thinking('tl1.abc'), call), 'anthropic')).to.deep.equal(holding(thinking('tl1.abc'), call)))
})
