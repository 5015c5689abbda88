import { expect } from 'chai'
import { parseJson } from '../../../../core/neutral/json.ts'
import { Losses } from '../../../../core/neutral/losses.ts'
import type { JsonObject } from '../../../../core/neutral/request.ts'
import type { SpelledRequest } from '../../../../core/neutral/translation.ts'
import cohere from '../../../../plugins/dialects/cohere/index.ts'
import { refusalOf } from '../../../support/refusal-of.ts'
import { destination } from '../../../support/translation.ts'

const side = cohere.upstream!.embeddings!
const to = destination({ model: 'embed-v4.0' })

function write(body: JsonObject, losses = new Losses()): JsonObject[] {
  return [side.request({ model: 'm', ...body }, to, losses)].flat().map(({ body }: SpelledRequest) => parseJson(body.toString()) as JsonObject)
}

const reply = (float: readonly (readonly number[])[], tokens?: number): JsonObject => ({
  id: 'e',
  embeddings: { float },
  ...(tokens === undefined ? {} : { meta: { billed_units: { input_tokens: tokens } } }),
})

describe('cohere: embeddings', () => {
  const rows: readonly (readonly [row: string, body: JsonObject, expected: object])[] = [
    ['a text', { input: 'a' }, { texts: ['a'], input_type: 'search_document', embedding_types: ['float'] }],
    ['several texts', { input: ['a', 'b'] }, { texts: ['a', 'b'], input_type: 'search_document', embedding_types: ['float'] }],
    ['the input type of the caller', { input: 'a', input_type: 'search_query' }, { texts: ['a'], input_type: 'search_query', embedding_types: ['float'] }],
    [
      'members for Cohere alone',
      { input: 'a', extra_body: { cohere: { truncate: 'END' }, google: { x: 1 } } },
      { texts: ['a'], input_type: 'search_document', truncate: 'END', embedding_types: ['float'] },
    ],
    ['base64', { input: 'a', encoding_format: 'base64' }, { texts: ['a'], input_type: 'search_document', embedding_types: ['base64'] }],
    [
      'dimensions',
      { input: 'a', dimensions: 256, encoding_format: 'float' },
      { texts: ['a'], input_type: 'search_document', embedding_types: ['float'], output_dimension: 256 },
    ],
  ]
  for (const [row, body, expected] of rows)
    it(`asks for ${row}`, () => {
      expect(write(body)).to.deep.equal([{ model: 'embed-v4.0', ...expected }])
    })

  it('drops the user without a note', () => {
    const losses = new Losses(true)
    write({ input: 'a', user: 'u' }, losses)
    expect([losses.reported, losses.list.map(({ field }) => field)]).to.deep.equal([[], ['user']])
  })

  it('asks for 97 texts in two calls, the order kept', () => {
    const texts = Array.from({ length: 97 }, (_, i) => `t${i}`)
    const calls = write({ input: texts })
    expect(calls.map(({ texts }) => (texts as string[]).length)).to.deep.equal([96, 1])
    expect(calls.flatMap(({ texts }) => texts)).to.deep.equal(texts)
  })

  it('refuses tokens, and what would be embedded beside the input', () => {
    expect(refusalOf(() => write({ input: [[1, 2]] })).param).to.equal('input')
    expect(refusalOf(() => write({ input: [1, 2] })).status).to.equal(400)
    expect(refusalOf(() => write({ input: 'a', images: ['x'] })).param).to.equal('images')
    expect(refusalOf(() => write({ input: 'a', extra_body: { cohere: { texts: ['x'] } } })).param).to.equal('extra_body.cohere.texts')
  })

  it('gives one list of several replies, their usage summed', () => {
    expect(
      side.reply(
        [
          reply(
            [
              [1, 0.5],
              [2, 0],
            ],
            4,
          ),
          reply([[3, -1]], 2),
        ],
        to,
        { input: ['a', 'b', 'c'] },
      ),
    ).to.deep.equal({
      object: 'list',
      data: [
        [1, 0.5],
        [2, 0],
        [3, -1],
      ].map((embedding, index) => ({ object: 'embedding', index, embedding })),
      model: 'embed-v4.0',
      usage: { prompt_tokens: 6, total_tokens: 6 },
    })
  })

  it('gives base64 as it came, and packed where numbers came', () => {
    const body = { input: 'a', encoding_format: 'base64' }
    const embeddingOf = (reply: JsonObject) => (side.reply([reply], to, body)['data'] as any)[0].embedding as unknown
    expect(embeddingOf({ embeddings: { base64: ['AACAPw=='] } })).to.equal('AACAPw==')
    expect(embeddingOf(reply([[1]]))).to.equal('AACAPw==')
  })

  it('invents no usage', () => {
    expect(side.reply([reply([[1]], 4), reply([[2]])], to, { input: ['a', 'b'] })).not.to.have.property('usage')
  })

  it('is an error if embeddings are missing, or an error came', () => {
    expect(refusalOf(() => side.reply([reply([[1]])], to, { input: ['a', 'b'] })).status).to.equal(502)
    expect(refusalOf(() => side.reply([{ message: 'no' }], to, { input: 'a' })).message).to.equal('no')
  })
})
