/** Conversations between Gemini and the dialects of callers, there and back. */

import { expect } from 'chai'
import type { JsonObject } from '../../../../core/neutral/request.ts'
import gemini from '../../../../plugins/dialects/gemini/index.ts'
import anthropicMessages from '../../../../plugins/dialects/anthropic-messages/index.ts'
import openaiChat from '../../../../plugins/dialects/openai-chat/index.ts'
import openaiResponses from '../../../../plugins/dialects/openai-responses/index.ts'
import type { GatewayError } from '../../../../core/errors.ts'
import {
  countedIds,
  destination,
  expectEqualJson,
  expectMentioned,
  feedings,
  replyContext,
  translateReply,
  translateRequest,
  translateStream,
} from '../../../support/translation.ts'

const upstream = gemini.upstream!
const chat = openaiChat.caller!
const messages = anthropicMessages.caller!
const responses = openaiResponses.caller!
const shortIds = countedIds.bind(undefined, prefix => prefix.replace(/tl$/, ''))
const toGemini = (body: object | string) => translateRequest(chat, body, upstream).body

describe('gemini: worked examples', () => {
  const picture = (url: string) => ({
    model: 'm',
    messages: [
      {
        role: 'user',
        content: [
          { type: 'text', text: 'What is it?' },
          { type: 'image_url', image_url: { url, detail: 'low' } },
        ],
      },
    ],
  })
  it('image input from chat', () => {
    expectEqualJson(toGemini(picture('data:image/png;base64,iVBORw0=')), {
      contents: [{ role: 'user', parts: [{ text: 'What is it?' }, { inlineData: { mimeType: 'image/png', data: 'iVBORw0=' } }] }],
    })
  })
  it('image input by address from chat is refused', () => {
    let error: GatewayError | undefined
    try {
      toGemini(picture('https://x.test/a.png'))
    } catch (cause) {
      error = cause as GatewayError
    }
    expect([error?.status, error?.param]).to.deep.equal([400, 'messages[0].content[1].image_url.url'])
  })
  it('schema output from chat', () => {
    const schema = '{"type":"object","properties":{"kg":{"type":"number","minimum":0}},"required":["kg"],"additionalProperties":false}'
    const body = toGemini(
      `{"model":"m","messages":[{"role":"user","content":"x"}],"response_format":{"type":"json_schema","json_schema":{"name":"catch","strict":true,"schema":${schema}}}}`,
    )
    expectEqualJson(body['generationConfig'] as object, `{"responseMimeType":"application/json","responseJsonSchema":${schema}}`)
  })

  const parallel = [
    '{"responseId":"g1","candidates":[{"content":{"role":"model","parts":[{"functionCall":{"name":"tide","args":{"port":"Brest"}},"thoughtSignature":"Z1"}]}}]}',
    '{"candidates":[{"content":{"role":"model","parts":[{"functionCall":{"name":"now"}}]},"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":30,"candidatesTokenCount":12,"thoughtsTokenCount":60,"totalTokenCount":102}}',
  ]
  for (const [name, feeding] of feedings) {
    it(`parallel calls over two chunks, signature on the first, to a chat stream ${name}`, () => {
      const chunks = translateStream(upstream, parallel, chat, replyContext({ ids: shortIds() }), feeding).filter(chunk => typeof chunk !== 'string')
      const deltas = chunks.filter(({ choices }) => JSON.stringify(choices).includes('tool_calls'))
      expect(deltas).to.have.length(5)
      const wanted = [
        '{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"call_1","type":"function","function":{"name":"tide","arguments":""},"extra_content":{"google":{"thought_signature":"Z1"}}}]}}]}',
        '{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{\\"port\\":\\"Brest\\"}"}}]}}]}',
        '{"choices":[{"index":0,"delta":{"tool_calls":[{"index":1,"id":"call_2","type":"function","function":{"name":"now","arguments":""}}]}}]}',
        '{"choices":[{"index":0,"delta":{"tool_calls":[{"index":1,"function":{"arguments":"{}"}}]}}]}',
        '{"choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]}',
      ]
      for (const [i, delta] of deltas.entries()) expectMentioned(delta, wanted[i]!)
    })
  }

  const replay = (first: string) =>
    toGemini(
      `{"model":"m","messages":[{"role":"assistant","content":null,"tool_calls":[{"id":"call_1","type":"function","function":{"name":"tide","arguments":"{\\"port\\":\\"Brest\\"}"}${first}},{"id":"call_2","type":"function","function":{"name":"now","arguments":"{}"}}]},{"role":"tool","tool_call_id":"call_1","content":"{\\"m\\":2}"},{"role":"tool","tool_call_id":"call_2","content":"09:40"}]}`,
    )
  it('the replay of parallel calls from chat', () => {
    expectEqualJson(
      replay(',"extra_content":{"google":{"thought_signature":"Z1"}}'),
      '{"contents":[{"role":"model","parts":[{"functionCall":{"name":"tide","args":{"port":"Brest"}},"thoughtSignature":"Z1"},{"functionCall":{"name":"now","args":{}}}]},{"role":"user","parts":[{"functionResponse":{"name":"tide","response":{"m":2}}},{"functionResponse":{"name":"now","response":{"result":"09:40"}}}]}]}',
    )
  })
  it('the replay of parallel calls from chat, the signature lost', () => {
    const [{ parts }] = replay('')['contents'] as unknown as [{ parts: JsonObject[] }]
    expect(parts.map(({ thoughtSignature }) => thoughtSignature)).to.deep.equal(['skip_thought_signature_validator', undefined])
  })

  const blocked = '{"promptFeedback":{"blockReason":"PROHIBITED_CONTENT"},"usageMetadata":{"promptTokenCount":12,"totalTokenCount":12}}'
  it('blocked prompt to chat', () => {
    expectMentioned(
      translateReply(upstream, blocked, chat),
      '{"choices":[{"index":0,"message":{"role":"assistant","content":null,"refusal":"Blocked by the provider: PROHIBITED_CONTENT"},"finish_reason":"content_filter"}],"usage":{"prompt_tokens":12,"completion_tokens":0,"total_tokens":12}}',
    )
  })
  it('blocked prompt to messages', () => {
    expectMentioned(
      translateReply(upstream, blocked, messages),
      '{"type":"message","role":"assistant","content":[{"type":"text","text":"Blocked by the provider: PROHIBITED_CONTENT"}],"stop_reason":"refusal","stop_sequence":null,"usage":{"input_tokens":12,"cache_read_input_tokens":0,"cache_creation_input_tokens":0,"output_tokens":0}}',
    )
  })

  const signed =
    '{"candidates":[{"content":{"role":"model","parts":[{"functionCall":{"id":"f1","name":"tide","args":{}},"thoughtSignature":"Z9"}]},"finishReason":"STOP"}]}'
  const carriers = {
    'beside the call': {
      content: '[{"type":"tool_use","id":"f1","name":"tide","input":{},"extra_content":{"google":{"thought_signature":"Z9"}}}]',
      options: {},
    },
    sealed: {
      content:
        '[{"type":"thinking","thinking":"","signature":"tl1.eyJ2IjoxLCJmIjoiZ29vZ2xlIiwicyI6W3siY2FsbCI6ImYxIiwic2lnIjoiWjkifV19"},{"type":"tool_use","id":"f1","name":"tide","input":{}}]',
      options: { seal_foreign_state: true },
    },
  }
  for (const [name, { content, options }] of Object.entries(carriers)) {
    it(`foreign signature to a messages client, ${name}, and back`, () => {
      expectMentioned(
        translateReply(upstream, signed, messages, replyContext({ from: destination({ options }) })),
        `{"content":${content},"stop_reason":"tool_use"}`,
      )
      const { body } = translateRequest(
        messages,
        `{"model":"m","max_tokens":9,"messages":[{"role":"user","content":"x"},{"role":"assistant","content":${content}},{"role":"user","content":[{"type":"tool_result","tool_use_id":"f1","content":"2 m"}]}]}`,
        upstream,
      )
      expectEqualJson(
        body['contents'] as object,
        '[{"role":"user","parts":[{"text":"x"}]},{"role":"model","parts":[{"functionCall":{"id":"f1","name":"tide","args":{}},"thoughtSignature":"Z9"}]},{"role":"user","parts":[{"functionResponse":{"id":"f1","name":"tide","response":{"result":"2 m"}}}]}]',
      )
    })
  }

  it('a signature to a responses client, and back', () => {
    const { output } = translateReply(upstream, signed, responses) as unknown as { output: JsonObject[] }
    const { body } = translateRequest(
      responses,
      { model: 'm', input: [{ role: 'user', content: 'x' }, ...output, { type: 'function_call_output', call_id: 'f1', output: '2 m' }] },
      upstream,
    )
    expect(JSON.stringify(body['contents'])).to.contain('"thoughtSignature":"Z9"').and.to.contain('"functionResponse":{"id":"f1"')
  })
  it('the signature of a text to a chat client, and back', () => {
    const reply = '{"candidates":[{"content":{"parts":[{"text":"Low tide"},{"text":"","thoughtSignature":"T1"}]},"finishReason":"STOP"}]}'
    const { choices } = translateReply(upstream, reply, chat) as unknown as { choices: [{ message: JsonObject }] }
    const { body } = translateRequest(
      chat,
      { model: 'm', messages: [{ role: 'user', content: 'x' }, choices[0].message, { role: 'user', content: 'y' }] },
      upstream,
    )
    expectEqualJson((body['contents'] as object[])[1], { role: 'model', parts: [{ text: 'Low tide', thoughtSignature: 'T1' }] })
  })
  it('usage to every caller', () => {
    const reply =
      '{"candidates":[{"content":{"parts":[{"text":"a"}]},"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":105,"cachedContentTokenCount":90,"candidatesTokenCount":18,"thoughtsTokenCount":22,"totalTokenCount":145}}'
    expectMentioned(translateReply(upstream, reply, chat), {
      usage: {
        prompt_tokens: 105,
        completion_tokens: 40,
        total_tokens: 145,
        prompt_tokens_details: { cached_tokens: 90 },
        completion_tokens_details: { reasoning_tokens: 22 },
      },
    })
    expectMentioned(translateReply(upstream, reply, responses), {
      usage: {
        input_tokens: 105,
        input_tokens_details: { cached_tokens: 90 },
        output_tokens: 40,
        output_tokens_details: { reasoning_tokens: 22 },
        total_tokens: 145,
      },
    })
    expectMentioned(translateReply(upstream, reply, messages), {
      usage: { input_tokens: 15, cache_read_input_tokens: 90, cache_creation_input_tokens: 0, output_tokens: 40 },
    })
  })
  it('log probabilities to chat', () => {
    const reply =
      '{"candidates":[{"content":{"parts":[{"text":"Hi"}]},"finishReason":"STOP","logprobsResult":{"chosenCandidates":[{"token":"Hi","logProbability":-0.25}]}}]}'
    expectMentioned(translateReply(upstream, reply, chat), { choices: [{ logprobs: { content: [{ token: 'Hi', logprob: -0.25 }] } }] })
  })
  it('log probabilities asked for and told in Responses', () => {
    const asked = { model: 'm', input: 'hello', include: ['message.output_text.logprobs'], top_logprobs: 2 }
    const { body, request } = translateRequest(responses, asked, upstream)
    expectMentioned(body, { generationConfig: { responseLogprobs: true, logprobs: 2 } })
    const reply = {
      candidates: [
        { content: { parts: [{ text: 'Hi' }] }, finishReason: 'STOP', logprobsResult: { chosenCandidates: [{ token: 'Hi', logProbability: -0.25 }] } },
      ],
    }
    expectMentioned(translateReply(upstream, reply, responses, replyContext({ request })), {
      output: [{ content: [{ text: 'Hi', logprobs: [{ token: 'Hi', logprob: -0.25 }] }] }],
    })
  })
})
