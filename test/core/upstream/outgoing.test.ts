import { expect } from 'chai'
import { chatCompletion } from '../../../core/testing/chat-samples.ts'
import { seal } from '../../../core/neutral/state.ts'
import { Served } from '../../support/serve.ts'

const sealed = seal({ v: 1, f: 'anthropic', s: [{ type: 'thinking', thinking: 't', signature: 'S' }] })
const call = (more: object) => ({ id: 'c', type: 'function', function: { name: 'f', arguments: '{}' }, ...more })
const chat = (...messages: readonly object[]) => JSON.stringify({ model: 'gpt-test', messages: [{ role: 'user', content: 'hi' }, ...messages] })
const responses = (...input: readonly object[]) => JSON.stringify({ model: 'gpt-test', input: [{ role: 'user', content: 'hi' }, ...input] })
const thought = (encrypted: string) => ({ type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: encrypted })

describe('a call in the dialect of its provider', () => {
  let served: Served
  before(async () => {
    served = await Served.start()
  })
  after(() => served.close())

  const sentFor = async (path: string, body: string) => {
    served.upstream.requests.length = 0
    served.upstream.always({ body: chatCompletion() })
    await served.call('POST', path, body)
    return served.upstream.requests.at(-1)?.body.toString()
  }

  for (const [name, path, given, expected] of [
    [
      'on a message',
      '/v1/chat/completions',
      chat({ role: 'assistant', content: 'a', extra_content: { google: {} } }),
      chat({ role: 'assistant', content: 'a' }),
    ],
    [
      'on a call',
      '/v1/chat/completions',
      chat({ role: 'assistant', tool_calls: [call({ extra_content: { google: { thought_signature: 'Z' } } })] }),
      chat({ role: 'assistant', tool_calls: [call({})] }),
    ],
    ['that Tapline sealed', '/v1/responses', responses(thought(sealed), { role: 'user', content: 'go on' }), responses({ role: 'user', content: 'go on' })],
  ] as const) {
    it(`leaves without state of other vendors ${name}`, async () => {
      expect(await sentFor(path, given)).to.equal(expected)
    })
  }

  for (const [name, path, given] of [
    ['state of its own vendor', '/v1/chat/completions', chat({ role: 'assistant', content: 'a', extra_content: { openai: { x: 1 } } })],
    ['what its own vendor encrypted', '/v1/responses', responses(thought('gAAA'))],
    ['thoughts that nobody signed', '/v1/chat/completions', chat({ role: 'assistant', content: 'a', reasoning_content: 'hm' })],
    ['a text that speaks of such members', '/v1/chat/completions', chat({ role: 'user', content: 'extra_content, encrypted_content, "tl1.' })],
  ] as const) {
    it(`leaves byte for byte with ${name}`, async () => {
      expect(await sentFor(path, given)).to.equal(given)
    })
  }
})
