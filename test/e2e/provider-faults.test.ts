import { expect } from 'chai'
import { chatChunks, chatCompletion, errorBody } from '../../core/testing/chat-samples.ts'
import { expectError } from '../support/answer.ts'
import { hello, Served } from '../support/serve.ts'
import { streamTexts } from '../support/stream-texts.ts'

const chunks = chatChunks({ pieces: ['Good', ' day'] })

/** Fails in the function that its settings name; answers in this process if they say so. */
const faulty = (inProcess: boolean) => `
import { defineProvider } from 'tapline'
const fail = () => { throw new Error('the inner reason') }
const late = () => Promise.reject(new Error('the inner reason'))
const chunks = ${JSON.stringify(chunks)}
const json = ['Content-Type', 'application/json']
function* broken(first) { yield Buffer.from(first); throw new Error('the inner reason') }
function* unleavable() { try { yield Buffer.alloc(5 * 1024 * 1024); yield Buffer.alloc(1) } finally { throw new Error('the inner reason') } }
const answers = {
  fault: () => ({ status: 200, headers: json, body: Buffer.from(${JSON.stringify(JSON.stringify(chatCompletion()))}) }),
  explain: () => ({ status: 400, headers: json, body: Buffer.from(${JSON.stringify(JSON.stringify(errorBody('too much')))}) }),
  first: () => ({ status: 200, headers: json, body: broken('{') }),
  none: () => ({ status: 200, headers: json, body: (function* () { throw new Error('the inner reason') })() }),
  text: () => ({ status: 200, headers: json, body: ['{}'] }),
  unleavable: () => ({ status: 200, headers: json, body: unleavable() }),
  stream: () => ({ status: 200, headers: ['Content-Type', 'text/event-stream'], body: broken(chunks.slice(0, 2).join('')) }),
}
export default defineProvider({
  name: 'faulty', ${inProcess ? '' : "needs: ['base_url'], "}dialects: ['openai-chat'], operations: { chat: 'POST /chat/completions' },
  fault: ({ model, choices }) => model === 'fault' || ${String(inProcess)} && choices?.[0]?.message !== undefined ? fail() : model === 'fault-late' ? late() : undefined,
  explain: ({ code }) => code === 'late' ? late() : fail(),
  ${inProcess ? 'answer: ({ body }) => answers[JSON.parse(body).model](),' : ''}
})
`

const logged = ({ gateway: { log } }: Served) => log.filter(line => JSON.stringify(line).includes('the inner reason'))

describe('a provider whose functions throw', () => {
  let served: Served
  beforeEach(async () => {
    const resilience = { retry: { max_retries: 0 }, circuit_breaker: { enabled: false } }
    served = await Served.start({
      files: { 'faulty.ts': faulty(false), 'inside.ts': faulty(true) },
      config: {
        resilience,
        providers: {
          remote: { type: './faulty.ts', base_url: '${OPENAI_BASE_URL}', api_key: 'k', models: ['m'] },
          inside: { type: './inside.ts', api_key: 'k', models: ['fault', 'explain', 'first', 'none', 'text', 'unleavable', 'stream'] },
        },
      },
    })
  })
  afterEach(() => served.close())

  const remote = (more: object = {}) => served.chat({ ...hello, model: 'remote/m', ...more })
  const inside = (model: string, more: object = {}) => served.chat({ ...hello, model: `inside/${model}`, ...more })

  it('in `fault` of a plain reply has sent a reply that cannot be read, and the log says why', async () => {
    served.upstream.always({ body: { ...chatCompletion(), model: 'fault' } })
    expectError(await remote(), { status: 502, code: 'bad_upstream_response' })
    expect(logged(served)).to.have.length(1)
    expect(logged(served)[0]).to.include({ provider: 'remote' })
  })

  it('in `fault` of an event has sent a stream that cannot be read, and the log says why', async () => {
    served.upstream.always({ chunks: chatChunks({ pieces: ['Hi'], model: 'fault' }) })
    expectError(await remote({ stream: true }), { status: 502, code: 'bad_upstream_response' })
    expect(logged(served)).to.have.length(1)
  })

  it('later than `fault` may take has sent a reply that cannot be read', async () => {
    served.upstream.always({ body: { ...chatCompletion(), model: 'fault-late' } })
    expectError(await remote(), { status: 502, code: 'bad_upstream_response' })
    expect(served.gateway.log.some(line => JSON.stringify(line).includes('fault() must return'))).to.equal(true)
  })

  for (const [how, body] of [
    ['in `explain`', errorBody('too much')],
    ['later than `explain` may take', { error: { message: 'too much', code: 'late' } }],
  ] as const) {
    it(`${how} is quoted in its own words, and the log says why`, async () => {
      served.upstream.always({ status: 400, body })
      expectError(await remote(), {
        status: 400,
        message: /^too much$/,
        code: 'late' in body.error ? 'late' : ((body.error as { code?: string | null }).code ?? null),
      })
      expect(served.gateway.log.filter(line => JSON.stringify(line).includes('could not read or explain a refusal'))).to.have.length(1)
    })
  }

  it('in `fault` within this process has sent a reply that cannot be read', async () => {
    expectError(await inside('fault'), { status: 502, code: 'bad_upstream_response' })
    expect(logged(served)).to.have.length(1)
  })

  it('in `explain` within this process is quoted in its own words', async () => {
    expectError(await inside('explain'), { status: 400, message: /^too much$/, code: null })
    expect(logged(served)).to.have.length(1)
  })

  for (const model of ['first', 'none']) {
    it(`as it gives the ${model === 'none' ? 'first' : 'second'} piece of a plain body has broken off its answer`, async () => {
      expectError(await inside(model), { status: 502, code: 'bad_upstream_response' })
    })
  }

  it('as it gives a piece of a stream has broken off its answer', async () => {
    const { status, body } = await inside('stream', { stream: true })
    expect(status).to.equal(200)
    expect(streamTexts(body).errors.map(({ code }) => code)).to.deep.equal(['stream_incomplete'])
  })

  it('as its body is left hurts nobody', async () => {
    const answer = await served.open('POST', '/v1/chat/completions', { ...hello, model: 'inside/unleavable' })
    answer.body.destroy()
    expect((await inside('explain')).status).to.equal(400)
  })

  it('as pieces are no bytes has sent a reply that cannot be read', async () => {
    expectError(await inside('text'), { status: 502, code: 'bad_upstream_response' })
  })
})
