import { expect } from 'chai'
import { Losses } from '../../../core/neutral/losses.ts'
import type { JsonObject } from '../../../core/neutral/request.ts'
import { googleImages, googleOrCompatibleImages, imagesPath } from '../../../providers/shared/google-images.ts'
import { refusalOf } from '../../support/refusal-of.ts'
import { destination, expectEqualJson } from '../../support/translation.ts'

const losses = () => new Losses()
const asked = (body: JsonObject, model = 'gemini-3-pro-image', settings = {}) => ({
  operation: 'images',
  body: { model, prompt: 'a tide', ...body },
  files: [],
  to: destination({ model, settings }),
  losses: losses(),
})
const written = (body: JsonObject, model?: string) => {
  const request = asked(body, model)
  return { body: googleImages.request(request), dropped: request.losses.reported }
}
const read = (said: JsonObject, model?: string) => {
  const { type, body, usage } = googleImages.reply(said, asked({}, model))
  return { type, usage, body: JSON.parse(body.toString()) as { created: number; data: object; usage?: object } }
}

describe('images by Google', () => {
  it('are drawn by a Gemini model', () => {
    expectEqualJson(written({ size: '1024x1024' }).body, {
      contents: [{ role: 'user', parts: [{ text: 'a tide' }] }],
      generationConfig: { responseModalities: ['TEXT', 'IMAGE'], imageConfig: { aspectRatio: '1:1' } },
    })
  })
  it('are predicted by Imagen', () => {
    expectEqualJson(written({ n: 2, size: '1792x1024' }, 'google/imagen-4').body, {
      instances: [{ prompt: 'a tide' }],
      parameters: { sampleCount: 2, aspectRatio: '16:9' },
    })
    expectEqualJson(written({}, 'imagen-4').body, { instances: [{ prompt: 'a tide' }] })
  })
  for (const [path, expected] of [
    ['/models/imagen-4.0:generateContent', '/models/imagen-4.0:predict'],
    ['/publishers/google/models/imagen-4:generateContent', '/publishers/google/models/imagen-4:predict'],
    ['/models/gemini-3-pro-image:generateContent', '/models/gemini-3-pro-image:generateContent'],
  ] as const)
    it(`are at ${expected}`, () => expect(imagesPath(path)).to.equal(expected))

  for (const [size, ratio] of [
    ['1536x1024', '3:2'],
    ['1024x1536', '2:3'],
    ['auto', undefined],
    [undefined, undefined],
  ] as const) {
    it(`of size ${size} have the ratio ${ratio}`, () => {
      const { generationConfig } = written(size === undefined ? {} : { size }).body as { generationConfig: { imageConfig?: { aspectRatio: string } } }
      expect(generationConfig.imageConfig?.aspectRatio).to.equal(ratio)
    })
  }
  it('have the ratio that the caller says', () =>
    expectEqualJson(written({ aspect_ratio: '21:9', size: '1x1' }, 'imagen-4').body, {
      instances: [{ prompt: 'a tide' }],
      parameters: { aspectRatio: '21:9' },
    }))
  it('leave hints for their looks out, with a note', () =>
    expect(written({ quality: 'high', style: 'vivid', user: 'u', response_format: 'b64_json' }).dropped).to.deep.equal(['quality', 'style']))
  it('are refused by address', () => expect(refusalOf(() => written({ response_format: 'url' }))).to.deep.include({ status: 400, param: 'response_format' }))
  it('are refused in a size that is none', () => expect(refusalOf(() => written({ size: 'huge' }))).to.deep.include({ status: 400, param: 'size' }))
  it('of a Gemini model are refused if there shall be several', () => expect(refusalOf(() => written({ n: 2 }))).to.deep.include({ status: 400, param: 'n' }))

  it('come from a Gemini model, drafts left out', () => {
    const { type, body, usage } = read({
      candidates: [
        { content: { parts: [{ inlineData: { data: 'DD' }, thought: true }, { text: 'Here' }, { inlineData: { mimeType: 'image/png', data: 'AA' } }] } },
      ],
      usageMetadata: { promptTokenCount: 4, candidatesTokenCount: 10, totalTokenCount: 14 },
    })
    expect(type).to.equal('application/json')
    expect(body.data).to.deep.equal([{ b64_json: 'AA' }])
    expect(body.usage).to.deep.equal({ input_tokens: 4, output_tokens: 10, total_tokens: 14 })
    expect(usage).to.deep.equal({ inputTokens: 4, outputTokens: 10, totalTokens: 14 })
    expect(body.created).to.be.a('number')
  })
  it('come from Imagen', () => {
    const { body } = read({ predictions: [{ bytesBase64Encoded: 'AA', mimeType: 'image/png' }, { bytesBase64Encoded: 'BB' }] }, 'imagen-4')
    expect([body.data, body.usage]).to.deep.equal([[{ b64_json: 'AA' }, { b64_json: 'BB' }], undefined])
  })
  for (const [name, model, said, reason] of [
    ["a filter of Imagen's", 'imagen-4', { predictions: [{ raiFilteredReason: 'unsafe' }] }, ': unsafe'],
    ['a finish reason', 'gemini-3-pro-image', { candidates: [{ finishReason: 'IMAGE_SAFETY' }] }, ': IMAGE_SAFETY'],
    ['a blocked prompt', 'gemini-3-pro-image', { promptFeedback: { blockReason: 'SAFETY' } }, ': SAFETY'],
    ['nothing', 'gemini-3-pro-image', {}, ''],
  ] as [string, string, JsonObject, string][]) {
    it(`do not come for ${name}`, () =>
      expect(refusalOf(() => read(said, model))).to.deep.include({ status: 502, message: `acme: provider returned no image${reason}` }))
  }

  it("through the compatible API are OpenAI's own", () => {
    const request = asked({ size: 'x' }, 'm', { api_mode: 'openai_compatible' })
    expect(googleOrCompatibleImages.request?.(request)).to.equal(request.body)
    expect(googleOrCompatibleImages.reply({ data: [] }, request).body.toString()).to.equal('{"data":[]}')
    expect(googleOrCompatibleImages.request?.(asked({}))).to.have.property('contents')
  })
})
