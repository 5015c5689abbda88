import { expect } from 'chai'
import azure from '../../providers/azure.ts'
import { callOf, conforms, instanceFacts, rerouted, respelled, settingsOf } from '../support/provider.ts'

const host = 'https://r.openai.azure.com'
const url = (base: string, operation: string, settings: object = {}) => {
  const { baseUrl = '', operations } = instanceFacts(azure, { base_url: base, api_version: '2024-10-21', ...settings })
  return baseUrl + (operations[operation] ?? '').replace(/^\w+ /, '').replace('{model}', 'my-gpt')
}

describe('the provider azure', () => {
  conforms(azure, 'azure.ts')

  describe('finds chat below', () => {
    const cases: readonly [string, string, string][] = [
      ['a pinned deployment', `${host}/openai/deployments/D`, `${host}/openai/deployments/D/chat/completions?api-version=2024-10-21`],
      ['a resource root', host, `${host}/openai/deployments/my-gpt/chat/completions?api-version=2024-10-21`],
      ['a resource root with /openai', `${host}/openai`, `${host}/openai/deployments/my-gpt/chat/completions?api-version=2024-10-21`],
      ['the v1 surface', `${host}/openai/v1`, `${host}/openai/v1/chat/completions`],
      ['the v1 surface of another host', 'https://r.services.ai.azure.com/openai/v1', 'https://r.services.ai.azure.com/openai/v1/chat/completions'],
      ["a gateway of somebody's", 'https://gw.example/team/llm', 'https://gw.example/team/llm/chat/completions?api-version=2024-10-21'],
    ]
    for (const [name, base, expected] of cases) it(name, () => expect(url(base, 'chat')).to.equal(expected))
  })

  describe('finds', () => {
    const cases: readonly [string, string, string, string][] = [
      ['models at the resource', `${host}/openai/deployments/D`, 'models', `${host}/openai/models?api-version=2024-10-21`],
      ['responses at the resource', host, 'responses', `${host}/openai/responses?api-version=2024-10-21`],
      ['responses on the v1 surface', `${host}/openai/v1`, 'responses', `${host}/openai/v1/responses`],
      ['embeddings below the deployment', host, 'embeddings', `${host}/openai/deployments/my-gpt/embeddings?api-version=2024-10-21`],
      [
        'audio below the deployment',
        `${host}/openai/deployments/D`,
        'transcriptions',
        `${host}/openai/deployments/D/audio/transcriptions?api-version=2024-10-21`,
      ],
      ['images below the deployment', host, 'images', `${host}/openai/deployments/my-gpt/images/generations?api-version=2024-10-21`],
    ]
    for (const [name, base, operation, expected] of cases) it(name, () => expect(url(base, operation)).to.equal(expected))
  })

  it('says the version that is configured', () =>
    expect(url(host, 'chat', { api_version: '2025-04-01-preview' })).to.match(/\?api-version=2025-04-01-preview$/))
  it('carries its key in api-key', () => expect(azure.auth).to.deep.equal({ header: 'api-key' }))

  describe('tells what a deployment is', () => {
    const settings = { base_url: host, models: [{ id: 'my-gpt', metadata: { base_model: 'gpt-5' } }, 'plain'] }
    it('by its base_model', () =>
      expect(respelled(azure, { max_tokens: 9, temperature: 0.2 }, { model: 'my-gpt', settings })).to.deep.include({
        body: { max_completion_tokens: 9 },
        dropped: ['temperature'],
      }))
    it('by its name', () => expect(respelled(azure, { max_tokens: 9 }, { model: 'gpt-5-mini', settings }).body).to.deep.equal({ max_completion_tokens: 9 }))
    it("not by Azure's spelling of 3.5", () =>
      expect(respelled(azure, { max_tokens: 9, temperature: 0.2 }, { model: 'gpt-35-turbo', settings }).body).to.deep.equal({
        max_tokens: 9,
        temperature: 0.2,
      }))
    it('for writers, too', () => expect(azure.traits?.('my-gpt', settingsOf(azure, settings)).efforts).to.deep.equal(['minimal', 'low', 'medium', 'high']))
    it('for detours, too', () => expect(rerouted(azure, { stop: 'x' }, { model: 'my-gpt', settings })).to.equal('openai-chat'))
    it('by what it refuses', () => {
      const refusal = {
        status: 400,
        code: 'unsupported_parameter',
        param: 'max_tokens',
        message: "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
      }
      const word = azure.learn?.(refusal, callOf(azure, { model: 'plain', settings })) ?? ''
      expect(respelled(azure, { max_tokens: 9 }, { model: 'plain', settings, learned: new Set([word]) }).body).to.deep.equal({ max_completion_tokens: 9 })
      expect(respelled(azure, { max_tokens: 9 }, { model: 'other', settings, learned: new Set([word]) }).body).to.deep.equal({ max_tokens: 9 })
      expect(azure.learn?.({ ...refusal, code: 'content_filter' }, callOf(azure))).to.equal(undefined)
    })
  })

  describe('passes through', () => {
    const passed = (target: string, base = host) => azure.passthrough?.(target, settingsOf(azure, { base_url: base }))
    it('with its version where none is said', () =>
      expect([passed('/openai/files'), passed('/openai/files?limit=2')]).to.deep.equal([
        '/openai/files?api-version=2024-10-21',
        '/openai/files?limit=2&api-version=2024-10-21',
      ]))
    it("with the caller's version", () => expect(passed('/openai/files?api-version=2025-01-01')).to.equal('/openai/files?api-version=2025-01-01'))
    it('without a version on the v1 surface', () => expect(passed('/files', `${host}/openai/v1`)).to.equal('/files'))
    it('below the resource', () => expect(instanceFacts(azure, { base_url: `${host}/openai/deployments/D` }).baseUrl).to.equal(host))
    it("no key of the caller's in the query", () => expect(azure.queryCredentials).to.deep.equal(['api-key']))
  })
})
