import { expect } from 'chai'
import { chatCompletion, errorBody } from '../../../core/testing/chat-samples.ts'
import { SelectedModels } from '../../../plugins/shared/models/selected-models.ts'
import { AdminGateway } from '../../support/admin.ts'
import { expectError } from '../../support/answer.ts'
import { hello } from '../../support/serve.ts'

describe('a list of models', () => {
  const providers = ['openai', 'Groq']
  const rows: readonly [string[], string, string, boolean][] = [
    [['openai/gpt-4o'], 'openai', 'gpt-4o', true],
    [['OPENAI/gpt-4o'], 'openai', 'gpt-4o', true],
    [['openai/GPT-4o'], 'openai', 'gpt-4o', false],
    [['openai/gpt-4o'], 'Groq', 'gpt-4o', false],
    [['openai/'], 'openai', 'anything/at-all', true],
    [['openai/'], 'Groq', 'openai/', false],
    [['groq/'], 'Groq', 'x', true],
    [['gpt-4o'], 'Groq', 'gpt-4o', true],
    [['gpt-4o'], 'Groq', 'gpt-4o-mini', false],
    [['meta-llama/Llama-3'], 'Groq', 'meta-llama/Llama-3', true],
    [['groq/meta-llama/Llama-3'], 'Groq', 'meta-llama/Llama-3', true],
    [['openai/gpt-4o'], 'Groq', 'openai/gpt-4o', false],
    [['/'], 'Groq', 'x', true],
    [['/'], 'Groq', '', true],
    [['openai/gpt-4o', 'x'], 'openai', '', false],
    [['openai/'], 'openai', '', true],
  ]
  for (const [selectors, provider, model, isIn] of rows)
    it(`${selectors.join(', ')} ${isIn ? 'has' : 'has not'} ${provider}: ${model === '' ? 'an unknown model' : model}`, () =>
      expect(new SelectedModels(selectors, providers).has(provider, model)).to.equal(isIn))
})

const config = {
  virtual_models: [
    { source: 'smart', targets: [{ model: 'openai/gpt-big' }, { model: 'openai/gpt-test' }], strategy: 'failover' },
    { source: 'grand', target: 'openai/gpt-big' },
  ],
  resilience: { retry: { max_retries: 0 } },
}

describe('access', () => {
  let gateway: AdminGateway
  let bearer: Readonly<Record<string, string>>
  before(async () => {
    gateway = await AdminGateway.start({ config, env: { OPENAI_MODELS: 'gpt-test,gpt-big' } })
    const { value } = (await gateway.call('POST', '/auth-keys', { body: { name: 'small', allowed_models: ['openai/gpt-test'] } })).json
    bearer = { authorization: `Bearer ${value}` }
    gateway.served.upstream.always({ body: chatCompletion() })
  })
  after(async () => {
    await gateway[Symbol.asyncDispose]()
  })
  const chat = (model: string, headers = bearer) => gateway.served.chat({ ...hello, model }, headers)
  const sent = () => gateway.served.upstream.requests.map(({ body }) => (JSON.parse(body.toString()) as { model: string }).model)
  beforeEach(() => {
    gateway.served.upstream.requests.length = 0
  })

  for (const model of ['gpt-test', 'openai/gpt-test', 'smart'])
    it(`lets a key use ${model}, as far as it may`, async () => {
      expect((await chat(model)).status).to.equal(200)
      expect(sent()).to.deep.equal(['gpt-test'])
    })

  for (const model of ['gpt-big', 'openai/gpt-big', 'grand', 'openai/unlisted'])
    it(`refuses ${model}, and calls nobody`, async () => {
      expectError(await chat(model), { code: 'model_access_denied', param: 'model', message: `model ${model} is not allowed for this API key` })
      expect(sent()).to.deep.equal([])
    })

  it('refuses a model that stands apart from its provider', async () => {
    expectError(await gateway.served.chat({ ...hello, model: 'gpt-big', provider: 'openai' }, bearer), { code: 'model_access_denied' })
  })

  it('says so as Anthropic does, to whom speaks so', async () => {
    const answer = await gateway.served.call('POST', '/v1/messages', { model: 'gpt-big', max_tokens: 9, messages: hello.messages }, bearer)
    expect(answer.status).to.equal(400)
    expect(JSON.parse(answer.body.toString())).to.deep.nested.include({ type: 'error', 'error.details.error_code': 'model_access_denied' })
  })

  it('fails over to nothing else', async () => {
    gateway.served.upstream.reply({ status: 500, body: errorBody('oops', 'server_error', 'broken') })
    expect((await chat('smart')).status).to.equal(500)
    expect(sent()).to.deep.equal(['gpt-test'])
  })

  it('leaves who is not restricted alone', async () => {
    expect((await chat('gpt-big', {})).status).to.equal(200)
  })

  describe('on passthrough', () => {
    it('refuses a call whose model cannot be told', async () => {
      expectError(await gateway.served.call('GET', '/p/openai/files', undefined, bearer), { code: 'model_access_denied' })
      expectError(await gateway.served.call('POST', '/p/openai/images/generations', 'gpt-test', bearer), { code: 'model_access_denied' })
    })

    it('knows the model of a call that nobody reads, too', async () => {
      expect((await gateway.served.call('POST', '/p/openai/images/generations', { model: 'gpt-test' }, bearer)).status).to.equal(200)
      expectError(await gateway.served.call('POST', '/p/openai/images/generations', { model: 'gpt-big' }, bearer), { code: 'model_access_denied' })
    })

    it('knows the model of a call that it can read', async () => {
      expect((await gateway.served.call('POST', '/p/openai/chat/completions', hello, bearer)).status).to.equal(200)
      expectError(await gateway.served.call('POST', '/p/openai/chat/completions', { ...hello, model: 'gpt-big' }, bearer), { code: 'model_access_denied' })
    })
  })

  describe('hides from a key what it may not use:', () => {
    const listed = async (path: string, headers: Readonly<Record<string, string>>) =>
      JSON.parse((await gateway.served.call('GET', path, undefined, headers)).body.toString())
    const ids = async (headers: Readonly<Record<string, string>>) => (await listed('/v1/models', headers)).data.map(({ id }: { id: string }) => id)

    it('in the list', async () => {
      expect(await ids(bearer)).to.deep.equal(['openai/gpt-test', 'smart'])
      expect(await ids({})).to.deep.equal(['grand', 'openai/gpt-big', 'openai/gpt-test', 'smart'])
      expect(await ids({ ...bearer, 'anthropic-version': '2023-06-01' })).to.deep.equal(['openai/gpt-test', 'smart'])
    })

    it('one by one', async () => {
      expect((await listed('/v1/models/gpt-test', bearer)).id).to.equal('gpt-test')
      const [hidden, none] = await Promise.all(['gpt-big', 'gpt-bog'].map(id => listed(`/v1/models/${id}`, bearer)))
      expect(hidden.error.code).to.equal('model_not_found')
      expect(hidden.error.message.replace('big', 'bog')).to.equal(none.error.message)
    })
  })
})
