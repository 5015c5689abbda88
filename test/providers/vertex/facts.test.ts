import { expect } from 'chai'
import { JsonDocument } from '../../../core/document/document.ts'
import { Losses } from '../../../core/neutral/losses.ts'
import type { ProviderSettings } from '../../../core/plugin/provider.ts'
import { vertex } from '../../../providers/vertex/index.ts'

const provider = vertex({
  now: () => 0,
  fetch: () => Promise.reject(new Error('nothing is fetched')),
  gcloud: '/none',
  read: file => {
    throw Object.assign(new Error(file), { code: 'ENOENT' })
  },
})

const settingsOf = (more: object): ProviderSettings => ({ name: 'vertex', type: 'vertex', vertex_project: 'proj', vertex_location: 'europe-west4', ...more })
const resolved = (more: object) => provider.resolve!(settingsOf(more))

function respelled(body: object, model: string): unknown {
  const document = JsonDocument.parse(Buffer.from(JSON.stringify(body)))
  provider.respell?.(document, {
    operation: 'chat',
    dialect: 'openai-chat',
    model,
    settings: settingsOf({}),
    losses: new Losses(),
    streamed: false,
    learned: new Set(),
  })
  return JSON.parse(document.render().toString())
}

describe('vertex', () => {
  describe('is at', () => {
    const project = (location: string) => `/v1/projects/proj/locations/${location}`
    for (const [location, host] of [
      ['europe-west4', 'https://europe-west4-aiplatform.googleapis.com'],
      ['global', 'https://aiplatform.googleapis.com'],
      ['us', 'https://aiplatform.us.rep.googleapis.com'],
      ['eu', 'https://aiplatform.eu.rep.googleapis.com'],
    ] as const) {
      it(`${host} for ${location}, and lists its models there`, () => {
        const { baseUrl, listingUrl } = resolved({ vertex_location: location })
        expect([baseUrl, listingUrl]).to.deep.equal([host + project(location), `${host}/v1beta1`])
      })
    }
    for (const [given, expected] of [
      ['http://127.0.0.1:1', `http://127.0.0.1:1${project('europe-west4')}`],
      ['http://127.0.0.1:1/v1', `http://127.0.0.1:1${project('europe-west4')}`],
      ['https://x.test/v1/projects/a/locations/b', 'https://x.test/v1/projects/a/locations/b'],
      ['https://x.test/v1/projects/a/locations/b/publishers/google', 'https://x.test/v1/projects/a/locations/b'],
      ['https://x.test/v1/projects/a/locations/b/endpoints/openapi', 'https://x.test/v1/projects/a/locations/b'],
    ] as const)
      it(`${expected} for the base URL ${given}`, () => expect(resolved({ base_url: given }).baseUrl).to.equal(expected))

    for (const given of [{ vertex_location: 'evil.test/' }, { vertex_project: 'a/../b' }, { vertex_location: '' }]) {
      it(`no place for ${JSON.stringify(given)}`, () => expect(() => resolved(given)).to.throw(/vertex_(project|location) is no/))
    }
  })

  describe('serves', () => {
    it('its own API', () => {
      expect(resolved({})).not.to.have.property('operations')
      expect(provider.dialects).to.deep.equal(['gemini'])
      expect(provider.operations).to.deep.equal({
        generate: 'POST /publishers/google/models/{model}:generateContent',
        generate_stream: 'POST /publishers/google/models/{model}:streamGenerateContent?alt=sse',
        embeddings: 'POST /publishers/google/models/{model}:predict',
        images: 'POST /publishers/google/models/{model}:generateContent',
        models: 'GET /publishers/google/models?pageSize=1000',
      })
    })
    for (const mode of [{ api_mode: 'openai_compatible' }, { variables: { USE_GOOGLE_GEMINI_NATIVE_API: 'false' } }]) {
      it(`the compatible API for ${JSON.stringify(mode)}, embeddings its own way still`, () => {
        const { dialects, operations } = resolved(mode)
        expect({ dialects, operations }).to.deep.equal({
          dialects: ['openai-chat', 'gemini'],
          operations: {
            chat: 'POST /endpoints/openapi/chat/completions',
            embeddings: 'POST /publishers/google/models/{model}:predict',
            images: 'POST /publishers/google/models/{model}:generateContent',
            models: 'GET /publishers/google/models?pageSize=1000',
          },
        })
      })
    }
    it('its own API where the mode says so, whatever the older variable says', () => {
      expect(resolved({ api_mode: 'native', variables: { USE_GOOGLE_GEMINI_NATIVE_API: 'false' } })).not.to.have.property('operations')
    })
    it('embeddings in its own dialect always', () => {
      const body = JsonDocument.parse(Buffer.from('{}'))
      const facts = { dialect: 'openai-chat', model: 'm', settings: settingsOf({}), streamed: false, learned: new Set<string>() } as const
      expect(provider.reroute?.(body, { ...facts, operation: 'embeddings' })).to.equal('gemini')
      expect(provider.reroute?.(body, { ...facts, operation: 'chat' })).to.equal(undefined)
    })
  })

  it('passes paths below the surface of the mode', () => {
    const passed = (target: string, more: object = {}) => provider.passthrough?.(target, settingsOf(more))
    expect([passed('/models/m:countTokens'), passed('/endpoints/1:predict'), passed('/chat/completions', { api_mode: 'openai_compatible' })]).to.deep.equal([
      '/publishers/google/models/m:countTokens',
      '/endpoints/1:predict',
      '/endpoints/openapi/chat/completions',
    ])
  })

  it("takes no credential of a caller's query", () => expect(provider.queryCredentials).to.deep.equal(['key', 'access_token']))

  describe('models', () => {
    it('are listed with their publisher in front', () => {
      const body = {
        publisherModels: [
          { name: 'publishers/google/models/gemini-3-pro' },
          { name: 'publishers/google/models/veo-3' },
          { name: 'publishers/google/models/text-embedding-005' },
        ],
        nextPageToken: 'a b',
      }
      expect(provider.models?.(body)).to.deep.equal([
        { id: 'google/gemini-3-pro', owned_by: 'google' },
        { id: 'google/text-embedding-005', owned_by: 'google' },
      ])
      expect(provider.nextPage?.(body)).to.equal('?pageSize=1000&pageToken=a%20b')
    })
    it('are the same with and without it', () =>
      expect(['google/gemini-3-pro', 'gemini-3-pro'].map(id => provider.canonical?.(id))).to.deep.equal(['gemini-3-pro', 'gemini-3-pro']))
    it('have it in front for the compatible API', () => {
      for (const model of ['gemini-3-pro', 'google/gemini-3-pro']) expect(respelled({ model }, model)).to.deep.equal({ model: 'google/gemini-3-pro' })
      expect(respelled({ model: 'meta/llama' }, 'meta/llama')).to.deep.equal({ model: 'meta/llama' })
    })
    it('for embeddings take one text, or many', () => {
      const inputs = (model: string) => provider.traits?.(model, settingsOf({})).embeddingInputs
      expect([inputs('google/gemini-embedding-001'), inputs('text-embedding-005'), inputs('gemini-3-pro')]).to.deep.equal([1, 250, undefined])
    })
  })

  it('needs a project and a location', () => expect(provider.schema?.required).to.deep.equal(['vertex_project', 'vertex_location']))
})
