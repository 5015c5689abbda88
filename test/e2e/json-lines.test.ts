/** A dialect whose streams are lines of JSON. */

import { expect } from 'chai'
import { expectError } from '../support/answer.ts'
import { hello, Served } from '../support/serve.ts'

const dialect = `
import { defineDialect, gatewayError } from 'tapline'
export default defineDialect({
  name: 'lines',
  upstream: {
    framing: 'json-lines',
    operation: () => 'say',
    request: (asked, to) => ({ body: Buffer.from(JSON.stringify({ model: to.model, flow: asked.isStream })) }),
    reply: ({ text }) => ({ blocks: [{ type: 'text', text }], finish: 'stop' }),
    stream: ({ provider }) => ({
      begun: false,
      read({ data }, emit) {
        const { text, done, trouble } = JSON.parse(data)
        if (trouble !== undefined) return emit({ type: 'error', error: gatewayError('stream_incomplete', trouble, { provider }) })
        if (!this.begun) {
          emit({ type: 'start' })
          emit({ type: 'open', key: '0', block: { type: 'text' } })
          this.begun = true
        }
        if (text !== undefined) emit({ type: 'delta', key: '0', text })
        if (done !== true) return
        emit({ type: 'close', key: '0' })
        emit({ type: 'finish', finish: 'stop' })
        emit({ type: 'end' })
      },
      end() {},
    }),
  },
})
`

const provider = `
import { defineProvider } from 'tapline'
export default defineProvider({ name: 'liner', needs: ['base_url'], dialects: ['./lines.ts'], operations: { say: 'POST /say' } })
`

describe('a provider that streams lines of JSON', () => {
  let served: Served
  before(async () => {
    served = await Served.start({
      files: { 'lines.ts': dialect, 'liner.ts': provider },
      config: {
        resilience: { retry: { max_retries: 0 } },
        providers: { liner: { type: './liner.ts', base_url: '${OPENAI_BASE_URL}', api_key: 'k', models: ['m'] } },
      },
    })
  })
  after(() => served.close())

  const chat = (stream: boolean) => served.chat({ ...hello, model: 'liner/m', stream })
  const flowing = (text: string, type = 'application/x-ndjson') =>
    served.upstream.reply({ headers: { 'content-type': type }, chunks: [text], splitAt: 'every byte' })
  const textOf = (body: Buffer) => [...body.toString().matchAll(/"content":"([^"]*)"/g)].map(([, text]) => text).join('')

  for (const [type, text] of [
    ['application/x-ndjson', '{"text":"Good "}\n{"text":"day"}\n{"done":true}\n'],
    ['application/jsonl; charset=utf-8', '{"text":"Good "}\r\n{"text":"day"}\r\n\r\n{"done":true}\r\n'],
    ['application/stream+json', '{"text":"Good "}\n{"text":"day","done":true}'],
  ] as const) {
    it(`is heard to its end, as ${type}`, async () => {
      flowing(text, type)
      const { headers, body } = await chat(true)
      expect([headers['content-type'], textOf(body)]).to.deep.equal(['text/event-stream; charset=utf-8', 'Good day'])
      expect(body.toString()).to.match(/"finish_reason":"stop"[^]*data: \[DONE\]\n\n$/)
      expect(served.upstream.requests.at(-1)?.headers['accept']).to.equal('application/x-ndjson')
    })
  }

  it('is told from one that breaks off', async () => {
    flowing('{"text":"Good "}\n{"text":"d')
    expect((await chat(true)).body.toString()).to.match(/Good [^]*"code":"stream_incomplete"/)
  })

  it('may report an error instead', async () => {
    flowing('{"trouble":"out of ink"}\n')
    expectError(await chat(true), { status: 502, code: 'bad_upstream_response', message: /out of ink/ })
  })

  it('answers plainly who asks for no stream', async () => {
    served.upstream.reply({ body: { text: 'Good day' } })
    expect(textOf((await chat(false)).body)).to.equal('Good day')
    expect(served.upstream.requests.at(-1)?.headers['accept']).to.equal('application/json')
  })
})
