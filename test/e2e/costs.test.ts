/** What calls cost, in the records of a running gateway. */

import { expect } from 'chai'
import { chatChunks, chatCompletion } from '../../core/testing/chat-samples.ts'
import type { Script } from '../../core/testing/script.ts'
import { recorded } from '../support/recorded.ts'
import { hello, helloStream, Served } from '../support/serve.ts'

const prices = { input_per_mtok: 1, cached_input_per_mtok: 0.5, output_per_mtok: 10, per_character_input: 0.001, per_second_input: 0.01, per_image: 0.04 }
const start = async () =>
  await Served.start({ config: { providers: { openai: { models: [{ id: 'gpt-test', metadata: { pricing: prices } }] } } }, env: { OPENAI_MODELS: '' } })

const usage = { prompt_tokens: 1000, completion_tokens: 50, cached_tokens: 900 }
const chat = { input_cost: (100 + 900 * 0.5) / 1e6, output_cost: 500 / 1e6, total_cost: 1050 / 1e6 }
const form =
  '--b\r\nContent-Disposition: form-data; name="model"\r\n\r\ngpt-test\r\n--b\r\nContent-Disposition: form-data; name="file"; filename="a.wav"\r\nContent-Type: audio/wav\r\n\r\nRIFF\r\n--b--\r\n'

interface Kind {
  readonly what: string
  readonly path: string
  readonly body: object | string
  readonly headers?: Readonly<Record<string, string>>
  readonly script: Script
  readonly is: object
}

const kinds: readonly Kind[] = [
  { what: 'an answer', path: '/v1/chat/completions', body: hello, script: { body: chatCompletion({ usage }) }, is: chat },
  { what: 'a stream', path: '/v1/chat/completions', body: helloStream, script: { chunks: chatChunks({ pieces: ['a'], usage }) }, is: chat },
  { what: 'an answer that is translated', path: '/v1/messages', body: { ...hello, max_tokens: 9 }, script: { body: chatCompletion({ usage }) }, is: chat },
  {
    what: 'a stream that is translated',
    path: '/v1/messages',
    body: { ...helloStream, max_tokens: 9 },
    script: { chunks: chatChunks({ pieces: ['a'], usage }) },
    is: chat,
  },
  {
    what: 'what is spoken, by its characters',
    path: '/v1/audio/speech',
    body: { model: 'gpt-test', input: 'Tide at 9', voice: 'alloy' },
    script: { headers: { 'content-type': 'audio/mpeg' }, body: Buffer.from('sound') },
    is: { input_cost: 0.009, total_cost: 0.009, costs_calculation_caveat: null },
  },
  {
    what: 'what is heard, by its seconds',
    path: '/v1/audio/transcriptions',
    body: form,
    headers: { 'content-type': 'multipart/form-data; boundary=b' },
    script: { body: { text: 'hello', usage: { type: 'duration', seconds: 3 } } },
    is: { input_cost: 0.03, total_cost: 0.03 },
  },
  {
    what: 'images, each',
    path: '/v1/images/generations',
    body: { model: 'gpt-test', prompt: 'tide' },
    script: { body: { created: 1, data: [{ url: 'https://images.example/1' }, { url: 'https://images.example/2' }] } },
    is: { output_cost: 0.08, total_cost: 0.08 },
  },
]

describe('the cost in a record', () => {
  for (const { what, path, body, headers, script, is } of kinds) {
    it(`is that of ${what}`, async () => {
      await using served = await start()
      served.upstream.always(script)
      expect((await served.call('POST', path, body, headers)).status).to.equal(200)
      expect((await recorded(served, 1))[0]).to.include({ ...is, cost_source: 'model_pricing' })
    })
  }

  it('is none of counting tokens: nothing is recorded of it', async () => {
    await using served = await start()
    const response = { model: 'gpt-test', input: 'Hi' }
    const counts: readonly (readonly [string, object])[] = [
      ['/v1/responses/input_tokens', response],
      ['/v1/messages/count_tokens', hello],
      ['/p/openai/v1/responses/input_tokens', response],
      ['/p/openai/v1/messages/count_tokens', hello],
      ['/p/openai/v1/responses/input_tokens', { input: 'Hi' }],
    ]
    served.upstream.always({ body: { object: 'response.input_tokens', input_tokens: 5 } })
    for (const [path, body] of counts) expect((await served.call('POST', path, body)).status).to.equal(200)
    await served.chat()
    expect((await recorded(served, 1)).map(({ endpoint }) => endpoint)).to.deep.equal(['/v1/chat/completions'])
  })

  it('is that of the prices that an administrator set just before', async () => {
    await using served = await start()
    served.upstream.always({ body: chatCompletion({ usage }) })
    await served.call('PUT', '/admin/model-pricing-overrides', { selector: 'openai/*', pricing: { output_per_mtok: 20 } })
    await served.chat()
    expect((await recorded(served, 1))[0]).to.include({ input_cost: chat.input_cost, output_cost: 1000 / 1e6 })
  })
})
