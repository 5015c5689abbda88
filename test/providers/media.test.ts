import { expect } from 'chai'
import { ScriptedUpstream } from '../../core/testing/scripted-upstream.ts'
import { expectError } from '../support/answer.ts'
import { Served } from '../support/serve.ts'

const form = (...parts: readonly (readonly [name: string, content: string, filename?: string])[]) =>
  Buffer.from(
    `${parts.map(([name, content, filename]) => `--b\r\nContent-Disposition: form-data; name="${name}"${filename === undefined ? '' : `; filename="${filename}"`}\r\n\r\n${content}\r\n`).join('')}--b--\r\n`,
  )
const formType = { 'content-type': 'multipart/form-data; boundary=b' }

describe('operations of vendors that spell them their own way', () => {
  let served: Served
  let upstream: ScriptedUpstream
  before(async () => {
    upstream = await ScriptedUpstream.start()
    const providers = Object.fromEntries(['minimax', 'xiaomi', 'vllm'].map(type => [type, { type, base_url: upstream.url, api_key: 'k', models: ['m'] }]))
    served = await Served.start({ config: { providers, resilience: { retry: { max_retries: 0 } } } })
  })
  after(async () => {
    await served.close()
    await upstream.close()
  })
  beforeEach(() => {
    upstream.requests.length = 0
  })

  const last = () => upstream.requests.at(-1)!
  const sent = () => JSON.parse(last().body.toString()) as unknown

  it('MiniMax speaks by /t2a_v2', async () => {
    upstream.reply({ body: { data: { audio: '736f756e64', status: 2 }, base_resp: { status_code: 0 } } })
    const answer = await served.call('POST', '/v1/audio/speech', { model: 'minimax/m', input: 'hello', voice: 'male-1' })
    expect([answer.headers['content-type'], answer.body.toString(), last().path]).to.deep.equal(['audio/mpeg', 'sound', '/v1/t2a_v2'])
    expect(sent()).to.deep.equal({
      model: 'm',
      text: 'hello',
      stream: false,
      output_format: 'hex',
      voice_setting: { voice_id: 'male-1' },
      audio_setting: { format: 'mp3' },
    })
  })

  for (const [code, status] of [
    [1002, 429],
    [1004, 401],
    [1008, 402],
    [1026, 400],
    [2013, 400],
    [9999, 502],
  ] as const) {
    it(`MiniMax's ${code} of status 200 is ${status}`, async () => {
      upstream.always({ body: { base_resp: { status_code: code, status_msg: 'no luck' } } })
      expectError(await served.call('POST', '/v1/audio/speech', { model: 'minimax/m', input: 'hello', voice: 'v' }), {
        code: String(code),
        status,
        ...(status === 502 ? { type: 'provider_error' } : {}),
      })
    })
  }

  it('Xiaomi speaks and hears by chats', async () => {
    upstream.reply({ body: { choices: [{ message: { audio: { data: 'c291bmQ=' } } }] } }, { body: { choices: [{ message: { content: 'hello' } }] } })
    const speech = await served.call('POST', '/v1/audio/speech', { model: 'xiaomi/m', input: 'hello', voice: 'Mia' })
    expect([speech.headers['content-type'], speech.body.toString(), last().path]).to.deep.equal(['audio/wav', 'sound', '/v1/chat/completions'])
    const text = await served.call('POST', '/v1/audio/transcriptions', form(['model', 'xiaomi/m'], ['language', 'zh'], ['file', 'sound', 'a.wav']), formType)
    expect(JSON.parse(text.body.toString())).to.deep.equal({ text: 'hello' })
    expect(last().path).to.equal('/v1/chat/completions')
    expect(sent()).to.deep.equal({
      model: 'm',
      messages: [{ role: 'user', content: [{ type: 'input_audio', input_audio: { data: 'data:audio/wav;base64,c291bmQ=' } }] }],
      asr_options: { language: 'zh' },
    })
  })

  it('vLLM reranks at its root', async () => {
    upstream.reply({
      body: {
        id: 'r',
        model: 'm',
        results: [
          { index: 1, relevance_score: 0.1 },
          { index: 0, document: { text: 'a' }, relevance_score: 0.9 },
        ],
        usage: { total_tokens: 5 },
      },
    })
    const answer = await served.call('POST', '/v1/rerank', { model: 'vllm/m', query: 'q', documents: ['a', { text: 'b' }], top_n: 2 })
    expect(last().path).to.equal('/rerank')
    expect(sent()).to.deep.equal({ model: 'm', query: 'q', documents: ['a', 'b'], top_n: 2 })
    expect(JSON.parse(answer.body.toString())).to.deep.equal({
      id: 'r',
      model: 'm',
      provider: 'vllm',
      results: [
        { index: 0, relevance_score: 0.9 },
        { index: 1, relevance_score: 0.1 },
      ],
      usage: { total_tokens: 5 },
    })
  })
})
