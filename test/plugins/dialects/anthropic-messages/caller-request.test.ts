/** Requests as callers of Anthropic's messages write them. */

import { expect } from 'chai'
import { GatewayError } from '../../../../core/errors.ts'
import { Losses } from '../../../../core/neutral/losses.ts'
import type { NeutralRequest } from '../../../../core/neutral/request.ts'
import anthropic from '../../../../plugins/dialects/anthropic-messages/index.ts'
import { seal } from '../../../../core/neutral/state.ts'
import { expectEqualJson, expectMentioned, readRequest } from '../../../support/translation.ts'

const caller = anthropic.caller!
const body = (members: object = {}) => ({ model: 'm', max_tokens: 9, messages: [{ role: 'user', content: 'hi' }], ...members })

function read(members: object = {}, losses = new Losses()): NeutralRequest {
  return readRequest(caller, body(members), losses)
}

/** The blocks of one message, without their places. */
function blocks(role: 'user' | 'assistant', content: unknown): unknown {
  return read({ messages: [{ role, content }] })
    .turns.flatMap(turn => turn.blocks)
    .map(({ at: _at, ...block }) => block)
}

function refusal(members: object): GatewayError {
  try {
    read(members)
  } catch (cause) {
    if (cause instanceof GatewayError) return cause
    throw cause
  }
  throw new Error('it was not refused')
}

describe('requests of anthropic-messages', () => {
  describe('top level', () => {
    for (const [what, members, expected] of [
      ['what is required', {}, { from: 'anthropic-messages', model: 'm', maxOutputTokens: 9, isStream: false }],
      ['stream', { stream: true }, { isStream: true }],
      ['sampling', { temperature: 0.5, top_p: 0.9, top_k: 3 }, { sampling: { temperature: 0.5, topP: 0.9, topK: 3 } }],
      ['stop_sequences', { stop_sequences: ['a', '', 'b'] }, { stop: ['a', 'b'] }],
      ['a cache mark for the whole prompt', { cache_control: { type: 'ephemeral', ttl: '1h' } }, { cache: { ttl: '1h' } }],
      ['fields that nobody knows', { new_field: 1, n: 2 }, { extras: { new_field: 1, n: 2 } }],
      [
        'null for absent',
        { system: null, temperature: null, tools: null, tool_choice: null, thinking: null, stop_sequences: null, container: null, output_config: null },
        { stop: [], tools: [] },
      ],
    ] as const)
      it(what, () => expectMentioned(read(members), expected))

    it('reads a count, which has no max_tokens', () => {
      expect(readRequest(caller, { model: 'm', messages: [{ role: 'user', content: 'hi' }] })).to.not.have.property('maxOutputTokens')
    })

    for (const name of ['context_management', 'speed', 'service_tier', 'diagnostics', 'fallbacks', 'fallback_credit_token', 'billing_policy'])
      it(`drops ${name}`, () => {
        const losses = new Losses()
        expect(read({ [name]: 'x' }, losses).extras).to.deep.equal({})
        expect(losses.reported).to.deep.equal([name])
        expect(() => read({ [name]: 'x' }, new Losses(true)))
          .to.throw(GatewayError)
          .with.property('code', 'unsupported_parameter')
      })

    it('drops metadata without a word, which agents send on every call', () => {
      const losses = new Losses(true)
      expect(read({ metadata: { user_id: 'u' } }, losses).hints).to.deep.equal({})
      expect([losses.reported, losses.list.map(({ field }) => field)]).to.deep.equal([[], ['metadata']])
    })

    for (const [name, value] of [
      ['container', 'c'],
      ['mcp_servers', [{ type: 'url' }]],
      ['inference_geo', 'us'],
      ['compaction', { type: 'summary' }],
    ] as const)
      it(`refuses ${name}`, () => expect(refusal({ [name]: value })).to.deep.include({ status: 400, param: name }))
    for (const thread of [{ type: 'create' }, { type: 'continue', previous_message_id: 'msg_1' }])
      it(`refuses to ${thread.type} a thread, with the code on which Anthropic's SDK goes on without`, () =>
        expect(refusal({ thread })).to.deep.include({ status: 400, code: 'thread_unsupported_request', param: 'thread' }))
    it('takes an empty list of mcp_servers for none', () => expect(read({ mcp_servers: [] }).extras).to.deep.equal({}))

    for (const [members, param] of [
      [{ temperature: 'hot' }, 'temperature'],
      [{ stop_sequences: 'a' }, 'stop_sequences'],
      [{ tools: {} }, 'tools'],
      [{ messages: [7] }, 'messages[0]'],
      [{ system: 7 }, 'system'],
      [{ thinking: 'yes' }, 'thinking'],
      [{ messages: [{ role: 'user', content: 7 }] }, 'messages[0].content'],
      [{ messages: [{ role: 'user', content: [{ type: 'text', text: 7 }] }] }, 'messages[0].content[0].text'],
    ] as const)
      it(`refuses ${param} of a wrong type`, () => expect(refusal(members)).to.deep.include({ status: 400, code: 'invalid_type', param }))
  })

  describe('system', () => {
    it('a string', () => expectEqualJson(read({ system: 's' }).system, [{ text: 's', kind: 'system', before: 0, at: 'system' }]))
    it('blocks, with marks', () =>
      expectEqualJson(
        read({
          system: [
            { type: 'text', text: 's', cache_control: { type: 'ephemeral' } },
            { type: 'text', text: 't' },
          ],
        }).system,
        [
          { text: 's', kind: 'system', before: 0, cache: {}, at: 'system[0]' },
          { text: 't', kind: 'system', before: 0, at: 'system[1]' },
        ],
      ))
    it('messages of its role, in their place', () => {
      const { system, turns } = read({
        messages: [
          { role: 'user', content: 'a' },
          { role: 'system', content: [{ type: 'text', text: 's' }] },
          { role: 'user', content: 'b' },
        ],
      })
      expectEqualJson(system, [{ text: 's', kind: 'system', before: 1, at: 'messages[1].content[0]' }])
      expect(turns).to.have.length(2)
    })
    it('refuses anything but text', () => expect(refusal({ system: [{ type: 'image' }] }).param).to.equal('system[0]'))
  })

  describe('blocks', () => {
    for (const [what, role, content, expected] of [
      ['a string', 'user', 'a', [{ type: 'text', text: 'a' }]],
      [
        'text with a mark and citations',
        'assistant',
        [{ type: 'text', text: 'a', cache_control: { type: 'ephemeral', ttl: '5m' }, citations: [{ type: 'char_location' }] }],
        [{ type: 'text', text: 'a', cache: { ttl: '5m' } }],
      ],
      [
        'image base64',
        'user',
        [{ type: 'image', source: { type: 'base64', media_type: 'image/jpg', data: 'AA==' } }],
        [{ type: 'image', source: { kind: 'base64', mime: 'image/jpeg', data: 'AA==' } }],
      ],
      ['image url', 'user', [{ type: 'image', source: { type: 'url', url: 'https://x' } }], [{ type: 'image', source: { kind: 'url', url: 'https://x' } }]],
      [
        'image file',
        'user',
        [{ type: 'image', source: { type: 'file', file_id: 'f' } }],
        [{ type: 'image', source: { kind: 'file', vendor: 'anthropic', id: 'f' } }],
      ],
      [
        'document of PDF',
        'user',
        [{ type: 'document', title: 't', context: 'c', citations: { enabled: true }, source: { type: 'base64', media_type: 'application/pdf', data: 'AA==' } }],
        [
          {
            type: 'file',
            source: { kind: 'base64', mime: 'application/pdf', data: 'AA==' },
            mime: 'application/pdf',
            name: 't',
            context: 'c',
            citations: true,
          },
        ],
      ],
      [
        'document of text',
        'user',
        [{ type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'a' } }],
        [{ type: 'file', source: { kind: 'text', text: 'a' }, mime: 'text/plain' }],
      ],
      [
        'document of blocks',
        'user',
        [
          {
            type: 'document',
            source: {
              type: 'content',
              content: [
                { type: 'text', text: 'a' },
                { type: 'text', text: 'b' },
              ],
            },
          },
        ],
        [{ type: 'file', source: { kind: 'text', text: 'ab' }, mime: 'text/plain' }],
      ],
      [
        'document url',
        'user',
        [{ type: 'document', source: { type: 'url', url: 'https://x' } }],
        [{ type: 'file', source: { kind: 'url', url: 'https://x' } }],
      ],
      [
        'search result',
        'user',
        [{ type: 'search_result', title: 't', source: 'https://x', content: [{ type: 'text', text: 'a' }] }],
        [{ type: 'text', text: 't\nhttps://x\na' }],
      ],
      [
        'tool_use among text',
        'assistant',
        [
          { type: 'text', text: 'a' },
          { type: 'tool_use', id: 't', name: 'n', input: { b: 1, a: [null] } },
          { type: 'text', text: 'b' },
        ],
        [
          { type: 'text', text: 'a' },
          { type: 'tool_call', id: 't', name: 'n', argumentsText: '{"b":1,"a":[null]}' },
          { type: 'text', text: 'b' },
        ],
      ],
      [
        'thinking',
        'assistant',
        [
          { type: 'thinking', thinking: 'hm', signature: 'S' },
          { type: 'redacted_thinking', data: 'D' },
        ],
        [
          { type: 'reasoning', text: 'hm', isSummary: true, state: { vendor: 'anthropic', value: 'S' } },
          { type: 'reasoning', text: '', redacted: 'D' },
        ],
      ],
      ['thinking that nobody signed', 'assistant', [{ type: 'thinking', thinking: 'hm', signature: '' }], [{ type: 'reasoning', text: 'hm', isSummary: true }]],
    ] as const)
      it(what, () => expect(blocks(role, content)).to.deep.equal(expected))

    it('a search result that shall be cited leaves a note', () => {
      const losses = new Losses()
      const result = { type: 'search_result', title: 't', source: 's', content: [{ type: 'text', text: 'a' }], citations: { enabled: true } }
      read({ messages: [{ role: 'user', content: [result, { ...result, citations: { enabled: false } }] }] }, losses)
      expect(losses.list.map(({ field }) => field)).to.deep.equal(['citations'])
    })

    it('tool_result stands in a turn of its own, before what else is said', () => {
      const { turns } = read({
        messages: [
          {
            role: 'assistant',
            content: [
              { type: 'tool_use', id: 't', name: 'n', input: {} },
              { type: 'tool_use', id: 'u', name: 'o', input: {} },
            ],
          },
          {
            role: 'user',
            content: [
              { type: 'text', text: 'a' },
              { type: 'tool_result', tool_use_id: 't', content: 'r' },
              {
                type: 'tool_result',
                tool_use_id: 'u',
                is_error: true,
                content: [
                  { type: 'text', text: 'x' },
                  { type: 'image', source: { type: 'url', url: 'https://x' } },
                ],
              },
            ],
          },
        ],
      })
      expectEqualJson(turns.slice(1), [
        {
          role: 'tool',
          at: 'messages[1]',
          blocks: [
            {
              type: 'tool_result',
              callId: 't',
              name: 'n',
              blocks: [{ type: 'text', text: 'r', at: 'messages[1].content[1].content' }],
              at: 'messages[1].content[1]',
            },
            {
              type: 'tool_result',
              callId: 'u',
              name: 'o',
              isError: true,
              blocks: [
                { type: 'text', text: 'x', at: 'messages[1].content[2].content[0]' },
                { type: 'image', source: { kind: 'url', url: 'https://x' }, at: 'messages[1].content[2].content[1].source' },
              ],
              at: 'messages[1].content[2]',
            },
          ],
        },
        { role: 'user', at: 'messages[1]', blocks: [{ type: 'text', text: 'a', at: 'messages[1].content[0]' }] },
      ])
    })

    it('an empty tool_result', () =>
      expectMentioned(read({ messages: [{ role: 'user', content: [{ type: 'tool_result', tool_use_id: 't' }] }] }), {
        turns: [{ role: 'tool', blocks: [{ callId: 't', blocks: [] }] }],
      }))

    it('keeps long numbers and strange names of arguments', () => {
      const { turns } = readRequest(
        caller,
        '{"model":"m","max_tokens":1,"messages":[{"role":"assistant","content":[{"type":"tool_use","id":"t","name":"n","input":{"id":12345678901234567890,"__proto__":1}}]}]}',
      )
      expect(turns[0]?.blocks[0]).to.have.property('argumentsText', '{"id":12345678901234567890,"__proto__":1}')
    })

    for (const type of ['server_tool_use', 'web_search_tool_result', 'container_upload', 'tool_reference', 'mcp_tool_use', 'new_block'])
      it(`refuses ${type}`, () => {
        const error = refusal({ messages: [{ role: 'user', content: [{ type: 'text', text: 'a' }, { type }] }] })
        expect(error).to.deep.include({ status: 400, param: 'messages[0].content[1]' })
        expect(error.message).to.include(type)
      })
    it('refuses a role that nobody knows', () => expect(refusal({ messages: [{ role: 'critic', content: 'a' }] }).param).to.equal('messages[0].role'))
    it('refuses a source that nobody knows', () =>
      expect(refusal({ messages: [{ role: 'user', content: [{ type: 'image', source: { type: 'new' } }] }] }).param).to.equal(
        'messages[0].content[0].source.type',
      ))
    it('refuses a call without a name', () =>
      expect(refusal({ messages: [{ role: 'assistant', content: [{ type: 'tool_use', id: 't', input: {} }] }] })).to.deep.include({
        code: 'missing_required_parameter',
        param: 'messages[0].content[0].name',
      }))
  })

  describe('sealed state', () => {
    const assistant = (...content: object[]) => blocks('assistant', content)
    const call = { type: 'tool_use', id: 'f1', name: 'n', input: {} }

    it('is given back to its call, and the block is gone', () => {
      expect(assistant({ type: 'thinking', thinking: '', signature: seal({ v: 1, f: 'google', m: 'g', s: [{ call: 'f1', sig: 'Z' }] }) }, call)).to.deep.equal([
        { type: 'tool_call', id: 'f1', name: 'n', argumentsText: '{}', state: { vendor: 'google', value: 'Z', model: 'g' } },
      ])
    })
    it('is given back to its thought', () => {
      expect(
        assistant({
          type: 'thinking',
          thinking: 'hm',
          signature: seal({ v: 1, f: 'openai', s: [{ type: 'thinking', thinking: 'hm', signature: 'E', id: 'rs_1' }] }),
        }),
      ).to.deep.equal([{ type: 'reasoning', text: 'hm', isSummary: true, state: { vendor: 'openai', value: 'E' }, itemId: 'rs_1' }])
    })
    it('is nothing when it cannot be opened', () => {
      expect(assistant({ type: 'thinking', thinking: '', signature: 'tl1.!' }, { type: 'thinking', thinking: 'hm', signature: 'tl1.!' }, call)).to.deep.equal([
        { type: 'reasoning', text: 'hm', isSummary: true },
        { type: 'tool_call', id: 'f1', name: 'n', argumentsText: '{}' },
      ])
    })
  })

  describe('members that nobody knows', () => {
    const said = (role: string, content: unknown, more: object = {}) => ({ messages: [{ role, content, ...more }] })
    for (const [where, members, field, param] of [
      ['a message', said('user', 'hi', { x: 1 }), 'messages.x', 'messages[0].x'],
      ['a text', said('user', [{ type: 'text', text: 'hi', x: 1 }]), 'messages.content.x', 'messages[0].content[0].x'],
      ['the system', { system: [{ type: 'text', text: 'hi', x: 1 }] }, 'system.x', 'system[0].x'],
      [
        'a source',
        said('user', [{ type: 'image', source: { type: 'url', url: 'https://a', x: 1 } }]),
        'messages.content.source.x',
        'messages[0].content[0].source.x',
      ],
      [
        "a document's text",
        said('user', [{ type: 'document', source: { type: 'content', content: [{ type: 'text', text: 'a', x: 1 }] } }]),
        'messages.content.source.content.x',
        'messages[0].content[0].source.content[0].x',
      ],
      ['a call', said('assistant', [{ type: 'tool_use', id: 'i', name: 'n', input: { y: 1 }, x: 1 }]), 'messages.content.x', 'messages[0].content[0].x'],
      ['a thought', said('assistant', [{ type: 'thinking', thinking: 't', signature: 's', x: 1 }]), 'messages.content.x', 'messages[0].content[0].x'],
      ['a result', said('user', [{ type: 'tool_result', tool_use_id: 'i', content: 'r', x: 1 }]), 'messages.content.x', 'messages[0].content[0].x'],
      [
        'a part of a result',
        said('user', [{ type: 'tool_result', tool_use_id: 'i', content: [{ type: 'text', text: 'r', x: 1 }] }]),
        'messages.content.content.x',
        'messages[0].content[0].content[0].x',
      ],
    ] as const)
      it(`are dropped from ${where}, by their path; refused where translation is strict`, () => {
        const losses = new Losses()
        read(members, losses)
        expect(losses.reported).to.deep.equal([field])
        expect(() => read(members, new Losses(true)))
          .to.throw(GatewayError)
          .that.deep.includes({ status: 400, code: 'unsupported_parameter', param })
      })

    it('are noted once, however many messages have them', () => {
      const losses = new Losses()
      read(
        {
          messages: [
            { role: 'user', content: 'a', x: 1 },
            { role: 'assistant', content: 'b', x: 1 },
            { role: 'user', content: 'c', x: null, y: 2 },
          ],
        },
        losses,
      )
      expect(losses.list.map(({ field }) => field)).to.deep.equal(['messages.x', 'messages.y'])
    })

    it('are dropped without a word where clients repeat what they were given', () => {
      const losses = new Losses(true)
      read(said('assistant', [{ type: 'tool_use', id: 'i', name: 'n', input: {}, caller: { type: 'direct' } }]), losses)
      expect([losses.reported, losses.list.map(({ field }) => field)]).to.deep.equal([[], ['messages.content.caller']])
    })

    it('are named as a header can have it', () => {
      const losses = new Losses()
      read(said('user', 'hi', { 'a\r\nX-Evil: 1,ü': 1 }), losses)
      expect(losses.reported).to.deep.equal(['messages.a??X-Evil:?1??'])
    })
  })

  describe('tools', () => {
    it('functions', () =>
      expectEqualJson(
        read({
          tools: [
            { name: 'n', description: 'd', input_schema: { type: 'object' }, strict: true, cache_control: { type: 'ephemeral' } },
            { type: 'custom', name: 'o' },
          ],
        }).tools,
        [
          { name: 'n', description: 'd', schema: { type: 'object' }, strict: true, cache: {}, at: 'tools[0]' },
          { name: 'o', at: 'tools[1]' },
        ],
      ))
    for (const type of ['web_search_20250305', 'bash_20250124', 'text_editor_20250728', 'memory_20250818', 'computer_20250124'])
      it(`refuses ${type}`, () => {
        const error = refusal({ tools: [{ type, name: 'x' }] })
        expect([error.param, error.message.includes(type)]).to.deep.equal(['tools[0]', true])
      })
    it('drops what only Anthropic knows of a tool', () => {
      const losses = new Losses()
      read({ tools: [{ name: 'n', input_examples: [], defer_loading: true }] }, losses)
      expect(losses.reported).to.deep.equal(['tools.defer_loading', 'tools.input_examples'])
    })
    for (const [choice, expected] of [
      [{ type: 'auto' }, { toolChoice: { kind: 'auto' } }],
      [{ type: 'any' }, { toolChoice: { kind: 'required' } }],
      [{ type: 'none' }, { toolChoice: { kind: 'none' } }],
      [{ type: 'tool', name: 'n' }, { toolChoice: { kind: 'named', name: 'n' } }],
      [
        { type: 'auto', disable_parallel_tool_use: true },
        { toolChoice: { kind: 'auto' }, parallelToolCalls: false },
      ],
    ] as const)
      it(`tool_choice ${JSON.stringify(choice)}`, () => expectMentioned(read({ tool_choice: choice }), expected))
    it('says nothing of parallel calls unless the caller does', () =>
      expect(read({ tool_choice: { type: 'auto', disable_parallel_tool_use: false } })).to.not.have.property('parallelToolCalls'))
    it('refuses a choice that nobody knows', () => expect(refusal({ tool_choice: { type: 'some' } }).param).to.equal('tool_choice.type'))
  })

  describe('thinking', () => {
    for (const [what, members, reasoning, wants] of [
      ['enabled', { thinking: { type: 'enabled', budget_tokens: 2000 } }, { isEnabled: true, budget: 2000 }, {}],
      ['adaptive', { thinking: { type: 'adaptive' } }, { isEnabled: true, effort: 'medium', isDerived: true }, {}],
      ['between_tools', { thinking: { type: 'between_tools' } }, { isEnabled: true, effort: 'medium', isDerived: true }, {}],
      ['adaptive with an effort', { thinking: { type: 'adaptive' }, output_config: { effort: 'max' } }, { isEnabled: true, effort: 'max' }, {}],
      [
        'enabled with an effort',
        { thinking: { type: 'enabled', budget_tokens: 2000 }, output_config: { effort: 'high' } },
        { isEnabled: true, budget: 2000, effort: 'high' },
        {},
      ],
      ['an effort alone', { output_config: { effort: 'low' } }, { effort: 'low' }, {}],
      ['disabled', { thinking: { type: 'disabled' } }, { isEnabled: false, effort: 'none' }, { reasoning: false }],
      [
        'omitted',
        { thinking: { type: 'adaptive', display: 'omitted' } },
        { isEnabled: true, effort: 'medium', isDerived: true, display: 'omitted' },
        { reasoning: false },
      ],
    ] as const)
      it(what, () => {
        expect(read(members).reasoning).to.deep.equal(reasoning)
        expect(read(members).wants).to.deep.equal(wants)
      })
    it('refuses a kind that nobody knows', () => expect(refusal({ thinking: { type: 'deep' } }).param).to.equal('thinking.type'))
  })

  describe('the answer', () => {
    const closed = {
      type: 'object',
      properties: { a: { type: 'array', items: { anyOf: [{ type: 'string' }, { type: 'object', properties: {}, additionalProperties: false }] } } },
      required: ['a'],
      additionalProperties: false,
    }
    const open = { type: 'object', properties: { a: { type: 'object', properties: { b: {} }, required: ['b'] } }, required: ['a'], additionalProperties: false }
    for (const [what, members, output] of [
      [
        'output_config.format',
        { output_config: { format: { type: 'json_schema', schema: closed } } },
        { kind: 'json_schema', name: 'output', schema: closed, strict: true, isDerived: true, at: 'output_config.format' },
      ],
      [
        'output_format',
        { output_format: { type: 'json_schema', schema: closed } },
        { kind: 'json_schema', name: 'output', schema: closed, strict: true, isDerived: true, at: 'output_format' },
      ],
      [
        'a schema that is not strict',
        { output_config: { format: { type: 'json_schema', schema: open } } },
        { kind: 'json_schema', name: 'output', schema: open, strict: false, isDerived: true, at: 'output_config.format' },
      ],
    ] as const)
      it(what, () => expectEqualJson(read(members).output, output))
    it('refuses other formats', () => expect(refusal({ output_config: { format: { type: 'grammar' } } }).param).to.equal('output_config.format.type'))
    it('drops what only Anthropic knows of it', () => {
      const losses = new Losses()
      read({ output_config: { task_budget: {} } }, losses)
      expect(losses.reported).to.deep.equal(['output_config.task_budget'])
    })
  })
})
