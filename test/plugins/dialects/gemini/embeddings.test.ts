import { expect } from 'chai'
import type { GatewayError } from '../../../../core/errors.ts'
import { Losses } from '../../../../core/neutral/losses.ts'
import type { JsonObject } from '../../../../core/neutral/request.ts'
import { parseJson } from '../../../../core/neutral/json.ts'
import gemini from '../../../../plugins/dialects/gemini/index.ts'
import { destination, expectEqualJson } from '../../../support/translation.ts'

const embeddings = gemini.upstream!.embeddings!
const studio = destination({ model: 'gemini-embedding-001', type: 'gemini' })
const vertex = destination({ model: 'text-embedding-005', type: 'vertex' })

const bodies = (request: JsonObject, to = studio) =>
  [embeddings.request({ model: 'm', ...request }, to, new Losses())].flat().map(({ body }) => JSON.parse(body.toString()) as JsonObject)
const answer = (replies: readonly object[], request: JsonObject, from = studio) =>
  embeddings.reply(
    replies.map(reply => parseJson(JSON.stringify(reply)) as JsonObject),
    from,
    { model: 'm', ...request },
  )
const caught = (attempt: () => unknown): Pick<GatewayError, 'status' | 'code' | 'param'> => {
  try {
    attempt()
  } catch (error) {
    const { status, code, param } = error as GatewayError
    return { status, code, param }
  }
  throw new Error('nothing was thrown')
}

describe('gemini: embeddings', () => {
  it('are an operation of their own', () => expect(embeddings.operation).to.equal('embeddings'))

  describe('of AI Studio', () => {
    it('ask for one text', () => {
      expectEqualJson(bodies({ input: 'tide' }), [{ requests: [{ model: 'models/gemini-embedding-001', content: { parts: [{ text: 'tide' }] } }] }])
    })
    it('name the model once as Google lists it, also for who spells it so', () => {
      expectEqualJson(bodies({ input: 'tide' }, destination({ model: 'models/gemini-embedding-001', type: 'gemini' })), bodies({ input: 'tide' }))
    })
    it('ask for several, in so many dimensions, and for what Google alone knows', () => {
      expectEqualJson(
        bodies({ input: ['a', 'b'], dimensions: 8, encoding_format: 'base64', user: 'u', extra_body: { google: { task_type: 'CLUSTERING' } }, title: 't' }),
        [
          {
            requests: ['a', 'b'].map(text => ({
              model: 'models/gemini-embedding-001',
              content: { parts: [{ text }] },
              outputDimensionality: 8,
              task_type: 'CLUSTERING',
              title: 't',
            })),
          },
        ],
      )
    })
    it('ask for a hundred at a time', () => {
      const input = Array.from({ length: 201 }, (_, i) => `t${i}`)
      const asked = bodies({ input }).map(({ requests }) =>
        (requests as JsonObject[]).map(({ content }) => ((content as JsonObject)['parts'] as JsonObject[])[0]!['text']),
      )
      expect(asked.map(({ length }) => length)).to.deep.equal([100, 100, 1])
      expect(asked.flat()).to.deep.equal(input)
    })
    it("answer with OpenAI's list, without usage", () => {
      expectEqualJson(answer([{ embeddings: [{ values: [0.5, -1] }, { values: [2, 3] }] }], { input: ['a', 'b'] }), {
        object: 'list',
        model: 'gemini-embedding-001',
        data: [
          { object: 'embedding', index: 0, embedding: [0.5, -1] },
          { object: 'embedding', index: 1, embedding: [2, 3] },
        ],
      })
    })
    it('answer with the usage if it is told', () => {
      expectEqualJson(answer([{ embeddings: [{ values: [1] }], usageMetadata: { promptTokenCount: 3 } }], { input: 'a' })['usage'] as object, {
        prompt_tokens: 3,
        total_tokens: 3,
      })
    })
    it('answer in base64: little-endian float32', () => {
      const { data } = answer([{ embeddings: [{ values: [1, -2.5] }] }], { input: 'a', encoding_format: 'base64' })
      expect((data as JsonObject[])[0]!['embedding']).to.equal(Buffer.from([0, 0, 0x80, 0x3f, 0, 0, 0x20, 0xc0]).toString('base64'))
    })
    it('keep numbers as they were spelled', () => {
      const text = '{"embeddings":[{"values":[0.01234567890123456789]}]}'
      const reply = [parseJson(text) as JsonObject]
      expect(JSON.stringify(embeddings.reply(reply, studio, { input: 'a' }))).to.contain('[0.01234567890123456789]')
      const packed = (embeddings.reply(reply, studio, { input: 'a', encoding_format: 'base64' })['data'] as JsonObject[])[0]!['embedding'] as string
      expect(Buffer.from(packed, 'base64').readFloatLE()).to.equal(Math.fround(0.012345678901234568))
    })
  })

  describe('of Vertex', () => {
    it('ask with predict', () => {
      expectEqualJson(bodies({ input: ['a', 'b'], dimensions: 8, task_type: 'CLUSTERING', auto_truncate: false }, vertex), [
        {
          instances: [
            { content: 'a', task_type: 'CLUSTERING' },
            { content: 'b', task_type: 'CLUSTERING' },
          ],
          parameters: { outputDimensionality: 8, autoTruncate: false },
        },
      ])
      expectEqualJson(bodies({ input: 'a' }, vertex), [{ instances: [{ content: 'a' }] }])
    })
    it('ask for each text by itself where the model takes one', () => {
      expectEqualJson(bodies({ input: ['a', 'b'] }, { ...vertex, traits: { embeddingInputs: 1 } }), [
        { instances: [{ content: 'a' }] },
        { instances: [{ content: 'b' }] },
      ])
    })
    it('answer in the order of the calls, with the tokens of all', () => {
      const prediction = (values: number[], token_count: number) => ({
        predictions: [{ embeddings: { values, statistics: { token_count, truncated: false } } }],
      })
      expectEqualJson(answer([prediction([1], 3), prediction([2], 4)], { input: ['a', 'b'] }, vertex), {
        object: 'list',
        model: 'text-embedding-005',
        usage: { prompt_tokens: 7, total_tokens: 7 },
        data: [
          { object: 'embedding', index: 0, embedding: [1] },
          { object: 'embedding', index: 1, embedding: [2] },
        ],
      })
    })
  })

  for (const input of [
    [1, 2],
    [[1], [2]],
    ['a', 1],
  ]) {
    it(`of tokens are refused: ${JSON.stringify(input)}`, () =>
      expect(caught(() => bodies({ input }))).to.deep.equal({ status: 400, code: 'unsupported_parameter', param: 'input' }))
  }
  it('of nothing are refused', () => expect(caught(() => bodies({ input: [] }))).to.deep.include({ status: 400, param: 'input' }))
  it('take no second text', () =>
    expect(caught(() => bodies({ input: 'a', extra_body: { google: { content: {} } } }))).to.deep.include({ status: 400, param: 'extra_body.google.content' }))

  for (const [name, reply, status] of [
    ['with an error', { error: { code: 429, message: 'm' } }, 429],
    ['with too few', { embeddings: [{ values: [1] }] }, 502],
    ['with one that has no numbers', { embeddings: [{ values: [1] }, { values: ['x'] }] }, 502],
    ['with one that is empty', { embeddings: [{ values: [1] }, {}] }, 502],
    ['with nothing', {}, 502],
  ] as const)
    it(`that are answered ${name} fail`, () => expect(caught(() => answer([reply], { input: ['a', 'b'] })).status).to.equal(status))
})
