import { expect } from 'chai'
import { GatewayError } from '../../../../core/errors.ts'
import { Losses } from '../../../../core/neutral/losses.ts'
import { seal } from '../../../../core/neutral/state.ts'
import dialect from '../../../../plugins/dialects/openai-responses/index.ts'
import { expectMentioned, readRequest } from '../../../support/translation.ts'

const caller = dialect.caller!
const read = (body: object | string, losses?: Losses) => readRequest(caller, typeof body === 'string' ? body : { model: 'm', input: 'hi', ...body }, losses)
const turnsOf = (...input: object[]) => read({ input }).turns
const user = { role: 'user', content: 'hi' }
const said = { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'a' }] }
const call = { type: 'function_call', id: 'fc_1', call_id: 'c1', name: 'n', arguments: '{}' }
const result = { type: 'function_call_output', call_id: 'c1', output: 'r' }
const thinking = (more: object = {}) => ({ type: 'reasoning', id: 'rs_1', summary: [{ type: 'summary_text', text: 's' }], ...more })

function refusalOf(body: object): GatewayError {
  try {
    read(body)
  } catch (error) {
    if (error instanceof GatewayError) return error
    throw error
  }
  throw new Error('it was taken')
}

describe('a Responses request, read', () => {
  describe('input items (4.1)', () => {
    const rows: Record<string, { input: unknown; turns?: object[]; system?: object[] }> = {
      'string input': { input: 'hello', turns: [{ role: 'user', blocks: [{ type: 'text', text: 'hello', at: 'input' }] }] },
      'a message without type': { input: [user], turns: [{ role: 'user', blocks: [{ type: 'text', text: 'hi' }] }] },
      'a message with type': { input: [{ type: 'message', ...user }], turns: [{ role: 'user', blocks: [{ type: 'text', text: 'hi' }] }] },
      'developer and system': {
        input: [{ role: 'developer', content: 'd' }, user, { role: 'system', content: [{ type: 'input_text', text: 's' }] }],
        turns: [{ role: 'user' }],
        system: [
          { text: 'd', kind: 'developer', before: 0 },
          { text: 's', kind: 'system', before: 1 },
        ],
      },
      'input_text, output_text, text': {
        input: [
          {
            role: 'user',
            content: [
              { type: 'input_text', text: 'a' },
              { type: 'text', text: 'b' },
            ],
          },
          { role: 'assistant', content: [{ type: 'output_text', text: 'c', annotations: [] }] },
        ],
        turns: [
          {
            role: 'user',
            blocks: [
              { type: 'text', text: 'a' },
              { type: 'text', text: 'b' },
            ],
          },
          { role: 'assistant', blocks: [{ type: 'text', text: 'c' }] },
        ],
      },
      refusal: {
        input: [{ role: 'assistant', content: [{ type: 'refusal', refusal: 'no' }] }],
        turns: [{ role: 'assistant', blocks: [{ type: 'refusal', text: 'no' }] }],
      },
      function_call: {
        input: [user, said, call],
        turns: [
          { role: 'user' },
          {
            role: 'assistant',
            blocks: [
              { type: 'text', text: 'a' },
              { type: 'tool_call', id: 'c1', name: 'n', argumentsText: '{}' },
            ],
          },
        ],
      },
      'custom_tool_call and its output': {
        input: [
          { type: 'custom_tool_call', call_id: 'c1', name: 'n', input: 'free' },
          { type: 'custom_tool_call_output', call_id: 'c1', output: 'r' },
        ],
        turns: [
          { role: 'assistant', blocks: [{ type: 'tool_call', id: 'c1', name: 'n', argumentsText: 'free', isCustom: true }] },
          { role: 'tool', blocks: [{ type: 'tool_result', callId: 'c1', isCustom: true }] },
        ],
      },
      'function_call_output, a string': {
        input: [call, result],
        turns: [{ role: 'assistant' }, { role: 'tool', blocks: [{ type: 'tool_result', callId: 'c1', blocks: [{ type: 'text', text: 'r' }] }] }],
      },
      'function_call_output, parts': {
        input: [
          call,
          {
            ...result,
            output: [
              { type: 'input_text', text: 'r' },
              { type: 'input_image', image_url: 'https://a.test/b.png' },
            ],
          },
        ],
        turns: [
          { role: 'assistant' },
          {
            role: 'tool',
            blocks: [
              {
                type: 'tool_result',
                blocks: [
                  { type: 'text', text: 'r' },
                  { type: 'image', source: { kind: 'url', url: 'https://a.test/b.png' } },
                ],
              },
            ],
          },
        ],
      },
      'reasoning before its turn': {
        input: [user, thinking(), said, thinking({ id: 'rs_2' }), call],
        turns: [
          { role: 'user' },
          {
            role: 'assistant',
            blocks: [
              { type: 'reasoning', text: 's', isSummary: true, itemId: 'rs_1' },
              { type: 'text', text: 'a' },
              { type: 'reasoning', itemId: 'rs_2' },
              { type: 'tool_call' },
            ],
          },
        ],
      },
      'reasoning with content': {
        input: [thinking({ content: [{ type: 'reasoning_text', text: 'raw' }] }), said],
        turns: [{ role: 'assistant', blocks: [{ type: 'reasoning', text: 'raw' }, { type: 'text' }] }],
      },
      'reasoning, then the user, then the turn': {
        input: [thinking(), user, said],
        turns: [{ role: 'user' }, { role: 'assistant', blocks: [{ type: 'reasoning' }, { type: 'text' }] }],
      },
      'reasoning with no turn after it': {
        input: [said, user, thinking()],
        turns: [{ role: 'assistant', blocks: [{ type: 'text' }, { type: 'reasoning', text: 's' }] }, { role: 'user' }],
      },
      'reasoning alone': { input: [user, thinking()], turns: [{ role: 'user' }] },
      'several items of one turn': {
        input: [said, call, { ...call, call_id: 'c2' }, result, said],
        turns: [{ role: 'assistant', blocks: [{ type: 'text' }, { id: 'c1' }, { id: 'c2' }] }, { role: 'tool' }, { role: 'assistant' }],
      },
      "users' messages, kept apart": { input: [user, user], turns: [{ role: 'user' }, { role: 'user' }] },
    }
    for (const [name, { input, turns = [], system = [] }] of Object.entries(rows)) {
      it(`reads ${name}`, () => {
        const request = read({ input })
        expectMentioned(request.turns, turns)
        expectMentioned(request.system, system)
      })
    }

    it('reads files and audio', () => {
      const [turn] = turnsOf({
        role: 'user',
        content: [
          { type: 'input_image', image_url: 'data:image/jpg;base64,/9j/AA==', detail: 'low' },
          { type: 'input_image', file_id: 'file_1' },
          { type: 'input_file', filename: 'a.pdf', file_data: 'data:application/pdf;base64,JVBERi0=' },
          { type: 'input_file', filename: 'b.pdf', file_data: 'JVBERi0=' },
          { type: 'input_file', filename: 'n.txt', file_data: 'data:text/plain;base64,aGVsbG8=' },
          { type: 'input_file', file_url: 'https://a.test/c.pdf' },
          { type: 'input_file', file_id: 'file_2' },
          { type: 'input_audio', input_audio: { data: 'AAAA', format: 'mp3' } },
        ],
      })
      expectMentioned(turn?.blocks, [
        { type: 'image', source: { kind: 'base64', mime: 'image/jpeg', data: '/9j/AA==' }, detail: 'low', at: 'input[0].content[0].image_url' },
        { type: 'image', source: { kind: 'file', vendor: 'openai', id: 'file_1' } },
        { type: 'file', source: { kind: 'base64', mime: 'application/pdf', data: 'JVBERi0=' }, name: 'a.pdf' },
        { type: 'file', source: { kind: 'base64', mime: 'application/pdf', data: 'JVBERi0=' }, name: 'b.pdf' },
        { type: 'file', source: { kind: 'text', text: 'hello' }, mime: 'text/plain', name: 'n.txt' },
        { type: 'file', source: { kind: 'url', url: 'https://a.test/c.pdf' } },
        { type: 'file', source: { kind: 'file', vendor: 'openai', id: 'file_2' } },
        { type: 'audio', mime: 'audio/mp3', data: 'AAAA' },
      ])
    })

    const hosted = [
      'web_search_call',
      'file_search_call',
      'code_interpreter_call',
      'mcp_call',
      'mcp_list_tools',
      'computer_call',
      'image_generation_call',
      'local_shell_call',
      'local_shell_call_output',
      'shell_call',
      'shell_call_output',
      'apply_patch_call',
      'apply_patch_call_output',
      'tool_search_call',
      'tool_search_output',
    ]
    for (const type of hosted) {
      it(`drops ${type} with a note if it is completed`, () => {
        const losses = new Losses()
        expect(read({ input: [user, { type, id: 'x', status: 'completed' }] }, losses).turns).to.have.length(1)
        expect(losses.reported).to.deep.equal([`input.${type}`])
        expect(refusalOf({ input: [{ type, status: 'in_progress' }] })).to.deep.include({ status: 400, param: 'input[0]' })
      })
    }

    for (const type of ['item_reference', 'compaction', 'computer_call_output', 'mcp_approval_request', 'mcp_approval_response', 'telepathy']) {
      it(`refuses ${type}, naming it`, () => {
        expect(refusalOf({ input: [user, { type, id: 'x' }] }))
          .to.deep.include({ status: 400, code: 'unsupported_parameter', param: 'input[1]' })
          .and.property('message')
          .include(type)
      })
    }

    const refused: Record<string, [item: object, param: string]> = {
      'a part of an unknown type': [{ role: 'user', content: [{ type: 'input_smell' }] }, 'input[0].content[0]'],
      'a role that nobody knows': [{ role: 'critic', content: 'x' }, 'input[0].role'],
      'a call without an id': [{ type: 'function_call', name: 'n', arguments: '{}' }, 'input[0].call_id'],
      'a call without a name': [{ type: 'function_call', call_id: 'c', arguments: '{}' }, 'input[0].name'],
      'an image in a system message': [{ role: 'system', content: [{ type: 'input_image', image_url: 'https://a.test' }] }, 'input[0].content[0].image_url'],
      'content that is neither text nor parts': [{ role: 'user', content: 7 }, 'input[0].content'],
      'a file without data': [{ role: 'user', content: [{ type: 'input_file' }] }, 'input[0].content[0]'],
    }
    for (const [name, [item, param]] of Object.entries(refused)) {
      it(`refuses ${name}`, () => {
        expect(refusalOf({ input: [item] })).to.deep.include({ status: 400, param })
      })
    }
  })

  describe('vendor state (9.3)', () => {
    const blocks = (item: object) => turnsOf(item, said)[0]?.blocks as object
    it('takes thinking blocks, signed and redacted', () => {
      const extra = {
        anthropic: {
          thinking_blocks: [
            { type: 'thinking', thinking: 't', signature: 'S' },
            { type: 'redacted_thinking', data: 'D' },
          ],
        },
      }
      expectMentioned(blocks(thinking({ extra_content: extra })), [
        { type: 'reasoning', text: 't', state: { vendor: 'anthropic', value: 'S' } },
        { type: 'reasoning', text: '', redacted: 'D', state: { vendor: 'anthropic', value: '' } },
        { type: 'text' },
      ])
    })

    it('takes what is encrypted as the state of OpenAI', () => {
      expectMentioned(blocks(thinking({ encrypted_content: 'gAAA' })), [
        { type: 'reasoning', text: 's', isSummary: true, itemId: 'rs_1', state: { vendor: 'openai', value: 'gAAA' } },
        { type: 'text' },
      ])
      expectMentioned(blocks({ type: 'reasoning', summary: [], encrypted_content: 'gAAA' }), [
        { type: 'reasoning', text: '', state: { vendor: 'openai', value: 'gAAA' } },
        { type: 'text' },
      ])
    })

    it('unpacks what is sealed', () => {
      const sealed = seal({ v: 1, f: 'anthropic', m: 'claude-x', s: [{ type: 'thinking', thinking: 't', signature: 'S' }] })
      expectMentioned(blocks(thinking({ encrypted_content: sealed })), [
        { type: 'reasoning', text: 't', state: { vendor: 'anthropic', value: 'S', model: 'claude-x' } },
        { type: 'text' },
      ])
    })

    it('gives a call the signature that was sealed for it', () => {
      const sealed = seal({ v: 1, f: 'google', s: [{ call: 'c1', sig: 'Z' }] })
      const [turn] = turnsOf({ type: 'reasoning', summary: [], encrypted_content: sealed }, call, { ...call, call_id: 'c2' })
      expectMentioned(turn?.blocks, [
        { type: 'tool_call', id: 'c1', state: { vendor: 'google', value: 'Z' } },
        { type: 'tool_call', id: 'c2' },
      ])
      expect(turn?.blocks[1]).to.not.have.property('state')
    })

    it('forgets what is sealed and broken', () => {
      expectMentioned(blocks(thinking({ encrypted_content: 'tl1.###' })), [{ type: 'reasoning', text: 's' }, { type: 'text' }])
      expect(turnsOf(thinking({ encrypted_content: 'tl1.###' }), said)[0]?.blocks[0]).to.not.have.property('state')
    })

    it('takes the signature on a call, also flat', () => {
      for (const more of [{ extra_content: { google: { thought_signature: 'Z' } } }, { thought_signature: 'Z' }]) {
        expectMentioned(turnsOf({ ...call, ...more })[0]?.blocks, [{ type: 'tool_call', state: { vendor: 'google', value: 'Z' } }])
      }
    })
  })

  describe('state and options (4.2)', () => {
    const refused: Record<string, [body: object, expected: object]> = {
      previous_response_id: [{ previous_response_id: 'resp_1' }, { status: 400, code: 'invalid_value', param: 'previous_response_id' }],
      conversation: [{ conversation: 'conv_1' }, { status: 404, code: 'not_found', param: 'conversation' }],
      'a conversation as an object': [{ conversation: { id: 'conv_1' } }, { status: 404, code: 'not_found', param: 'conversation' }],
      background: [{ background: true }, { status: 501, code: 'unsupported_response_operation', param: 'background', shouldRetry: false }],
      prompt: [{ prompt: { id: 'p' } }, { status: 400, code: 'unsupported_parameter', param: 'prompt' }],
      'a text format that nobody knows': [{ text: { format: { type: 'grammar' } } }, { status: 400, param: 'text.format.type' }],
    }
    for (const [name, [body, expected]] of Object.entries(refused)) {
      it(`refuses ${name}`, () => {
        expect(refusalOf(body)).to.deep.include(expected)
      })
    }

    const dropped: Record<string, [body: object, fields: string[]]> = {
      max_tool_calls: [{ max_tool_calls: 3 }, ['max_tool_calls']],
      context_management: [{ context_management: [{}] }, ['context_management']],
      access_programs: [{ access_programs: { cyber: 'standard' } }, ['access_programs']],
      image: [{ image: { context_compression: 'disabled' } }, ['image']],
      include_obfuscation: [{ stream_options: { include_obfuscation: true } }, ['stream_options.include_obfuscation']],
      'nothing of what says what is the default': [
        {
          background: false,
          stream_options: { include_obfuscation: false },
          truncation: 'disabled',
          previous_response_id: null,
          conversation: null,
          prompt: null,
          store: true,
        },
        [],
      ],
    }
    for (const [name, [body, fields]] of Object.entries(dropped)) {
      it(`drops ${name}, with a note; refuses it where translation is strict`, () => {
        const losses = new Losses()
        read(body, losses)
        expect(losses.reported).to.deep.equal(fields)
        const strict = () => read(body, new Losses(true))
        if (fields.length > 0) expect(strict).to.throw(GatewayError).that.deep.includes({ status: 400, param: fields[0] })
        else strict()
      })
    }

    it('keeps quiet of top_logprobs where nothing asks for logprobs, as OpenAI gives none then', () => {
      const losses = new Losses(true)
      read({ top_logprobs: 3 }, losses)
      read({ top_logprobs: 3, include: ['message.output_text.logprobs'] }, losses)
      expect(losses.list.map(({ field, isSilent }) => [field, isSilent])).to.deep.equal([['top_logprobs', true]])
    })

    it("keeps Codex's client_metadata, which it says with every call, from other vendors, and quiet of it", () => {
      const losses = new Losses(true)
      expect(read({ client_metadata: { 'x-codex-installation-id': 'i' }, further: 1 }, losses).extras).to.deep.equal({ further: 1 })
      expect(losses.list.map(({ field, isSilent }) => [field, isSilent])).to.deep.equal([['client_metadata', true]])
    })

    it('reads include', () => {
      expect(read({ include: ['reasoning.encrypted_content', 'web_search_call.results'] }).wants).to.deep.equal({ encryptedReasoning: true })
      expect(read({ include: ['message.output_text.logprobs'], top_logprobs: 3 }).wants).to.deep.equal({
        logprobs: true,
        logprobsAt: 'include',
        topLogprobs: 3,
      })
      expect(read({ top_logprobs: 3 }).wants).to.deep.equal({})
    })

    it('keeps store to the gateway, and moderation and cache options for who knows them', () => {
      const said = { store: true, moderation: { a: 1 }, prompt_cache_options: { b: 2 }, prompt_cache_retention: '24h', truncation: 'auto' }
      expect(read(said).hints).to.deep.equal({
        moderation: { a: 1 },
        promptCacheOptions: { b: 2 },
        promptCacheRetention: '24h',
        truncation: 'auto',
      })
    })
  })

  describe('members that nobody knows', () => {
    const message = (part: object) => [{ role: 'user', content: [part] }]
    const unknown: Record<string, [body: object, field: string, param: string]> = {
      'a message': [{ input: [{ ...user, x: 1 }] }, 'input.x', 'input[0].x'],
      'a text': [{ input: message({ type: 'input_text', text: 'a', x: 1 }) }, 'input.content.x', 'input[0].content[0].x'],
      'an image': [{ input: message({ type: 'input_image', image_url: 'https://a', x: 1 }) }, 'input.content.x', 'input[0].content[0].x'],
      audio: [
        { input: message({ type: 'input_audio', input_audio: { data: 'AA==', format: 'wav', x: 1 } }) },
        'input.content.input_audio.x',
        'input[0].content[0].input_audio.x',
      ],
      'a call': [{ input: [user, { ...call, x: 1 }, result] }, 'input.x', 'input[1].x'],
      'a result': [{ input: [user, call, { ...result, x: 1 }] }, 'input.x', 'input[2].x'],
      'a part of a result': [
        { input: [user, call, { ...result, output: [{ type: 'input_text', text: 'r', x: 1 }] }] },
        'input.output.x',
        'input[2].output[0].x',
      ],
      'a thought': [{ input: [user, thinking({ x: 1 }), said] }, 'input.x', 'input[1].x'],
      'a tool': [{ tools: [{ type: 'function', name: 'n', x: 1 }] }, 'tools.x', 'tools[0].x'],
    }
    for (const [name, [body, field, param]] of Object.entries(unknown)) {
      it(`are dropped from ${name}, by their path; refused where translation is strict`, () => {
        const losses = new Losses()
        read(body, losses)
        expect(losses.reported).to.deep.equal([field])
        expect(() => read(body, new Losses(true)))
          .to.throw(GatewayError)
          .that.deep.includes({ status: 400, code: 'unsupported_parameter', param })
      })
    }

    it('are dropped without a word where clients repeat what they were given', () => {
      const losses = new Losses(true)
      read(
        {
          input: [
            user,
            { ...said, id: 'msg_1', status: 'completed', phase: 'commentary', content: [{ type: 'output_text', text: 'a', annotations: [], logprobs: [] }] },
          ],
        },
        losses,
      )
      expect(losses.reported).to.deep.equal([])
    })
  })

  it('reads what every dialect has', () => {
    expectMentioned(
      read({
        instructions: 'be brief',
        stream: true,
        parallel_tool_calls: false,
        max_output_tokens: 9,
        temperature: 0.5,
        top_p: 0.9,
        user: 'u',
        safety_identifier: 's',
        metadata: { a: 'b' },
        service_tier: 'flex',
        prompt_cache_key: 'k',
        text: { verbosity: 'low', format: { type: 'json_schema', name: 'n', schema: { type: 'object' }, strict: true, description: 'd' } },
        reasoning: { effort: 'high', summary: 'auto' },
        extra_body: { google: { a: 1 }, b: 2 },
        something_new: { c: 3 },
        provider: 'openai',
      }),
      {
        from: 'openai-responses',
        model: 'm',
        system: [{ text: 'be brief', kind: 'system', before: 0 }],
        isStream: true,
        parallelToolCalls: false,
        maxOutputTokens: 9,
        sampling: { temperature: 0.5, topP: 0.9 },
        hints: { user: 'u', safetyIdentifier: 's', metadata: { a: 'b' }, serviceTier: 'flex', promptCacheKey: 'k', verbosity: 'low' },
        output: { kind: 'json_schema', name: 'n', schema: { type: 'object' }, strict: true, description: 'd' },
        reasoning: { effort: 'high', summary: 'auto' },
        vendorExtras: { google: { a: 1 } },
        extras: { extra_body: { b: 2 }, something_new: { c: 3 } },
      },
    )
    expect(read({ text: { format: { type: 'json_object' } } }).output).to.deep.equal({ kind: 'json_object', at: 'text.format' })
    expect(read({ text: { format: { type: 'text' } } })).to.not.have.property('output')
    expect(read({ provider: { order: ['a'] } }).extras).to.deep.equal({ provider: { order: ['a'] } })
  })

  it('reads tools, flat, free and hosted', () => {
    expectMentioned(
      read({
        tools: [
          { type: 'function', name: 'f', description: 'd', parameters: { type: 'object' }, strict: true },
          { type: 'custom', name: 'c', format: { type: 'grammar', syntax: 'lark', definition: 'x' } },
          { type: 'web_search' },
          {
            type: 'namespace',
            name: 'crm',
            description: 'd',
            tools: [
              { type: 'function', name: 'f' },
              { type: 'custom', name: 'c' },
            ],
          },
          { type: 'namespace', name: 'mcp__docs__', tools: [{ type: 'function', name: 'f', strict: true }] },
        ],
      }).tools,
      [
        { name: 'f', description: 'd', schema: { type: 'object' }, strict: true, at: 'tools[0]' },
        { name: 'c', custom: { format: { definition: 'x' } } },
        { name: 'web_search', hosted: { type: 'web_search' } },
        { name: 'crm__f', own: { namespace: 'crm', name: 'f' }, at: 'tools[3].tools[0]' },
        { name: 'crm__c', own: { namespace: 'crm', name: 'c' }, custom: { type: 'custom' } },
        { name: 'mcp__docs__f', own: { namespace: 'mcp__docs__', name: 'f' }, strict: true },
      ],
    )
  })

  it('reads tools that the input adds with those of the request, and takes the last of a name', () => {
    const losses = new Losses()
    const { tools, turns } = read(
      {
        tools: [
          { type: 'function', name: 'f', description: 'old' },
          { type: 'function', name: 'g' },
        ],
        input: [
          { type: 'additional_tools', id: 'at_1', role: 'developer', tools: [{ type: 'namespace', name: 'crm', tools: [{ type: 'custom', name: 'c' }] }] },
          { role: 'user', content: 'hi' },
          { type: 'additional_tools', role: 'developer', tools: [{ type: 'function', name: 'f', description: 'new' }, { type: 'web_search' }] },
        ],
      },
      losses,
    )
    expectMentioned(tools, [
      { name: 'f', description: 'new', at: 'input[2].tools[0]' },
      { name: 'g' },
      { name: 'crm__c', own: { namespace: 'crm', name: 'c' }, custom: { type: 'custom' }, at: 'input[0].tools[0].tools[0]' },
      { name: 'web_search', hosted: { type: 'web_search' } },
    ])
    expect([turns.length, losses.list]).to.deep.equal([1, []])
  })

  const choices: Record<string, [choice: unknown, expected: object]> = {
    auto: ['auto', { kind: 'auto' }],
    none: ['none', { kind: 'none' }],
    required: ['required', { kind: 'required' }],
    named: [
      { type: 'function', name: 'f' },
      { kind: 'named', name: 'f' },
    ],
    'named, free': [
      { type: 'custom', name: 'c' },
      { kind: 'named', name: 'c' },
    ],
    'named, in a namespace': [
      { type: 'function', namespace: 'crm', name: 'f' },
      { kind: 'named', name: 'crm__f' },
    ],
    'an allowed list': [
      { type: 'allowed_tools', mode: 'required', tools: [{ type: 'function', name: 'f' }, { type: 'web_search' }] },
      { kind: 'allowed', names: ['f'], mode: 'required' },
    ],
    'a hosted tool': [{ type: 'web_search' }, { kind: 'auto' }],
    "a server's tool that is named like another": [{ type: 'mcp', server_label: 's', name: 'f' }, { kind: 'auto' }],
  }
  for (const [name, [choice, expected]] of Object.entries(choices)) {
    it(`reads the tool choice: ${name}`, () => {
      expect(read({ tool_choice: choice }).toolChoice).to.deep.equal(expected)
    })
  }

  it('keeps long numbers and __proto__ in schemas', () => {
    const request = read(
      '{"model":"m","input":"hi","tools":[{"type":"function","name":"f","parameters":{"maximum":12345678901234567890,"properties":{"__proto__":{"type":"string"}}}}]}',
    )
    expect(JSON.stringify(request.tools[0]?.schema)).to.equal('{"maximum":12345678901234567890,"properties":{"__proto__":{"type":"string"}}}')
  })
})
