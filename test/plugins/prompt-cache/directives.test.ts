import { expect } from 'chai'
import { JsonDocument } from '../../../core/document/document.ts'
import { Directives } from '../../../plugins/prompt-cache/directives.ts'

const directives = new Directives(['cache_control', 'prompt_cache_key', 'cachePoint', 'cached_content'])
const isIn = (body: string) => directives.isIn(JsonDocument.parse(Buffer.from(body)))
const mark = '"cache_control":{"type":"ephemeral"}'

describe('what a client says of the prompt cache', () => {
  for (const [where, body] of [
    ['on the top level', `{${mark}}`],
    ['beside a key', '{"prompt_cache_key":"k"}'],
    ['at a block of the system', `{"system":[{"type":"text","text":"x",${mark}}]}`],
    ['at a message', `{"messages":[{"role":"user","content":"x",${mark}}]}`],
    ['at a block', `{"messages":[{"role":"user","content":[{"type":"text","text":"x",${mark}}]}]}`],
    ["at a block of a tool's result", `{"messages":[{"content":[{"type":"tool_result","content":[{"type":"text","text":"x",${mark}}]}]}]}`],
    ['at a tool', `{"tools":[{"name":"f","input_schema":{},${mark}}]}`],
    ['at a function', `{"tools":[{"type":"function","function":{"name":"f",${mark}}}]}`],
    ['at an item of the input', `{"input":[{"content":[{"type":"input_text","text":"x",${mark}}]}]}`],
    ['as a block of its own', '{"messages":[{"content":[{"text":"x"},{"cachePoint":{"type":"default"}}]}]}'],
    ['for one vendor', '{"extra_body":{"google":{"cached_content":"cachedContents/1"}}}'],
    ['in letters that are escaped', '{"\\u0063ache_control":{}}'],
  ] as const) {
    it(`is found ${where}`, () => {
      expect(isIn(body)).to.equal(true)
    })
  }

  for (const [what, body] of [
    ['what nobody said', '{"messages":[{"role":"user","content":"x"}]}'],
    ['the word in a text', '{"messages":[{"role":"user","content":"what is cache_control?"}]}'],
    ['null', '{"cache_control":null,"messages":[{"content":[{"text":"x","cache_control":null}]}]}'],
    ["a property of a tool's schema", '{"tools":[{"function":{"name":"f","parameters":{"properties":{"cache_control":{"type":"string"}}}}}]}'],
    ['a property of another schema', '{"tools":[{"name":"f","input_schema":{"type":"object","properties":{"cache_control":{}}}}]}'],
    ["the input of a tool's call", '{"messages":[{"content":[{"type":"tool_use","name":"f","input":{"cache_control":"no-store"}}]}]}'],
    ['a label', '{"metadata":{"prompt_cache_key":"k"}}'],
  ] as const) {
    it(`is not ${what}`, () => {
      expect(isIn(body)).to.equal(false)
    })
  }

  it('is seen where policy said it', () => {
    const body = JsonDocument.parse(Buffer.from('{"messages":[]}'))
    body.set(body.root, 'prompt_cache_key', '"ours"')
    expect(directives.isIn(body)).to.equal(true)
  })
})
