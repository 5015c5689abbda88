/** Counting tokens: exactly where the provider counts, else as an estimate. */

import { expect } from 'chai'
import { ScriptedUpstream } from '../../core/testing/scripted-upstream.ts'
import { TurnedClock } from '../../core/testing/turned-clock.ts'
import { Served } from '../support/serve.ts'

const prompt = { messages: [{ role: 'user', content: 'x'.repeat(40) }] }
const path = '/v1/messages/count_tokens'

describe('token-estimate', () => {
  let served: Served
  let anthropic: ScriptedUpstream
  const clock = new TurnedClock()

  beforeEach(async () => {
    anthropic = await ScriptedUpstream.start()
    served = await Served.start({ clock, env: { ANTHROPIC_API_KEY: 'sk-ant', ANTHROPIC_BASE_URL: anthropic.url, ANTHROPIC_MODELS: 'claude-test' } })
  })
  afterEach(async () => {
    await served.close()
    await anthropic.close()
  })

  const count = async (body: object) => {
    const answer = await served.call('POST', `${path}?beta=true`, body, { 'anthropic-version': '2026-10-21', 'anthropic-beta': 'b1,b2' })
    return [answer.status, JSON.parse(answer.body.toString()) as object]
  }

  it('asks a provider that counts, as the caller asked', async () => {
    anthropic.reply({ body: { input_tokens: 77 } })
    const body = { model: 'claude-test', ...prompt, new_field: 1 }
    expect(await count(body)).to.deep.equal([200, { input_tokens: 77 }])
    const [request] = anthropic.requests
    expect([request?.path, request?.headers['anthropic-version'], request?.headers['anthropic-beta'], request?.headers['x-api-key']]).to.deep.equal([
      '/v1/messages/count_tokens?beta=true',
      '2026-10-21',
      'b1,b2',
      'sk-ant',
    ])
    expect(request?.body.toString()).to.equal(JSON.stringify(body))
  })

  it('estimates for other providers, without a call', async () => {
    expect(await count({ model: 'gpt-test', ...prompt })).to.deep.equal([200, { input_tokens: 14 }])
    expect(served.upstream.requests).to.have.length(0)
  })

  it('estimates by bytes what cannot be translated', async () => {
    const body = { model: 'gpt-test', messages: [{ role: 'user', content: [{ type: 'new_block' }] }] }
    expect(await count(body)).to.deep.equal([200, { input_tokens: Math.ceil(JSON.stringify(body).length / 4) }])
  })

  for (const [what, script] of [
    ['with an error', { status: 500, body: { type: 'error', error: { type: 'api_error', message: 'no' } } }],
    ['with a refusal', { status: 400, body: { type: 'error', error: { type: 'invalid_request_error', message: 'no' } } }],
    ['without a count', { body: {} }],
    ['with a reset', { refuse: true }],
  ] as const)
    it(`estimates when the provider answers ${what}`, async () => {
      anthropic.reply(script)
      expect(await count({ model: 'claude-test', ...prompt })).to.deep.equal([200, { input_tokens: 14 }])
      expect(anthropic.requests).to.have.length(1)
    })

  it('estimates when the provider takes too long', async () => {
    anthropic.reply({ silent: true })
    const counting = count({ model: 'claude-test', ...prompt })
    await anthropic.received()
    clock.advance(5000)
    expect(await counting).to.deep.equal([200, { input_tokens: 14 }])
  })

  it('refuses what is no prompt', async () => {
    const [status, body] = await count({ model: 'claude-test' })
    expect([status, (body as { error: { type: string; details: object } }).error.details]).to.deep.equal([400, { error_code: 'missing_required_parameter' }])
  })
})
