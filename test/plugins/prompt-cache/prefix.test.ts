import { expect } from 'chai'
import { JsonDocument } from '../../../core/document/document.ts'
import anthropicMessages from '../../../plugins/dialects/anthropic-messages/index.ts'
import openaiChat from '../../../plugins/dialects/openai-chat/index.ts'
import openaiResponses from '../../../plugins/dialects/openai-responses/index.ts'
import { Prefix } from '../../../plugins/prompt-cache/prefix.ts'

const dialects = { chat: openaiChat, messages: anthropicMessages, responses: openaiResponses }
const prefixOf = (operation: keyof typeof dialects, body: object) =>
  new Prefix(dialects[operation].conversation(JsonDocument.parse(Buffer.from(JSON.stringify(body))), operation))
const text = (tokens: number) => 'four'.repeat(tokens)
const user = (content: unknown = text(1)) => ({ role: 'user', content })
const system = (content: unknown) => ({ role: 'system', content })
const image = { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } }

describe('what stays of a prompt', () => {
  for (const [what, operation, body, expected] of [
    ['nothing of one message', 'chat', { messages: [user()] }, { messages: 0, headMessages: 0, tokens: 0, headTokens: 0 }],
    ['the instructions', 'chat', { messages: [system(text(100)), user()] }, { messages: 1, headMessages: 1, tokens: 100, headTokens: 100 }],
    [
      'those for developers',
      'chat',
      { messages: [{ role: 'developer', content: text(7) }, user()] },
      { messages: 1, headMessages: 1, tokens: 7, headTokens: 7 },
    ],
    [
      'all that was said before',
      'chat',
      { messages: [system(text(10)), user(text(20)), { role: 'assistant', content: text(30) }, user()] },
      { messages: 3, headMessages: 1, tokens: 60, headTokens: 10 },
    ],
    [
      'instructions amid it, as what was said',
      'chat',
      { messages: [user(text(5)), system(text(6)), user()] },
      { messages: 2, headMessages: 0, tokens: 11, headTokens: 0 },
    ],
    [
      'images, as they count',
      'chat',
      { messages: [user([{ type: 'text', text: text(4) }, image]), user()] },
      { messages: 1, headMessages: 0, tokens: 1204, headTokens: 0 },
    ],
    ['bytes, not letters', 'chat', { messages: [system('é'.repeat(40)), user()] }, { messages: 1, headMessages: 1, tokens: 20, headTokens: 20 }],
    [
      'each block of a system',
      'messages',
      {
        system: [
          { type: 'text', text: text(3) },
          { type: 'text', text: text(4) },
        ],
        messages: [user()],
      },
      { messages: 2, headMessages: 2, tokens: 7, headTokens: 7 },
    ],
    ['instructions beside the input', 'responses', { instructions: text(9), input: 'hello' }, { messages: 1, headMessages: 1, tokens: 9, headTokens: 9 }],
  ] as const) {
    it(`is ${what}`, () => {
      expect(prefixOf(operation, body)).to.deep.include(expected)
    })
  }

  it('has the tools before everything', () => {
    const tools = [{ type: 'function', function: { name: 'f', description: text(50) } }]
    const { headTokens, tokens } = prefixOf('chat', { tools, messages: [user()] })
    expect([headTokens, tokens]).to.deep.equal([Math.ceil(JSON.stringify(tools).length / 4), headTokens])
  })
})

describe('the key of a prompt', () => {
  const tools = [{ type: 'function', function: { name: 'f' } }]
  const key = (body: object, { isLong = true, model = 'm' } = {}) => prefixOf('chat', body).key(model, isLong)
  const first = key({ tools, messages: [system('a'), user('one')] })

  it('fits what vendors take', () => expect(first).to.match(/^tapline-[0-9a-f]{32}$/))

  for (const [what, body, isSame] of [
    ['another question', { tools, messages: [system('a'), user('two')] }, true],
    ['the next turn', { tools, messages: [system('a'), user('one'), { role: 'assistant', content: 'x' }, user('two')] }, true],
    ['other parameters', { tools, temperature: 1, messages: [system('a'), user('one')] }, true],
    ['other instructions', { tools, messages: [system('b'), user('one')] }, false],
    ['other tools', { tools: [], messages: [system('a'), user('one')] }, false],
    ['instructions cut otherwise', { tools, messages: [system('a'), system(''), user('one')] }, false],
  ] as const) {
    it(`is ${isSame ? 'the same' : 'another'} with ${what}`, () => {
      expect(key(body) === first).to.equal(isSame)
    })
  }

  it('is another with another model', () => expect(key({ tools, messages: [system('a'), user('one')] }, { model: 'n' })).not.to.equal(first))

  it('tells conversations apart by their first message where the instructions are short, and stays with each', () => {
    const turns = (said: string, further: readonly object[] = []) =>
      key({ messages: [system('a'), user(said), { role: 'assistant', content: 'x' }, ...further, user()] }, { isLong: false })
    expect(turns('one')).to.equal(turns('one', [user('more'), { role: 'assistant', content: 'y' }]))
    expect(turns('one')).not.to.equal(turns('two'))
  })
})
