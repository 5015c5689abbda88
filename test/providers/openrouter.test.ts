import { expect } from 'chai'
import openrouter from '../../providers/openrouter.ts'
import { conforms, respelled, signed } from '../support/provider.ts'

const settings = { site_url: 'https://me.example', app_name: 'Me' }

describe('the provider openrouter', () => {
  conforms(openrouter, 'openrouter.ts')

  it('takes a request id of its own', () => expect(openrouter.requestIdHeader).to.equal('X-Client-Request-Id'))

  it('serves all that is to be heard', () =>
    expect(openrouter.operations).to.include({
      speech: 'POST /audio/speech',
      transcriptions: 'POST /audio/transcriptions',
      translations: 'POST /audio/translations',
    }))

  describe('is told where calls come from', () => {
    it('by configuration', async () =>
      expect((await signed(openrouter, {}, settings)).headers).to.deep.equal({ 'http-referer': 'https://me.example', 'x-openrouter-title': 'Me' }))
    it('by the caller', async () =>
      expect((await signed(openrouter, { headers: ['http-referer', 'https://you.example', 'x-title', 'You'] }, settings)).headers).to.deep.equal({
        'http-referer': 'https://you.example',
        'x-title': 'You',
      }))
    it('by nobody', async () => expect((await signed(openrouter)).headers).to.deep.equal({}))
    it('by headers of the caller that go along', () => expect(openrouter.callerHeaders).to.include.members(['http-referer', 'x-openrouter-title', 'x-title']))
  })

  it('gets its own fields as they are', () => {
    const body = {
      provider: { order: ['a'] },
      models: ['a/b'],
      route: 'fallback',
      transforms: [],
      plugins: [],
      usage: { include: true },
      session_id: 's',
      reasoning: { effort: 'high', exclude: true },
      messages: [
        { role: 'developer', content: [{ type: 'text', text: 'x', cache_control: { type: 'ephemeral' } }] },
        { role: 'assistant', content: 'y', reasoning_details: [{ type: 'reasoning.encrypted', data: 'd' }] },
      ],
    }
    expect(respelled(openrouter, body).body).to.deep.equal(body)
  })

  it('is asked for max_tokens', () => expect(respelled(openrouter, { max_completion_tokens: 5 }).body).to.deep.equal({ max_tokens: 5 }))

  it('passes on cache marks', () => expect(openrouter.traits?.('a/b', { name: 'o', type: 'openrouter' }).cacheMarks).to.equal(true))

  it('reports errors of a choice, and ends that are errors', () => {
    expect(openrouter.fault?.({ choices: [{ error: { code: 429, message: 'busy' }, finish_reason: 'error' }] }, 'openrouter')).to.include({
      status: 429,
      message: 'busy',
      code: '429',
    })
    expect(openrouter.fault?.({ choices: [{ finish_reason: 'error' }] }, 'openrouter')).to.include({ status: 502 })
    expect(openrouter.fault?.({ choices: [{ finish_reason: 'error' }], error: { code: 503, message: 'gone' } }, 'openrouter')).to.include({
      status: 503,
      message: 'gone',
      code: '503',
    })
    expect(openrouter.fault?.({ choices: [{ finish_reason: 'stop', native_finish_reason: 'stop' }] }, 'openrouter')).to.equal(undefined)
  })

  it('hands on X-Generation-Id', () => expect(openrouter.replyHeaders).to.deep.equal(['x-generation-id']))

  it('reads what the listing says of a model', () => {
    const data = [
      {
        id: 'a/b:free',
        name: 'B',
        created: 5,
        context_length: 100,
        architecture: { input_modalities: ['text', 'image'], output_modalities: ['text'] },
        supported_parameters: ['tools'],
        pricing: { prompt: '0.0000025', completion: '0.00001', image: '0.1', request: '-1' },
        top_provider: { max_completion_tokens: 50 },
      },
    ]
    expect(openrouter.models?.({ data })).to.deep.equal([
      {
        id: 'a/b:free',
        created: 5,
        metadata: {
          display_name: 'B',
          context_window: 100,
          max_output_tokens: 50,
          capabilities: { input_modalities: ['text', 'image'], output_modalities: ['text'], supported_parameters: ['tools'] },
          pricing: { input_per_mtok: 2.5, output_per_mtok: 10 },
        },
      },
    ])
  })
})
