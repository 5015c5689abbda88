import { expect } from 'chai'
import { JsonDocument } from '../../core/document/document.ts'
import { Losses } from '../../core/neutral/losses.ts'
import type { ModelTraits } from '../../core/neutral/translation.ts'
import type { ProviderSettings } from '../../core/plugin/provider.ts'
import gemini from '../../providers/gemini.ts'
import { batchOperations, fileOperations } from '../../providers/shared/openai-objects.ts'

const base = 'https://generativelanguage.googleapis.com/v1beta'
const settingsOf = (more: object = {}): ProviderSettings => ({ name: 'gemini', type: 'gemini', base_url: base, ...more })
const compat = { api_mode: 'openai_compatible' }

describe('gemini', () => {
  describe('is at', () => {
    for (const [given, native, compatible] of [
      [base, base, `${base}/openai`],
      [`${base}/openai`, base, `${base}/openai`],
      ['https://x.test/g', 'https://x.test/g', 'https://x.test/g/openai'],
    ] as const) {
      it(`${native} and ${compatible} for ${given}`, () => {
        expect([gemini.resolve?.(settingsOf({ base_url: given })).baseUrl, gemini.resolve?.(settingsOf({ base_url: given, ...compat })).baseUrl]).to.deep.equal(
          [native, compatible],
        )
      })
    }
  })

  describe('serves', () => {
    const facts = (more: object) => ({ dialects: gemini.dialects, operations: gemini.operations, ...gemini.resolve?.(settingsOf(more)) })
    it('its own API', () => {
      expect(facts({})).to.deep.include({
        dialects: ['gemini'],
        operations: {
          generate: 'POST /models/{model}:generateContent',
          generate_stream: 'POST /models/{model}:streamGenerateContent?alt=sse',
          embeddings: 'POST /models/{model}:batchEmbedContents',
          images: 'POST /models/{model}:generateContent',
          cached_contents: 'POST /cachedContents',
          models: 'GET /models?pageSize=1000',
          ...fileOperations('/openai'),
          ...batchOperations('/openai'),
        },
      })
    })
    for (const [name, more] of [
      ['its mode', compat],
      ['the older variable', { variables: { USE_GOOGLE_GEMINI_NATIVE_API: 'false' } }],
    ] as const) {
      it(`the compatible API where ${name} says so`, () => {
        expect(facts(more)).to.deep.include({
          dialects: ['openai-chat', 'openai-media'],
          operations: {
            chat: 'POST /chat/completions',
            embeddings: 'POST /embeddings',
            images: 'POST /images/generations',
            models: 'GET /models',
            ...fileOperations(),
            ...batchOperations(),
          },
        })
      })
    }
    for (const more of [
      { variables: { USE_GOOGLE_GEMINI_NATIVE_API: 'true' } },
      { api_mode: 'native', variables: { USE_GOOGLE_GEMINI_NATIVE_API: 'false' } },
    ]) {
      it(`its own API for ${JSON.stringify(more)}`, () => expect(facts(more)).to.deep.include({ dialects: ['gemini'] }))
    }
  })

  describe('is called', () => {
    const signed = (more: object, headers: string[], path = '/models/m:generateContent') => {
      const call = { operation: 'generate', method: 'POST', path, headers, body: undefined }
      void gemini.sign?.(call, settingsOf(more))
      return call
    }
    it('with the key in its own header', () =>
      expect([gemini.auth, signed({}, ['x-goog-api-key', 'k']).headers]).to.deep.equal([{ header: 'x-goog-api-key' }, ['x-goog-api-key', 'k']]))
    it('with the key as OpenAI has it, through the compatible API', () =>
      expect(signed(compat, ['Accept', 'x', 'x-goog-api-key', 'k', 'a', 'b']).headers).to.deep.equal(['Accept', 'x', 'Authorization', 'Bearer k', 'a', 'b']))
    it('with the key as OpenAI has it, for files and batches, which only the compatible API has', () =>
      expect(signed({}, ['x-goog-api-key', 'k'], '/openai/files').headers).to.deep.equal(['Authorization', 'Bearer k']))
    it('with ids that say models/, too', () =>
      expect(signed({}, [], '/models/models%2Fgemini-x:generateContent').path).to.equal('/models/gemini-x:generateContent'))
    it("without a key of the caller's in the query", () => expect(gemini.queryCredentials).to.deep.equal(['key', 'access_token']))
  })

  describe('lists', () => {
    it('what is offered, page by page', () => {
      const body = {
        models: [
          {
            name: 'models/gemini-3-pro',
            displayName: 'Gemini 3 Pro',
            inputTokenLimit: 1_000_000,
            outputTokenLimit: 65_536,
            thinking: true,
            supportedGenerationMethods: ['generateContent', 'countTokens'],
          },
          { name: 'models/gemini-embedding-001', supportedGenerationMethods: ['embedContent'] },
          ...['veo-3', 'aqa', 'learnlm-1'].map(id => ({ name: `models/${id}` })),
          ...['gemma-3-27b', 'text-embedding-004', 'imagen-4'].map(id => ({ name: `models/${id}` })),
          null,
          { name: 7 },
        ],
        nextPageToken: 'next',
      }
      expect(gemini.models?.(body)).to.deep.equal([
        {
          id: 'gemini-3-pro',
          owned_by: 'google',
          metadata: { display_name: 'Gemini 3 Pro', context_window: 1_000_000, max_output_tokens: 65_536, modes: ['chat'], capabilities: { reasoning: true } },
        },
        { id: 'gemini-embedding-001', owned_by: 'google', metadata: { modes: ['embedding'] } },
        ...['gemma-3-27b', 'text-embedding-004', 'imagen-4'].map(id => ({ id, owned_by: 'google' })),
      ])
      expect([gemini.nextPage?.(body), gemini.nextPage?.({ models: [] })]).to.deep.equal(['?pageSize=1000&pageToken=next', undefined])
    })
    it('what the compatible API offers', () => {
      expect(gemini.models?.({ object: 'list', data: [{ id: 'models/gemini-3-pro', object: 'model' }, { id: 'models/veo-3' }] })).to.deep.equal([
        { id: 'gemini-3-pro', owned_by: 'google' },
      ])
    })
    it('nothing, if there is nothing', () => expect(gemini.models?.({})).to.deep.equal([]))
    it('nothing that is no list', () => expect(() => gemini.models?.({ models: 'x' })).to.throw('the model list is not {"models": […]}'))
  })

  it('knows a model with and without models/, for rules about it', () =>
    expect(['models/gemini-3-pro', 'gemini-3-pro'].map(id => gemini.canonical?.(id))).to.deep.equal(['gemini-3-pro', 'gemini-3-pro']))

  describe('knows of', () => {
    const rows: readonly (readonly [string, ModelTraits])[] = [
      ['gemini-3-pro-preview', { family: 'gemini-3', thinking: 'level', efforts: ['low', 'high'], fixedSampling: true, alwaysThinks: true, jsonSchema: true }],
      ['gemini-3.1-pro-preview', { family: 'gemini-3', thinking: 'level', efforts: ['low', 'medium', 'high'] }],
      ['gemini-3-flash-preview', { family: 'gemini-3', thinking: 'level', efforts: ['minimal', 'low', 'medium', 'high'] }],
      ['gemini-flash-latest', { family: 'gemini-3', thinking: 'level' }],
      ['gemini-pro-latest', { thinking: 'level', efforts: ['low', 'medium', 'high'] }],
      ['gemini-4-flash', { thinking: 'level', fixedSampling: true }],
      ['gemini-2.5-pro', { family: 'gemini-2.5', thinking: 'budget', alwaysThinks: true, budgets: [128, 32_768] }],
      ['gemini-2.5-flash', { family: 'gemini-2.5', thinking: 'budget', budgets: [0, 24_576], jsonSchema: true }],
      ['gemini-2.5-flash-lite', { thinking: 'budget', budgets: [512, 24_576] }],
      ['gemini-2.5-flash-image', { family: 'gemini-2.5', thinking: 'none' }],
      ['gemini-2.0-flash', { thinking: 'none', jsonSchema: false, strictTools: false }],
      ['gemini-1.5-pro', { thinking: 'none', jsonSchema: false }],
      ['gemma-3-27b-it', { thinking: 'none', jsonSchema: false }],
      ['gemini-embedding-001', { thinking: 'none', images: false }],
      ['google/gemini-2.5-pro', { thinking: 'budget' }],
      ['models/gemini-2.5-pro', { thinking: 'budget' }],
      ['tuned', { vendor: 'google' }],
    ]
    for (const [model, expected] of rows) it(model, () => expect(gemini.traits?.(model, settingsOf())).to.deep.include({ vendor: 'google', ...expected }))

    it('what the user says', () => {
      const settings = settingsOf({
        model_traits: [
          { models: 'gemini-3-*', efforts: ['low'], fixed_sampling: false },
          { models: '*flash*', embedding_inputs: 2 },
        ],
      })
      expect(gemini.traits?.('gemini-3-flash', settings)).to.deep.include({ thinking: 'level', efforts: ['low'], fixedSampling: false, embeddingInputs: 2 })
      expect(gemini.traits?.('gemini-2.5-flash', settings)).to.deep.include({ thinking: 'budget', embeddingInputs: 2 })
    })
  })

  describe('through the compatible API', () => {
    function respelled(body: object, dialect = 'openai-chat', operation = 'chat') {
      const document = JsonDocument.parse(Buffer.from(JSON.stringify(body)))
      const losses = new Losses()
      gemini.respell?.(document, { operation, dialect, model: 'm', settings: settingsOf(compat), losses, streamed: false, learned: new Set() })
      return { body: JSON.parse(document.render().toString()) as unknown, dropped: losses.reported }
    }

    it('effort is one word', () => expect(respelled({ reasoning: { effort: 'low' } }).body).to.deep.equal({ reasoning_effort: 'low' }))
    for (const google of [{ extra_body: { google: { thinking_config: { thinking_budget: 1 } } } }, { google: { thinking_config: {} } }]) {
      it(`a thinking config excludes it: ${JSON.stringify(google)}`, () =>
        expect(respelled({ reasoning_effort: 'low', ...google })).to.deep.equal({ body: google, dropped: [] }))
    }
    it("signatures are Google's", () => expect(gemini.traits?.('gemini-3-pro', settingsOf(compat))).to.include({ vendor: 'google' }))
    it('embeddings go as they are', () =>
      expect(respelled({ input: 'a', reasoning: {} }, 'openai-chat', 'embeddings').body).to.deep.equal({ input: 'a', reasoning: {} }))
    it('bodies of its own API go as they are', () => expect(respelled({ reasoning: {} }, 'gemini', 'generate').body).to.deep.equal({ reasoning: {} }))
  })
})
