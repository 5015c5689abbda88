import { expect } from 'chai'
import xai from '../../providers/xai.ts'
import { conforms, rerouted, respelled, signed, type CallOverrides } from '../support/provider.ts'

const responses = { operation: 'responses', dialect: 'openai-responses' }
const after = (body: object, model = 'grok-4.3', call: CallOverrides = {}) => respelled(xai, body, { model, ...call })

describe('the provider xai', () => {
  conforms(xai, 'xai.ts')

  describe('is told how hard to think', () => {
    const cases: readonly [model: string, word: string, taken: string | undefined][] = [
      ['grok-4.3', 'none', 'none'],
      ['grok-4.3', 'low', 'low'],
      ['grok-4.3', 'medium', 'medium'],
      ['grok-4.3', 'high', 'high'],
      ['grok-4.3', 'xhigh', 'high'],
      ['grok-4.3', 'max', 'high'],
      ['grok-3-mini', 'medium', 'low'],
      ['grok-4', 'high', undefined],
      ['grok-4-fast-reasoning', 'high', undefined],
      ['grok-3', 'high', undefined],
    ]
    for (const [model, word, taken] of cases) {
      const isTaken = taken !== undefined
      it(`${model}: ${word}`, () =>
        expect(after({ reasoning_effort: word }, model)).to.deep.include({
          body: isTaken ? { reasoning_effort: taken } : {},
          dropped: isTaken ? [] : ['reasoning_effort'],
        }))
      it(`${model}: ${word}, by Responses`, () =>
        expect(after({ reasoning: { effort: word, summary: 'auto' } }, model, responses)).to.deep.include({
          body: { reasoning: { ...(isTaken ? { effort: taken } : {}), summary: 'auto' } },
          dropped: isTaken ? [] : ['reasoning.effort'],
        }))
    }
    it('xhigh where a model is flagged for it', () => {
      const settings = { model_traits: [{ models: 'grok-4.3', efforts: ['none', 'low', 'medium', 'high', 'xhigh'] }] }
      for (const word of ['xhigh', 'max']) expect(after({ reasoning_effort: word }, 'grok-4.3', { settings }).body).to.deep.equal({ reasoning_effort: 'xhigh' })
    })
  })

  describe('of models that think', () => {
    it('takes no penalties', () =>
      expect(after({ presence_penalty: 1, frequency_penalty: 1 }, 'grok-4')).to.deep.include({ body: {}, dropped: ['frequency_penalty', 'presence_penalty'] }))
    it('leaves stopping to Tapline', () => {
      expect(rerouted(xai, { stop: ['a'] }, { model: 'grok-4' })).to.equal('openai-chat')
      expect(after({ stop: ['a'] }, 'grok-4')).to.deep.include({ body: {}, stopAt: ['a'] })
    })
  })

  it('takes all of it for others', () => {
    for (const model of ['grok-3', 'grok-4-fast-non-reasoning']) {
      expect(after({ stop: ['a'], presence_penalty: 1 }, model).body).to.deep.equal({ stop: ['a'], presence_penalty: 1 })
      expect(rerouted(xai, { stop: ['a'] }, { model })).to.equal(undefined)
    }
  })

  it('keeps the role developer', () =>
    expect(after({ messages: [{ role: 'developer', content: 'x' }] }).body).to.deep.equal({ messages: [{ role: 'developer', content: 'x' }] }))
  it('gets search_parameters as they are', () => expect(after({ search_parameters: { mode: 'on' } }).body).to.deep.equal({ search_parameters: { mode: 'on' } }))

  describe('draws by ratio', () => {
    const images = (body: object) => after(body, 'grok-image', { operation: 'images', dialect: 'openai-media' })
    it("the nearest to the caller's size", () =>
      expect(images({ prompt: 'p', size: '1792x1024' })).to.deep.include({ body: { prompt: 'p', aspect_ratio: '16:9' }, dropped: [] }))
    it("the caller's own", () => expect(images({ size: '1024x1024', aspect_ratio: '20:9' }).body).to.deep.equal({ aspect_ratio: '20:9' }))
    it('its own, if the caller has no wish', () => expect(images({ size: 'auto', n: 2 }).body).to.deep.equal({ n: 2 }))
    it('without hints for the looks', () =>
      expect(images({ quality: 'hd', style: 'vivid', response_format: 'b64_json' })).to.deep.include({
        body: { response_format: 'b64_json' },
        dropped: ['quality', 'style'],
      }))
  })

  describe('keeps a conversation together', () => {
    const body = {
      model: 'grok-4',
      messages: [
        { role: 'system', content: 's' },
        { role: 'user', content: 'u' },
      ],
      tools: [{ type: 'function' }],
    }
    const id = async (call: object, headers: readonly string[] = []) => (await signed(xai, { body: call, headers })).headers['x-grok-conv-id']
    it('by what it began with', async () => {
      const first = await id(body)
      expect(first).to.match(/^tapline-[0-9a-f]{32}$/)
      expect(await id({ ...body, messages: [...body.messages, { role: 'assistant', content: 'a' }], temperature: 1 })).to.equal(first)
    })
    it('apart from those with another model, beginning or tools', async () => {
      const ids = await Promise.all(
        [body, { ...body, model: 'grok-3' }, { ...body, messages: body.messages.toReversed() }, { ...body, tools: [] }].map(call => id(call)),
      )
      expect(new Set(ids)).to.have.property('size', 4)
    })
    it("by the caller's own id", async () => {
      expect(await id(body, ['x-grok-conv-id', 'mine'])).to.equal('mine')
      expect(xai.callerHeaders).to.include('x-grok-conv-id')
    })
    it('not with Responses', async () => expect((await signed(xai, { operation: 'responses', body })).headers).to.deep.equal({}))
  })

  it('gets the state of its own only', () => expect(xai.traits?.('grok-4', { name: 'x', type: 'xai' }).vendor).to.equal('xai'))
})
