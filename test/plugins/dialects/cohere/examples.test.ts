import anthropicMessages from '../../../../plugins/dialects/anthropic-messages/index.ts'
import cohere from '../../../../plugins/dialects/cohere/index.ts'
import openaiChat from '../../../../plugins/dialects/openai-chat/index.ts'
import openaiResponses from '../../../../plugins/dialects/openai-responses/index.ts'
import {
  countedIds,
  destination,
  expectEqualJson,
  expectMentioned,
  neutralRequest,
  replyContext,
  translateReply,
  translateRequest,
  translateStream,
} from '../../../support/translation.ts'

const upstream = cohere.upstream!
const from = destination({ model: 'm' })

describe('cohere: worked examples', () => {
  it('11.11: a tool stream to openai-responses', () => {
    const events = [
      { type: 'message-start', id: 'h1', delta: { message: { role: 'assistant' } } },
      { type: 'tool-plan-delta', delta: { message: { tool_plan: 'I will look.' } } },
      { type: 'tool-call-start', index: 0, delta: { message: { tool_calls: { id: 'tide_1', type: 'function', function: { name: 'tide', arguments: '' } } } } },
      { type: 'tool-call-delta', index: 0, delta: { message: { tool_calls: { function: { arguments: '{"port":"Brest"}' } } } } },
      { type: 'tool-call-end', index: 0 },
      { type: 'message-end', delta: { finish_reason: 'TOOL_CALL', usage: { tokens: { input_tokens: 20, output_tokens: 8 } } } },
    ]
    const context = replyContext({ request: neutralRequest({ from: 'openai-responses', isStream: true }), from, ids: countedIds() })
    const written = translateStream(upstream, events, openaiResponses.caller!, context).filter(event => typeof event !== 'string')
    expectMentioned(written.slice(2, 12), [
      { type: 'response.output_item.added', sequence_number: 2, output_index: 0, item: { id: 'rs_1', type: 'reasoning', summary: [] } },
      {
        type: 'response.reasoning_summary_part.added',
        sequence_number: 3,
        item_id: 'rs_1',
        output_index: 0,
        summary_index: 0,
        part: { type: 'summary_text', text: '' },
      },
      { type: 'response.reasoning_summary_text.delta', sequence_number: 4, item_id: 'rs_1', output_index: 0, summary_index: 0, delta: 'I will look.' },
      { type: 'response.reasoning_summary_text.done', sequence_number: 5, item_id: 'rs_1', output_index: 0, summary_index: 0, text: 'I will look.' },
      {
        type: 'response.reasoning_summary_part.done',
        sequence_number: 6,
        item_id: 'rs_1',
        output_index: 0,
        summary_index: 0,
        part: { type: 'summary_text', text: 'I will look.' },
      },
      {
        type: 'response.output_item.done',
        sequence_number: 7,
        output_index: 0,
        item: { id: 'rs_1', type: 'reasoning', summary: [{ type: 'summary_text', text: 'I will look.' }] },
      },
      {
        type: 'response.output_item.added',
        sequence_number: 8,
        output_index: 1,
        item: { id: 'fc_tide_1', type: 'function_call', status: 'in_progress', call_id: 'tide_1', name: 'tide', arguments: '' },
      },
      { type: 'response.function_call_arguments.delta', sequence_number: 9, item_id: 'fc_tide_1', output_index: 1, delta: '{"port":"Brest"}' },
      {
        type: 'response.function_call_arguments.done',
        sequence_number: 10,
        item_id: 'fc_tide_1',
        output_index: 1,
        name: 'tide',
        arguments: '{"port":"Brest"}',
      },
      {
        type: 'response.output_item.done',
        sequence_number: 11,
        output_index: 1,
        item: { id: 'fc_tide_1', type: 'function_call', status: 'completed', call_id: 'tide_1', name: 'tide', arguments: '{"port":"Brest"}' },
      },
    ])
  })
})

describe('cohere: between dialects', () => {
  it('keeps long numbers of arguments from anthropic-messages, and drops its signatures', () => {
    const messages = `[{"role":"user","content":"Tide?"},{"role":"assistant","content":[{"type":"thinking","thinking":"Hm.","signature":"SIG"},{"type":"tool_use","id":"t1","name":"tide","input":{"id":12345678901234567890}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"t1","content":"high","is_error":true}]}]`
    const { body } = translateRequest(anthropicMessages.caller!, `{"model":"m","max_tokens":9,"messages":${messages}}`, upstream, from)
    expectEqualJson(
      body,
      '{"model":"m","max_tokens":9,"messages":[{"role":"user","content":"Tide?"},{"role":"assistant","tool_calls":[{"id":"t1","type":"function","function":{"name":"tide","arguments":"{\\"id\\":12345678901234567890}"}}]},{"role":"tool","tool_call_id":"t1","content":"high"}]}',
    )
  })

  it('gives openai-chat the answer, its thoughts and its usage', () => {
    const reply = {
      id: 'h1',
      message: {
        role: 'assistant',
        content: [
          { type: 'thinking', thinking: 'Hm.' },
          { type: 'text', text: 'high' },
        ],
      },
      finish_reason: 'MAX_TOKENS',
      usage: { tokens: { input_tokens: 20, output_tokens: 8 }, cached_tokens: 5 },
    }
    expectMentioned(translateReply(upstream, reply, openaiChat.caller!, replyContext({ from })), {
      choices: [{ index: 0, message: { role: 'assistant', content: 'high', reasoning_content: 'Hm.' }, finish_reason: 'length' }],
      usage: { prompt_tokens: 20, completion_tokens: 8, total_tokens: 28, prompt_tokens_details: { cached_tokens: 5 } },
    })
  })
})
