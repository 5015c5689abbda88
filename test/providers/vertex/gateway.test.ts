/** Whole calls to Vertex AI and AI Studio: a gateway before a scripted upstream, with tokens from a token endpoint. */

import { expect } from 'chai'
import { ScriptedUpstream } from '../../../core/testing/scripted-upstream.ts'
import { startTestGateway, type TestGateway } from '../../../core/testing/gateway.ts'
import { Google, pem } from './google.ts'

const says = (text: string) => ({
  candidates: [{ content: { role: 'model', parts: [{ text }] }, finishReason: 'STOP' }],
  usageMetadata: { promptTokenCount: 3, candidatesTokenCount: 2, totalTokenCount: 5 },
})
const project = '/v1/projects/proj/locations/europe-west4'
const hello = [{ role: 'user', content: 'hello' }]

describe('calls to vertex', () => {
  let google: Google
  let upstream: ScriptedUpstream
  let gateway: TestGateway

  async function started(settings: object = {}, more: object = {}): Promise<void> {
    const account = { type: 'service_account', private_key_id: 'k', private_key: pem, client_email: 'robot@p.test', token_uri: google.tokenUrl }
    const vertex = {
      vertex_project: 'proj',
      vertex_location: 'europe-west4',
      service_account_json: JSON.stringify(account),
      base_url: new URL(upstream.url).origin,
      models: ['google/gemini-3-flash', 'text-embedding-005', 'gemini-embedding-001'],
      ...settings,
    }
    gateway = await startTestGateway({ config: { models: { configured_provider_models_mode: 'allowlist' }, providers: { vertex, ...more } } })
  }

  beforeEach(async () => {
    google = await Google.start()
    upstream = await ScriptedUpstream.start()
  })
  afterEach(async () => {
    await gateway.close()
    await upstream.close()
    await google.close()
  })

  const post = (path: string, body: object) =>
    fetch(gateway.url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: 'Bearer sk-caller' },
      body: JSON.stringify(body),
    })
  const chat = (model = 'vertex/google/gemini-3-flash', more = {}) => post('/v1/chat/completions', { model, messages: hello, ...more })
  const sent = (index = 0) => JSON.parse(upstream.requests[index]?.body.toString() ?? 'null') as Record<string, unknown>

  it('carry a token and the project, and no credential of the caller', async () => {
    await started()
    upstream.reply({ body: says('Hi') })
    const answer = await chat()
    const body = (await answer.json()) as { choices: [{ message: { content: string } }]; usage: object }
    expect([answer.status, body.choices?.[0].message.content]).to.deep.equal([200, 'Hi'])
    expect(body.usage).to.include({ prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 })
    const [request] = upstream.requests
    expect(request?.path).to.equal(`${project}/publishers/google/models/gemini-3-flash:generateContent`)
    expect(request?.headers).to.include({ authorization: 'Bearer token-1', 'x-goog-user-project': 'proj' })
    expect(JSON.stringify(request?.headers)).not.to.contain('sk-caller')
    expect(sent()).to.deep.equal({ contents: [{ role: 'user', parts: [{ text: 'hello' }] }] })
  })

  for (const model of ['vertex/google/gemini-3-flash', 'vertex/gemini-3-flash']) {
    it(`take the model ${model}`, async () => {
      await started()
      upstream.reply({ body: says('Hi') })
      expect((await chat(model)).status).to.equal(200)
      expect(upstream.requests[0]?.path).to.contain('/models/gemini-3-flash:')
    })
  }

  it('stream', async () => {
    await started()
    upstream.reply({ chunks: [`data: ${JSON.stringify(says('Hi'))}\n\n`] })
    const text = await (await chat(undefined, { stream: true })).text()
    expect(upstream.requests[0]?.path).to.equal(`${project}/publishers/google/models/gemini-3-flash:streamGenerateContent?alt=sse`)
    expect(text).to.contain('"content":"Hi"').and.to.contain('"finish_reason":"stop"').and.to.contain('data: [DONE]')
  })

  it('are made once more with a new token when theirs is refused', async () => {
    await started()
    upstream.reply({ body: says('one') }, { status: 401, body: { error: { code: 401, status: 'UNAUTHENTICATED', message: 'expired' } } }, { body: says('two') })
    await chat()
    const answer = await chat()
    expect(await answer.text()).to.contain('two')
    expect(upstream.requests.map(({ headers }) => headers['authorization'])).to.deep.equal(['Bearer token-1', 'Bearer token-1', 'Bearer token-2'])
    expect(google.asked).to.have.length(2)
  })
  it('are refused when the new token is, too', async () => {
    await started({ resilience: { retry: { max_retries: 0 } } })
    const refusal = { status: 401, body: { error: { code: 401, message: 'no' } } }
    upstream.reply(refusal, refusal)
    const answer = await chat()
    expect([answer.status, upstream.requests.length, google.asked.length]).to.deep.equal([401, 2, 2])
  })

  it('through the compatible API say the publisher', async () => {
    await started({ api_mode: 'openai_compatible' })
    upstream.reply({
      body: {
        id: 'c',
        object: 'chat.completion',
        created: 1,
        model: 'google/gemini-3-flash',
        choices: [{ index: 0, message: { role: 'assistant', content: 'Hi' }, finish_reason: 'stop' }],
      },
    })
    expect((await chat('vertex/gemini-3-flash')).status).to.equal(200)
    expect([upstream.requests[0]?.path, sent()['model']]).to.deep.equal([`${project}/endpoints/openapi/chat/completions`, 'google/gemini-3-flash'])
  })

  const predicted = (values: number[]) => ({ predictions: [{ embeddings: { values, statistics: { token_count: 2 } } }] })
  for (const mode of ['native', 'openai_compatible']) {
    it(`for embeddings are Google's own in mode ${mode}`, async () => {
      await started({ api_mode: mode })
      upstream.reply({ body: { predictions: [...predicted([1]).predictions, ...predicted([2]).predictions] } })
      const answer = await post('/v1/embeddings', { model: 'vertex/text-embedding-005', input: ['a', 'b'] })
      const { data, usage } = (await answer.json()) as { data: object; usage: object }
      expect(data).to.deep.equal([
        { object: 'embedding', index: 0, embedding: [1] },
        { object: 'embedding', index: 1, embedding: [2] },
      ])
      expect(usage).to.deep.equal({ prompt_tokens: 4, total_tokens: 4 })
      expect([upstream.requests[0]?.path, sent()]).to.deep.equal([
        `${project}/publishers/google/models/text-embedding-005:predict`,
        { instances: [{ content: 'a' }, { content: 'b' }] },
      ])
    })
  }
  it('for embeddings are as many as the model needs, answered in the order of the texts', async () => {
    await started()
    upstream.always(request => ({
      body: predicted([Number((JSON.parse(request.body.toString()) as { instances: [{ content: string }] }).instances[0].content)]),
    }))
    const answer = await post('/v1/embeddings', { model: 'vertex/gemini-embedding-001', input: ['1', '2', '3'] })
    const { data } = (await answer.json()) as { data: { embedding: number[] }[] }
    expect(data.map(({ embedding }) => embedding)).to.deep.equal([[1], [2], [3]])
    expect(upstream.requests.map(({ headers }) => headers['authorization'])).to.deep.equal(['Bearer token-1', 'Bearer token-1', 'Bearer token-1'])
  })

  it('for embeddings are not answered by a stream', async () => {
    await started()
    upstream.always({ headers: { 'Content-Type': 'text/event-stream' }, body: 'data: {}\n\n' })
    const answer = await post('/v1/embeddings', { model: 'vertex/text-embedding-005', input: 'a' })
    expect(answer.status).to.equal(502)
    expect(await answer.json())
      .to.nested.include({ 'error.code': 'bad_upstream_response' })
      .and.to.have.nested.property('error.message')
      .that.matches(/stream/)
  })

  it("for images are Imagen's predictions", async () => {
    await started({ models: ['imagen-4'] })
    upstream.reply({ body: { predictions: [{ bytesBase64Encoded: 'AA' }] } })
    const answer = await post('/v1/images/generations', { model: 'vertex/imagen-4', prompt: 'a tide' })
    expect(await answer.json()).to.deep.include({ data: [{ b64_json: 'AA' }] })
    expect([upstream.requests[0]?.path, sent()]).to.deep.equal([`${project}/publishers/google/models/imagen-4:predict`, { instances: [{ prompt: 'a tide' }] }])
  })

  it('do not keep others from starting when their account cannot be used', async () => {
    const gemini = { api_key: 'key', base_url: upstream.url, models: ['gemini-2.5-flash'] }
    await started({ service_account_json: '{"type":"authorized_user"}' }, { gemini })
    expect(gateway.log.filter(({ level }) => Number(level) >= 50).map(({ provider }) => provider)).to.deep.equal(['vertex'])
    upstream.reply({ body: says('Hi') })
    expect((await chat('gemini/gemini-2.5-flash', { reasoning_effort: 'low' })).status).to.equal(200)
    const [request] = upstream.requests
    expect([request?.path, request?.headers['x-goog-api-key'], request?.headers['authorization']]).to.deep.equal([
      '/v1/models/gemini-2.5-flash:generateContent',
      'key',
      undefined,
    ])
    expect(sent()['generationConfig']).to.deep.equal({ thinkingConfig: { thinkingBudget: 1024, includeThoughts: true } })
  })
  it('do not begin without a location', async () => {
    await started({ vertex_location: undefined })
    expect(((await (await chat()).json()) as { error: { code: string } }).error.code).to.equal('model_not_found')
  })
})
