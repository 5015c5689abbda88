import { expect } from 'chai'
import { JsonDocument } from '../../../core/document/document.ts'
import type { ModelTraits } from '../../../core/neutral/translation.ts'
import anthropicMessages from '../../../plugins/dialects/anthropic-messages/index.ts'
import bedrockConverse from '../../../plugins/dialects/bedrock-converse/index.ts'
import gemini from '../../../plugins/dialects/gemini/index.ts'
import openaiChat from '../../../plugins/dialects/openai-chat/index.ts'
import openaiResponses from '../../../plugins/dialects/openai-responses/index.ts'
import { destination } from '../../support/translation.ts'

const dialects = { chat: openaiChat, responses: openaiResponses, messages: anthropicMessages, converse: bedrockConverse }
const marks: ModelTraits = { promptCacheBreakpoints: true }
const mark = '"prompt_cache_breakpoint":{"mode":"explicit"}'
const point = '{"cachePoint":{"type":"default"}}'
const withKey = (body: string) => body.replace(/(?=\s*\}$)/, ',"prompt_cache_key":"k"')

function asked(dialect: keyof typeof dialects, body: string, { isHeadLong = true, traits = {} }: { isHeadLong?: boolean; traits?: ModelTraits } = {}): string {
  const document = JsonDocument.parse(Buffer.from(body))
  dialects[dialect].upstream?.promptCaching?.ask?.(document, { key: 'k', isHeadLong }, destination({ traits }))
  return document.render().toString()
}

describe('OpenAI is asked', () => {
  const chat =
    '{ "messages":[{"role":"system","content":"s\\u0021"},{"role":"user","content":"a"},{"role":"assistant","content":"b"},{"role":"user","content":"c"}], "seed":1.0 }'

  it('by a key, and nothing else of the body is another', () => expect(asked('chat', chat)).to.equal(withKey(chat)))

  for (const [where, dialect, isHeadLong, body, expected] of [
    ['behind the instructions', 'chat', true, chat, chat.replace('"s\\u0021"', `[{"type":"text","text":"s\\u0021",${mark}}]`)],
    [
      "behind the user's last words but one, where the instructions are short",
      'chat',
      false,
      chat,
      chat.replace('"content":"a"', `"content":[{"type":"text","text":"a",${mark}}]`),
    ],
    [
      'at the last block that may have one',
      'chat',
      true,
      '{"messages":[{"role":"system","content":[{"type":"text","text":"s"},{"type":"text","text":"t"},{"type":"x"}]},{"role":"user","content":"c"}]}',
      `{"messages":[{"role":"system","content":[{"type":"text","text":"s"},{"type":"text","text":"t",${mark}},{"type":"x"}]},{"role":"user","content":"c"}]}`,
    ],
    ['nowhere in an only message', 'chat', true, '{"messages":[{"role":"user","content":"c"}]}', '{"messages":[{"role":"user","content":"c"}]}'],
    [
      'nowhere in what the model wrote',
      'chat',
      false,
      '{"messages":[{"role":"assistant","content":"b"},{"role":"user","content":"c"}]}',
      '{"messages":[{"role":"assistant","content":"b"},{"role":"user","content":"c"}]}',
    ],
    [
      'at an item of the input',
      'responses',
      true,
      '{"input":[{"role":"developer","content":"s"},{"role":"user","content":"c"}]}',
      `{"input":[{"role":"developer","content":[{"type":"input_text","text":"s",${mark}}]},{"role":"user","content":"c"}]}`,
    ],
    [
      'behind what was said, where instructions stand beside the input',
      'responses',
      true,
      '{"instructions":"s","input":[{"role":"user","content":[{"type":"input_image","image_url":"x"}]},{"type":"function_call","call_id":"1"},{"type":"function_call_output","call_id":"1","output":"o"}]}',
      `{"instructions":"s","input":[{"role":"user","content":[{"type":"input_image","image_url":"x",${mark}}]},{"type":"function_call","call_id":"1"},{"type":"function_call_output","call_id":"1","output":"o"}]}`,
    ],
    ['nowhere in an input that is a string', 'responses', true, '{"instructions":"s","input":"c"}', '{"instructions":"s","input":"c"}'],
  ] as const) {
    it(`by a mark ${where}`, () => {
      expect(asked(dialect, body, { isHeadLong, traits: marks })).to.equal(withKey(expected))
    })
  }
})

describe('Anthropic is asked', () => {
  it('on the top level', () => {
    const body = '{"model":"m", "messages":[{"role":"user","content":"a"}]}'
    expect(asked('messages', body)).to.equal('{"model":"m", "messages":[{"role":"user","content":"a"}],"cache_control":{"type":"ephemeral"}}')
  })
})

describe('Bedrock is asked', () => {
  const turns = [
    '{"role":"user","content":[{"text":"a"}]}',
    '{"role":"assistant","content":[{"text":"b"}]}',
    '{"role":"user","content":[{"text":"c"}]}',
  ] as const
  const body = `{"messages":[${turns.join()}],"system":[{"text":"s"}]}`

  for (const [what, options, given, expected] of [
    [
      'behind the instructions and what was said before',
      {},
      body,
      body.replace('{"text":"b"}', `{"text":"b"},${point}`).replace('{"text":"s"}', `{"text":"s"},${point}`),
    ],
    ['behind what was said alone, where the instructions are short', { isHeadLong: false }, body, body.replace('{"text":"b"}', `{"text":"b"},${point}`)],
    [
      'behind the instructions of a first message',
      {},
      `{"messages":[${turns[0]}],"system":[{"text":"s"}]}`,
      `{"messages":[${turns[0]}],"system":[{"text":"s"},${point}]}`,
    ],
    [
      'never behind thoughts',
      { isHeadLong: false },
      body.replace('{"text":"b"}', '{"reasoningContent":{}}'),
      body.replace('{"text":"b"}', '{"reasoningContent":{}}'),
    ],
    ['never where the model takes no points', { traits: { cacheMarks: false } }, body, body],
  ] as const) {
    it(what, () => {
      expect(asked('converse', given, options)).to.equal(expected)
    })
  }
})

describe('Gemini keeps', () => {
  const object = gemini.upstream?.promptCaching?.object
  const read = (body: string) => JsonDocument.parse(Buffer.from(body))
  const make = (body: string, model = 'gemini-x') => object?.make(read(body), destination({ model }), 300)
  const body =
    '{"systemInstruction":{"parts":[{"text":"s"}]},"tools":[{"functionDeclarations":[]}],"toolConfig":{"a":1.0},"contents":[{"role":"user","parts":[{"text":"c"}]}],"generationConfig":{}}'

  it('instructions, tools, and how these are chosen, for a time', () => {
    expect(make(body)).to.equal(
      '{"model":"models/gemini-x","systemInstruction":{"parts":[{"text":"s"}]},"tools":[{"functionDeclarations":[]}],"toolConfig":{"a":1.0},"ttl":"300s"}',
    )
  })

  it('nothing where there are none', () => expect(make('{"contents":[],"toolConfig":{}}')).to.equal(undefined))

  it('them under the name of the model as it is spelled', () =>
    expect(make('{"tools":[]}', 'tunedModels/x')).to.equal('{"model":"tunedModels/x","tools":[],"ttl":"300s"}'))

  it('them under a name, which stands in their place', () => {
    const document = read(body)
    object?.refer(document, 'cachedContents/1')
    expect(document.render().toString()).to.equal(
      '{"contents":[{"role":"user","parts":[{"text":"c"}]}],"generationConfig":{},"cachedContent":"cachedContents/1"}',
    )
  })

  for (const [reply, name] of [
    [{ name: 'cachedContents/1' }, 'cachedContents/1'],
    [{ name: '' }, undefined],
    [{}, undefined],
  ] as const) {
    it(`${name ?? 'nothing'} by the reply ${JSON.stringify(reply)}`, () => {
      expect(object?.nameIn(reply)).to.equal(name)
    })
  }
})
