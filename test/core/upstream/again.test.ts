import { expect } from 'chai'
import { chatCompletion, errorBody } from '../../../core/testing/chat-samples.ts'
import { hello, Served } from '../../support/serve.ts'
import { expectError } from '../../support/answer.ts'

/** Learns from every 400, but fails to, or fails at what it learnt, where the message says so; has new credentials after every 401. */
const vendor = `
import { defineProvider } from 'tapline'
let tokens = 1
export default defineProvider({
  name: 'teacher', needs: ['base_url'], dialects: ['openai-chat'], operations: { chat: 'POST /chat/completions' },
  learn: ({ status, message }) => {
    if (message === 'nonsense') throw new TypeError('not to be understood')
    return status === 400 ? message : undefined
  },
  respell: (body, { learned }) => {
    if (learned.has('forget')) throw new TypeError('not to be spelled')
    if (learned.has('be polite')) body.set(body.root, 'please', 'true')
  },
  sign: ({ headers }) => { headers.push('x-token', String(tokens)) },
  onUnauthorized: () => { tokens += 1 },
})
`

describe('a call that was refused', () => {
  let served: Served
  beforeEach(async () => {
    served = await Served.start({
      files: { 'vendor.ts': vendor },
      config: {
        resilience: { retry: { max_retries: 0 } },
        providers: { teacher: { type: './vendor.ts', base_url: '${OPENAI_BASE_URL}', api_key: 'k', models: ['m'] } },
      },
      env: { ENABLED_PASSTHROUGH_PROVIDERS: './vendor.ts' },
    })
  })
  afterEach(() => served.close())

  const chat = () => served.chat({ ...hello, model: 'teacher/m' })
  const refusal = (message: string) => ({ status: 400, body: errorBody(message) })
  const arePolite = () => served.upstream.requests.map(({ body }) => 'please' in (JSON.parse(body.toString()) as object))
  const tokens = () => served.upstream.requests.map(({ headers }) => headers['x-token'])

  it('is made once more, respelled, where the refusal teaches something', async () => {
    served.upstream.reply(refusal('be polite')).always({ body: chatCompletion() })
    expect([(await chat()).status, (await chat()).status, arePolite()]).to.deep.equal([200, 200, [false, true, true]])
  })

  it('is not made a third time, whatever the second refusal teaches', async () => {
    served.upstream.reply(refusal('one'), refusal('two'))
    expectError(await chat(), { status: 400, code: null, message: /two/ })
    expect(served.upstream.requests).to.have.length(2)
  })

  it('stays refused where the refusal teaches nothing new', async () => {
    served.upstream.always(refusal('one'))
    await chat()
    expectError(await chat(), { status: 400, code: null, message: /one/ })
    expect(served.upstream.requests).to.have.length(3)
  })

  for (const [what, message, reason] of [
    ['its provider cannot learn', 'nonsense', 'not to be understood'],
    ['it cannot be spelled once more', 'forget', 'not to be spelled'],
  ] as const) {
    it(`fails as the gateway's own, not as the provider's, where ${what}; the log says why`, async () => {
      served.upstream.always(refusal(message))
      const answer = await chat()
      expectError(answer, { status: 500, code: 'internal_error' })
      expect(served.upstream.requests).to.have.length(1)
      const lines = served.gateway.log.filter(line => line['request_id'] === answer.headers['x-request-id'] && line['level'] === 50)
      expect(lines.map(({ err }) => (err as Error).message)).to.deep.equal([reason])
    })
  }

  it('is made once more with new credentials', async () => {
    served.upstream.reply({ status: 401, body: errorBody('expired') }, { body: chatCompletion() })
    expect([(await chat()).status, tokens()]).to.deep.equal([200, ['1', '2']])
  })

  it('passes through once more with new credentials, and what is left of the refusal is not waited for', async () => {
    served.upstream.reply(
      { status: 401, headers: { 'content-type': 'application/json' }, chunks: ['{', '}'], gates: { beforeEnd: new Promise<void>(() => {}) } },
      { body: { fine: true } },
    )
    const answer = await served.call('POST', '/p/teacher/chat/completions', hello)
    expect([answer.status, answer.body.toString()]).to.deep.equal([200, '{"fine":true}'])
    await served.upstream.requests[0]?.aborted
  })
})
