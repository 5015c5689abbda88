import { expect } from 'chai'
import { seal } from '../../../../core/neutral/state.ts'
import anthropic from '../../../../plugins/dialects/anthropic-messages/index.ts'
import chat from '../../../../plugins/dialects/openai-chat/index.ts'
import dialect from '../../../../plugins/dialects/openai-responses/index.ts'
import {
  destination,
  expectMentioned,
  neutralRequest,
  readReply,
  replyContext,
  translateReply,
  translateRequest,
  writeReply,
  writeRequest,
} from '../../../support/translation.ts'
import { message, response } from './samples.ts'

const claude = destination({ model: 'claude-x', provider: 'anthropic', traits: { vendor: 'anthropic' } })

describe('Responses beside other dialects', () => {
  it('11.9: items with reasoning become a request to Claude', () => {
    const { body } = translateRequest(
      dialect.caller!,
      {
        model: 'm',
        instructions: 'Be brief.',
        input: [
          { role: 'user', content: [{ type: 'input_text', text: 'Tide?' }] },
          {
            type: 'reasoning',
            id: 'rs_1',
            summary: [{ type: 'summary_text', text: 'Ask the tool.' }],
            extra_content: { anthropic: { thinking_blocks: [{ type: 'thinking', thinking: 'Ask the tool.', signature: 'S2' }] } },
          },
          { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'One moment.' }] },
          { type: 'function_call', id: 'fc_1', call_id: 'call_1', name: 'tide', arguments: '{}' },
          { type: 'function_call_output', call_id: 'call_1', output: [{ type: 'input_text', text: '2 m' }] },
        ],
        max_output_tokens: 900,
      },
      anthropic.upstream!,
      claude,
    )
    expectMentioned(body, {
      system: [{ type: 'text', text: 'Be brief.' }],
      max_tokens: 900,
      messages: [
        { role: 'user', content: [{ type: 'text', text: 'Tide?' }] },
        {
          role: 'assistant',
          content: [
            { type: 'thinking', thinking: 'Ask the tool.', signature: 'S2' },
            { type: 'text', text: 'One moment.' },
            { type: 'tool_use', id: 'call_1', name: 'tide', input: {} },
          ],
        },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'call_1', content: [{ type: 'text', text: '2 m' }] }] },
      ],
    })
  })

  it('the tools of a namespace become functions, and their calls come back under their own names', () => {
    const namespace = 'mcp__docs'
    const tools = [{ type: 'namespace', name: namespace, description: 'Docs', tools: [{ type: 'function', name: 'search', parameters: { type: 'object' } }] }]
    const called = { type: 'function_call', call_id: 'call_1', namespace, name: 'search', arguments: '{"q":1}' }
    const input = [{ role: 'user', content: 'Tide?' }, called, { type: 'function_call_output', call_id: 'call_1', output: '2 m' }]
    const { request, body, losses } = translateRequest(dialect.caller!, { model: 'm', input, tools }, anthropic.upstream!, claude)
    expectMentioned(body, {
      tools: [{ name: 'mcp__docs__search', input_schema: { type: 'object' } }],
      messages: [
        { role: 'user' },
        { role: 'assistant', content: [{ type: 'tool_use', id: 'call_1', name: 'mcp__docs__search', input: { q: 1 } }] },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'call_1' }] },
      ],
    })
    expect(losses.reported).to.deep.equal([])
    const answer = {
      id: 'msg_1',
      type: 'message',
      role: 'assistant',
      model: 'claude-x',
      content: [{ type: 'tool_use', id: 'call_2', name: 'mcp__docs__search', input: { q: 2 } }],
      stop_reason: 'tool_use',
      usage: { input_tokens: 1, output_tokens: 1 },
    }
    expectMentioned(translateReply(anthropic.upstream!, answer, dialect.caller!, replyContext({ request })), {
      output: [{ ...called, call_id: 'call_2', arguments: '{"q":2}' }],
    })
  })

  describe('11.10: usage', () => {
    const ours = {
      input_tokens: 105,
      input_tokens_details: { cached_tokens: 90, cache_write_tokens: 5 },
      output_tokens: 40,
      output_tokens_details: { reasoning_tokens: 22 },
      total_tokens: 145,
    }

    it('of Claude and of chat completions, told here', () => {
      const said = {
        id: 'msg_1',
        type: 'message',
        role: 'assistant',
        model: 'm',
        content: [],
        stop_reason: 'end_turn',
        usage: {
          input_tokens: 10,
          cache_read_input_tokens: 90,
          cache_creation_input_tokens: 5,
          output_tokens: 40,
          output_tokens_details: { thinking_tokens: 22 },
        },
      }
      expect(translateReply(anthropic.upstream!, said, dialect.caller!)['usage']).to.deep.equal(ours)
      const chatted = {
        id: 'c',
        model: 'm',
        choices: [{ index: 0, message: { role: 'assistant', content: '' }, finish_reason: 'stop' }],
        usage: {
          prompt_tokens: 105,
          prompt_tokens_details: { cached_tokens: 90, cache_write_tokens: 5 },
          completion_tokens: 40,
          completion_tokens_details: { reasoning_tokens: 22 },
          total_tokens: 145,
        },
      }
      expect(translateReply(chat.upstream!, chatted, dialect.caller!)['usage']).to.deep.equal(ours)
    })

    it('told here, for callers of both', () => {
      const reply = response({ output: [message({ pieces: ['a'] }).item], usage: ours })
      expect(translateReply(dialect.upstream!, reply, anthropic.caller!)['usage']).to.deep.include({
        input_tokens: 10,
        cache_read_input_tokens: 90,
        cache_creation_input_tokens: 5,
        output_tokens: 40,
      })
      expect(translateReply(dialect.upstream!, reply, chat.caller!)['usage']).to.deep.equal({
        prompt_tokens: 105,
        completion_tokens: 40,
        total_tokens: 145,
        prompt_tokens_details: { cached_tokens: 90, cache_write_tokens: 5 },
        completion_tokens_details: { reasoning_tokens: 22 },
      })
    })
  })

  it("tells a stop sequence of Claude's, and loses a pause with a note (rows 28, 29)", () => {
    const said = (stop: string) => ({
      id: 'msg_1',
      type: 'message',
      role: 'assistant',
      model: 'm',
      content: [{ type: 'text', text: 'a' }],
      stop_reason: stop,
      stop_sequence: null,
      usage: { input_tokens: 1, output_tokens: 1 },
    })
    for (const [stop, dropped] of [
      ['stop_sequence', []],
      ['pause_turn', ['pause_turn']],
    ] as const) {
      const context = replyContext()
      expect(translateReply(anthropic.upstream!, said(stop), dialect.caller!, context)['status']).to.equal('completed')
      expect(context.losses.reported).to.deep.equal(dropped)
    }
  })

  const vendors = ['anthropic', 'google', 'openai', 'xai', 'deepseek']
  for (const issuer of vendors) {
    it(`never gives the state of ${issuer} to another vendor, by whichever carrier (12.11)`, () => {
      const state = { vendor: issuer, value: `STATE-OF-${issuer}` }
      const carried = writeReply(
        dialect.caller!,
        {
          blocks: [
            { type: 'reasoning', text: 't', state },
            { type: 'tool_call', id: 'c1', name: 'n', argumentsText: '{}', state },
            { type: 'text', text: 'a', state },
          ],
          finish: 'tool_calls',
        },
        replyContext({ request: neutralRequest({ wants: { encryptedReasoning: true } }) }),
      )['output'] as object[]
      for (const vendor of vendors.filter(other => other !== issuer)) {
        const to = destination({ traits: { vendor } })
        for (const upstream of [chat.upstream!, anthropic.upstream!]) {
          const { spelled } = translateRequest(
            dialect.caller!,
            { model: 'm', input: [{ role: 'user', content: 'hi' }, ...carried, { type: 'function_call_output', call_id: 'c1', output: 'r' }] },
            upstream,
            to,
          )
          expect(spelled.body.toString(), `to ${vendor}`).to.not.include('STATE-OF').and.not.include('tl1.')
        }
        const block = { type: 'reasoning', text: 't', state } as const
        const { spelled } = writeRequest(
          dialect.upstream!,
          neutralRequest({ turns: [{ role: 'assistant', blocks: [block, { type: 'tool_call', id: 'c1', name: 'n', argumentsText: '{}', state }] }] }),
          to,
        )
        expect(spelled.body.toString(), `to ${vendor}`).to.not.include('STATE-OF')
      }
    })
  }

  it('never gives a provider of Responses what is sealed (9.3)', () => {
    const sealed = seal({ v: 1, f: 'openai', s: [{ type: 'thinking', thinking: 't', signature: 'S' }] })
    const turns = [
      {
        role: 'assistant',
        blocks: [
          { type: 'reasoning', text: 't', state: { vendor: 'openai', value: sealed } },
          { type: 'text', text: 'a' },
        ],
      },
      { role: 'user', blocks: [{ type: 'text', text: 'b' }] },
    ] as const
    expect(writeRequest(dialect.upstream!, neutralRequest({ turns }), destination({ traits: { vendor: 'openai' } })).spelled.body.toString()).to.not.include(
      'tl1.',
    )
  })

  it('keeps long numbers and __proto__ in arguments, there and back (12.5)', () => {
    const reply = {
      id: 'msg_1',
      type: 'message',
      role: 'assistant',
      model: 'm',
      content: [{ type: 'tool_use', id: 't', name: 'n', input: JSON.parse('{"__proto__":1}') as object }],
      stop_reason: 'tool_use',
      usage: {},
    }
    const text = JSON.stringify(reply).replace('{"__proto__":1}', '{"id":12345678901234567890,"__proto__":1}')
    const [item] = writeReply(dialect.caller!, readReply(anthropic.upstream!, text))['output'] as { arguments: string }[]
    expect(item?.arguments).to.equal('{"id":12345678901234567890,"__proto__":1}')
  })
})
