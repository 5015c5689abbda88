import { expect } from 'chai'
import { Losses } from '../../../core/neutral/losses.ts'
import type { NeutralRequest } from '../../../core/neutral/request.ts'
import { noteUnspoken, type Unspoken } from '../../../core/neutral/unspoken.ts'
import bedrock from '../../../plugins/dialects/bedrock-converse/index.ts'
import cohere from '../../../plugins/dialects/cohere/index.ts'
import { destination, neutralRequest, writeRequest } from '../../support/translation.ts'

const image = { type: 'image', source: { kind: 'base64', mime: 'image/png', data: 'iVBORw0=' } } as const
const result = { type: 'tool_result', callId: 'c', blocks: [{ type: 'text', text: 'x' }] } as const
const output = { kind: 'json_schema', name: 'n', schema: { type: 'object' }, at: 'text.format' } as const

describe('what targets have no place for', () => {
  const rows: readonly (readonly [what: string, request: Partial<NeutralRequest>, field: string, name: Unspoken])[] = [
    ['the name of a speaker', { turns: [{ role: 'user', name: 'Ann', blocks: [image] }] }, 'name', 'name'],
    ['a cache mark on the whole', { cache: {} }, 'cache_control', 'cache_control'],
    ['a cache mark on instructions', { system: [{ text: 's', kind: 'system', before: 0, cache: {} }] }, 'cache_control', 'cache_control'],
    ['a cache mark on a tool', { tools: [{ name: 't', cache: {} }] }, 'cache_control', 'cache_control'],
    ['a cache mark on a text', { turns: [{ role: 'user', blocks: [{ type: 'text', text: 'a', cache: {} }] }] }, 'cache_control', 'cache_control'],
    ['the detail of an image', { turns: [{ role: 'user', blocks: [{ ...image, detail: 'low' }] }] }, 'detail', 'detail'],
    [
      'the detail of an image that a tool gave',
      { turns: [{ role: 'tool', blocks: [{ ...result, blocks: [{ ...image, detail: 'low' }] }] }] },
      'detail',
      'detail',
    ],
    ['that a tool failed', { turns: [{ role: 'tool', blocks: [{ ...result, isError: true }] }] }, 'is_error', 'is_error'],
    ['an empty turn', { turns: [{ role: 'assistant', blocks: [{ type: 'text', text: '' }] }] }, 'messages', 'messages'],
    ['a summary of what was thought', { reasoning: { effort: 'low', summary: 'auto' } }, 'reasoning.summary', 'summary'],
  ]
  const noted = (request: Partial<NeutralRequest>, has: readonly Unspoken[]) => {
    const losses = new Losses(true)
    noteUnspoken(neutralRequest({ turns: [], ...request }), 'them', new Set(has), losses)
    return losses.list.map(({ field, isSilent }) => [field, isSilent])
  }
  for (const [what, request, field, name] of rows) {
    it(`is on the losses in silence, even under strict: ${what}`, () => expect(noted(request, [])).to.deep.equal([[field, true]]))
    it(`is not, where there is one: ${what}`, () => expect(noted(request, [name])).to.deep.equal([]))
  }

  it('is the name of a schema, and its description, each for itself', () => {
    const described = { output: { ...output, description: 'd' } }
    expect(noted({ output }, [])).to.deep.equal([['text.format.name', true]])
    expect(noted(described, [])).to.deep.equal([
      ['text.format.name', true],
      ['text.format.description', true],
    ])
    expect(noted(described, ['schema_name'])).to.deep.equal([['text.format.description', true]])
    expect(noted(described, ['schema_name', 'schema_description'])).to.deep.equal([])
  })

  for (const [target, upstream, fields] of [
    ['bedrock-converse', bedrock, ['name', 'detail']],
    ['cohere', cohere, ['name', 'cache_control']],
  ] as const) {
    it(`is known to ${target}`, () => {
      const turns: NeutralRequest['turns'] = [{ role: 'user', name: 'Ann', blocks: [{ ...image, detail: 'low', cache: {} }] }]
      expect(writeRequest(upstream.upstream!, neutralRequest({ turns }), destination({})).losses.list.map(({ field }) => field)).to.deep.equal(fields)
    })
  }
})
