import { expect } from 'chai'
import { chatCompletion } from '../../core/testing/chat-samples.ts'
import { response } from '../plugins/dialects/openai-responses/samples.ts'
import { expectError } from '../support/answer.ts'
import { Served } from '../support/serve.ts'

const said = '[{"role":"user","content":"hi"}]'

/** Bodies that servers written in Go understand otherwise than the gateway. */
const doubtful: Readonly<Record<string, readonly [members: string, gone: RegExp]>> = {
  'another model in capitals': ['"model":"small","Model":"big"', /big/],
  'another model whose name is escaped': [String.raw`"model":"small","\u004dodel":"big"`, /big/],
  'more tokens': ['"model":"small","max_tokens":1,"MAX_TOKENS":99999', /99999/],
  'more answers': ['"model":"small","N":77', /77/],
  'a stream': ['"model":"small","Stream":true', /Stream/],
  'others to fall back to': ['"model":"small","Models":["big"]', /big/],
}

describe('what the gateway decides by is read by nobody otherwise', () => {
  let served: Served
  before(async () => {
    served = await Served.start({
      config: {
        resilience: { retry: { max_retries: 0 } },
        providers: {
          openai: { models: ['small', 'big'] },
          speaker: { type: 'openai', base_url: '${OPENAI_BASE_URL}', api_key: 'sk', models: ['small'] },
          chatty: { type: 'openai-compatible', base_url: '${OPENAI_BASE_URL}', api_key: 'sk', models: ['small', 'big'] },
        },
        virtual_models: [{ source: 'chatty/big', enabled: false }],
      },
    })
    served.upstream.always(({ path }) => ({ body: path.endsWith('/responses') ? response() : chatCompletion() }))
  })
  after(() => served.close())
  beforeEach(() => {
    served.upstream.requests.length = 0
  })

  const sent = () => served.upstream.requests.at(-1)?.body.toString() ?? ''

  for (const [what, [members, gone]] of Object.entries(doubtful)) {
    const body = (rest: string, provider = '') => `{${members.replaceAll('"small"', `"${provider}small"`)},${rest},"x-other":1.0}`

    it(`natively: ${what}`, async () => {
      expect((await served.call('POST', '/v1/chat/completions', body(`"messages":${said}`, 'chatty/'))).status).to.equal(200)
      expect(sent()).to.include('"small"').and.to.include('"x-other":1.0').and.not.to.match(gone)
    })

    it(`translated: ${what}`, async () => {
      const { status } = await served.call('POST', '/v1/responses', body('"input":"hi"', 'chatty/').replaceAll('max_tokens', 'max_output_tokens'))
      expect(status).to.equal(200)
      expect(sent()).to.include('"small"').and.not.to.match(gone)
    })

    it(`passed on: ${what}`, async () => {
      expect((await served.call('POST', '/p/openai/chat/completions', body(`"messages":${said}`))).status).to.equal(200)
      expect(sent()).to.include('"small"').and.to.include('"x-other":1.0').and.not.to.match(gone)
    })

    it(`passed on to what nobody reads: ${what}`, async () => {
      const answer = await served.call('POST', '/p/openai/fine_tuning/jobs', body('"training_file":"file-1"'))
      if (/model/i.test(what) || what.startsWith('others')) expectError(answer, { status: 400, code: 'invalid_value', param: 'model' })
      else expect([answer.status, served.upstream.requests[0]?.body.toString()]).to.deep.equal([200, body('"training_file":"file-1"')])
    })
  }

  it('and leaves every other body as it came', async () => {
    const body = `{"model": "small","messages":${said},"Metadata":{"Model":"x"},"x":1.0}`
    expect((await served.call('POST', '/v1/chat/completions', body)).status).to.equal(200)
    expect(sent()).to.equal(body)
  })
})
