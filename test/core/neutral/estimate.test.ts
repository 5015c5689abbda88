import { expect } from 'chai'
import { estimateBytes, estimateCharacters, estimateTokens } from '../../../core/neutral/estimate.ts'
import type { Block, NeutralRequest } from '../../../core/neutral/request.ts'
import { neutralRequest } from '../../support/translation.ts'

const count = (overrides: Partial<NeutralRequest>) => estimateTokens(neutralRequest({ turns: [], ...overrides }))
const of = (...blocks: Block[]) => count({ turns: [{ role: 'user', blocks }] })
const text = (length: number): Block => ({ type: 'text', text: 'x'.repeat(length) })

describe('estimateTokens', () => {
  for (const [what, actual, expected] of [
    ['nothing, at least', count({}), 1],
    ['a token for four characters, and some for each message', of(text(40)), 14],
    ['a part of a token as a whole one', of(text(41)), 15],
    ['system texts', count({ system: [{ text: 'x'.repeat(8), kind: 'system', before: 0 }] }), 6],
    ['reasoning', of({ type: 'reasoning', text: 'x'.repeat(8) }), 6],
    ['a call', of({ type: 'tool_call', id: 'ignored', name: 'tide', argumentsText: '{"a":123}' }), 8],
    [
      'a result',
      of({
        type: 'tool_result',
        callId: 'ignored',
        blocks: [
          { type: 'text', text: 'x'.repeat(8) },
          { type: 'image', source: { kind: 'url', url: 'https://x' } },
        ],
      }),
      1206,
    ],
    ['an image, however large', of({ type: 'image', source: { kind: 'base64', mime: 'image/png', data: 'A'.repeat(9000) } }), 1204],
    ['a file of text', of({ type: 'file', source: { kind: 'text', text: 'x'.repeat(8) }, name: 'abcd' }), 7],
    ['another file', of({ type: 'file', source: { kind: 'base64', mime: 'application/pdf', data: 'A'.repeat(9000) } }), 2004],
    ['a tool', count({ tools: [{ name: 'tide', description: 'when', schema: { type: 'object' } }] }), 19],
    ['a schema for the answer', count({ output: { kind: 'json_schema', name: 'n', schema: { a: 1 } } }), 2],
  ] as const)
    it(`counts ${what}`, () => expect(actual).to.equal(expected))

  it('counts the characters of a text', () => expect([estimateCharacters(0), estimateCharacters(9)]).to.deep.equal([1, 3]))
  it('counts bytes where nothing can be read', () => expect([estimateBytes(0), estimateBytes(5)]).to.deep.equal([1, 2]))
})
