import { expect } from 'chai'
import { JsonDocument } from '../../../core/document/document.ts'
import { unsetRecased } from '../../../core/document/recased.ts'

function cleared(json: string): string | undefined {
  const body = JsonDocument.parse(Buffer.from(json))
  return unsetRecased(body) ? body.render().toString() : undefined
}

describe('members in another case', () => {
  for (const [before, after] of [
    ['{"messages":[],"Messages":[1]}', '{"messages":[]}'],
    ['{"MESSAGES":[1], "model":"m"}', '{ "model":"m"}'],
    [String.raw`{"input":"x","\u0049nput":"y"}`, '{"input":"x"}'],
    ['{"input":"x","input_":1,"ſystem":"y"}', '{"input":"x","input_":1}'],
    ['{"messages":[{"Role":"system","role":"user","content":"x"}]}', '{"messages":[{"role":"user","content":"x"}]}'],
    ['{"messages":[{"content":[{"content":[{"text":"x","Text":"y"}]}]}]}', '{"messages":[{"content":[{"content":[{"text":"x"}]}]}]}'],
    ['{"input":[{"type":"function_call_output","Output":"y","output":"x"}]}', '{"input":[{"type":"function_call_output","output":"x"}]}'],
  ] as const) {
    it(`go: ${before}`, () => expect(cleared(before)).to.equal(after))
  }

  for (const json of [
    '{"messages":[{"role":"user","content":"Content"}],"Model":"m","maxTokens":1}',
    String.raw`{"m\u0065ssages":[]}`,
    '{"messages":[{"role":"assistant","content":[{"type":"tool_use","input":{"Text":"x","Content":"y"}}]}]}',
    '{"messages":[],"metadata":{"Content":"x"},"tools":[{"input_schema":{"properties":{"Text":{}}}}]}',
  ]) {
    it(`stay where they are a caller's own: ${json}`, () => expect(cleared(json)).to.equal(undefined))
  }
})
