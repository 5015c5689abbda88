import { expect } from 'chai'
import { answer, block, definePlugin, refuse } from '../../../core/index.ts'
import { runPlugin } from '../../../core/testing/run-plugin.ts'

const details = { param: 'messages', retryAfterMs: 1_500, headers: { 'X-Quota': '0', 'X-Rule': ['a', 'b'] } }

describe('block', () => {
  it('says when to try again, and gives headers', async () => {
    const { status, headers, body } = await runPlugin(
      definePlugin({ name: 'quota', setup: () => ({ lookup: () => block('quota_spent', 'Too many', { ...details, status: 429 }) }) }),
    )
    expect([status, body.error.code, body.error.param]).to.deep.equal([429, 'quota_spent', 'messages'])
    expect(headers).to.include({ 'retry-after': '2', 'x-quota': '0', 'x-rule': 'b' })
  })

  it('says the same of an answer, with the status of one', async () => {
    for (const stream of [false, true]) {
      const plugin = definePlugin({ name: 'quota', setup: () => ({ response: () => block('quota_spent', 'Too many', details) }) })
      const { status, headers, body } = await runPlugin(plugin, { request: { stream } })
      expect([status, body.error.param, headers['retry-after'], headers['x-quota']]).to.deep.equal([502, 'messages', '2', '0'])
    }
  })

  it('takes headers in a flat list, too', () => {
    expect(block('no', 'No', { headers: ['X-A', 'b', 'X-A', 'c'] }).headers).to.deep.equal(['X-A', 'b', 'X-A', 'c'])
    expect(block('no', 'No', details).headers).to.deep.equal(['X-Quota', '0', 'X-Rule', 'a', 'X-Rule', 'b'])
    expect(block('no', 'No').headers).to.deep.equal([])
  })

  it('has no status that is no refusal', () => {
    for (const status of [200, 399, 600, 400.5, Number.NaN]) expect(() => block('no', 'No', { status })).to.throw(RangeError, String(status))
  })
})

describe('refuse', () => {
  it('says that the provider is not called now', () => {
    expect(refuse('region_full')).to.include({ status: 503, code: 'region_full', message: 'the provider is not called now', retryAfterMs: undefined })
    expect(refuse('region_full', { message: 'Full', status: 429, retryAfterMs: 1_500 })).to.include({ status: 429, message: 'Full', retryAfterMs: 1_500 })
    expect(() => refuse('no', { status: 200 })).to.throw(RangeError, '200')
  })
})

describe('answer', () => {
  const again = definePlugin({ name: 'again', setup: () => ({ lookup: ({ conversation }) => answer(conversation) }) })
  const said = [
    { role: 'user', content: 'Is it so?' },
    { role: 'assistant', content: 'It is.' },
    { role: 'user', content: 'Say it again' },
  ]

  for (const [dialect, member] of [
    ['openai-chat', 'messages'],
    ['openai-responses', 'input'],
    ['anthropic-messages', 'messages'],
  ] as const) {
    it(`says what the assistant says in a conversation: ${dialect}`, async () => {
      for (const stream of [false, true]) {
        const { status, reply, upstream } = await runPlugin(again, { dialect, request: { [member]: said, stream } })
        expect([status, reply.text, upstream]).to.deep.equal([200, 'It is.', undefined])
      }
    })
  }

  it('leaves nothing out in silence', async () => {
    const call = { id: 'c1', type: 'function', function: { name: 'look', arguments: '{}' } }
    const messages = [said[0], { role: 'assistant', content: 'Wait', tool_calls: [call] }, { role: 'tool', tool_call_id: 'c1', content: 'x' }]
    const { status, failures } = await runPlugin(again, { request: { messages } })
    expect([status, String(failures[0]?.cause)]).to.deep.equal([
      500,
      'TypeError: answer() takes no conversation in which the assistant calls tools or shows something',
    ])
  })

  it('takes nothing else', () => {
    for (const nothing of [undefined, null, 7, {}, ['a']] as unknown as string[])
      expect(() => answer(nothing)).to.throw(TypeError, 'answer() takes a text or a conversation')
  })
})
