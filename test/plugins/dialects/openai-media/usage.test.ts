/** What a reply of OpenAI's other operations counts. */

import { expect } from 'chai'
import { JsonDocument } from '../../../../core/document/document.ts'
import media from '../../../../plugins/dialects/openai-media/index.ts'

const url = { url: 'https://images.example/1.png' }
const tokens = { input_tokens: 5, output_tokens: 9, total_tokens: 14 }

const cases = [
  { reply: 'tokens', body: { text: 'hi', usage: tokens }, counts: { inputTokens: 5, outputTokens: 9, totalTokens: 14 }, raw: tokens },
  { reply: 'seconds', body: { text: 'hi', usage: { type: 'duration', seconds: 90 } }, counts: {}, raw: { type: 'duration', seconds: 90 } },
  { reply: 'the length of what was heard', body: { text: 'hi', duration: 8.5, segments: [] }, counts: {}, raw: { seconds: 8.5 } },
  { reply: 'images', body: { created: 1, data: [url, { b64_json: 'AA' }] }, counts: {}, raw: { images: 2 } },
  { reply: 'images beside a cost', body: { data: [url], usage: { cost_in_usd_ticks: 7 } }, counts: {}, raw: { images: 1, cost_in_usd_ticks: 7 } },
  { reply: 'images that tokens count', body: { data: [url], usage: tokens }, counts: { inputTokens: 5, outputTokens: 9, totalTokens: 14 }, raw: tokens },
  {
    reply: 'documents, which are no images',
    body: { data: [{ index: 0, relevance_score: 1 }], usage: { total_tokens: 7 } },
    counts: { inputTokens: 7, totalTokens: 7 },
    raw: { total_tokens: 7 },
  },
] as const

describe('openai-media: the usage of a reply', () => {
  for (const { reply, body, counts, raw } of cases) {
    it(`is read from ${reply}`, () => {
      const usage = media.usage(JsonDocument.parse(Buffer.from(JSON.stringify(body))))
      expect(usage).to.deep.equal(counts)
      expect(usage?.raw).to.deep.equal(raw)
    })
  }

  it('is unknown where nothing is counted', () => expect(media.usage(JsonDocument.parse(Buffer.from('{"text":"hi"}')))).to.equal(undefined))
})
