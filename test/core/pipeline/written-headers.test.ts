/** Headers that plugins and providers write by their names. */

import { expect } from 'chai'
import { definePlugin, defineProvider, Reply } from '../../../core/index.ts'
import { ProviderInstance } from '../../../core/upstream/provider/provider.ts'
import { runPlugin } from '../../../core/testing/run-plugin.ts'
import { testProviderDeps } from '../../../core/testing/provider-deps.ts'

describe('headers that a plugin writes', () => {
  it('go with the reply, the last of a name', async () => {
    const plugin = definePlugin({
      name: 'tell',
      setup: () => ({
        prompt: exchange => {
          exchange.setReplyHeader('X-Tell', 'one')
          exchange.replyHeaders.push('x-tell', 'two', 'X-Other', 'three')
        },
        response: exchange => {
          exchange.setReplyHeader('X-TELL', 'four')
        },
        stream: 'pass',
      }),
    })
    const {
      exchange: { sentHeaders },
    } = await runPlugin(plugin)
    expect(sentHeaders.flatMap((name, at) => (/^x-(tell|other)$/i.test(name) ? [name, sentHeaders[at + 1]] : []))).to.deep.equal([
      'X-Other',
      'three',
      'X-TELL',
      'four',
    ])
  })

  it('are left out where HTTP has no room for them, and nothing else is', async () => {
    const plugin = definePlugin({
      name: 'tell',
      setup: () => ({
        prompt: exchange => {
          exchange.setReplyHeader('X-Bad', 'a\nb')
          exchange.setReplyHeader('X-Good', 'c')
        },
      }),
    })
    const { status, headers } = await runPlugin(plugin)
    expect([status, headers['x-bad'], headers['x-good']]).to.deep.equal([200, undefined, 'c'])
  })

  it('go with the call', async () => {
    const sent: (readonly string[])[] = []
    const provider = new ProviderInstance(
      { name: 'near', type: 'near', keys: [], models: [], settings: {}, source: 'test' },
      defineProvider({
        name: 'near',
        dialects: ['openai-chat'],
        operations: { chat: 'POST /chat' },
        answer: ({ headers }) => {
          sent.push(headers)
          return {
            status: 200,
            headers: { 'Content-Type': 'application/json' },
            body: Buffer.from('{"choices":[{"index":0,"message":{"role":"assistant","content":"Hi"}}]}'),
          }
        },
      }),
      testProviderDeps(),
    )
    const plugin = definePlugin({
      name: 'tell',
      setup: () => ({
        lookup: exchange => {
          exchange.targets = [{ provider, model: 'm' }]
        },
        attempt: (_, attempt) => {
          attempt.setHeader('X-Try', '1')
          attempt.setHeader('x-try', '2')
        },
      }),
    })
    const { reply, headers } = await runPlugin(plugin)
    expect([reply.text, headers['content-type']]).to.deep.equal(['Hi', 'application/json'])
    expect(sent[0]?.flatMap((name, at) => (/^x-try$/i.test(name) ? [name, sent[0]?.[at + 1]] : []))).to.deep.equal(['x-try', '2'])
  })

  it('make a reply, by name or flat', () => {
    expect(new Reply({ status: 200, headers: { 'Content-Type': 'text/plain', 'Set-Cookie': ['a', 'b'] } }).headers).to.deep.equal([
      'Content-Type',
      'text/plain',
      'Set-Cookie',
      'a',
      'Set-Cookie',
      'b',
    ])
    expect(new Reply({ status: 200, headers: ['X-A', 'b'] }).headers).to.deep.equal(['X-A', 'b'])
    expect(new Reply({ status: 200 }).headers).to.deep.equal([])
  })
})
