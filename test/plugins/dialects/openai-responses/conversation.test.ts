import { expect } from 'chai'
import { JsonDocument } from '../../../../core/document/document.ts'
import type { Message } from '../../../../core/document/conversation.ts'
import dialect from '../../../../plugins/dialects/openai-responses/index.ts'

const documentOf = (body: object | string) => JsonDocument.parse(Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)))
const viewOf = (document: JsonDocument) => dialect.conversation(document, 'responses')
const rendered = (document: JsonDocument) => JSON.parse(document.render().toString()) as Record<string, any>

const texts = (message: Message | undefined) => message?.parts.flatMap(part => (part.type === 'text' ? [[part.channel, part.text]] : []))
const shape = (body: object) =>
  viewOf(documentOf(body)).messages.map(message => [
    message.role,
    message.parts.map(part => (part.type === 'text' ? `${part.channel}: ${part.text}` : part.type)),
  ])

describe('the conversation of a Responses request', () => {
  const cases: Record<string, { item: object; role: string; parts: string[] }> = {
    'a message without a type': { item: { role: 'user', content: 'hi' }, role: 'user', parts: ['text: hi'] },
    'a message with parts': {
      item: {
        type: 'message',
        role: 'user',
        content: [
          { type: 'input_text', text: 'a' },
          { type: 'input_image', image_url: 'data:x' },
          { type: 'input_file', filename: 'f' },
          { type: 'input_audio', input_audio: {} },
        ],
      },
      role: 'user',
      parts: ['text: a', 'image', 'file', 'text: f', 'audio'],
    },
    'files that are texts': {
      item: {
        role: 'user',
        content: [
          { type: 'input_file', filename: 'a.txt', file_data: 'data:text/plain;base64,aGk=' },
          { type: 'input_file', file_url: 'data:text/plain,ho' },
          { type: 'input_file', file_url: 'https://a.test/a.txt' },
        ],
      },
      role: 'user',
      parts: ['file', 'text: a.txt', 'text: hi', 'file', 'text: ho', 'file'],
    },
    'an answer with a refusal': {
      item: {
        type: 'message',
        role: 'assistant',
        content: [
          { type: 'output_text', text: 'a', annotations: [] },
          { type: 'refusal', refusal: 'no' },
        ],
      },
      role: 'assistant',
      parts: ['text: a', 'refusal: no'],
    },
    'a developer message': { item: { role: 'developer', content: 'd' }, role: 'developer', parts: ['text: d'] },
    'a function call': {
      item: { type: 'function_call', call_id: 'c', name: 'n', arguments: '{"a":"b","c":["d"]}' },
      role: 'assistant',
      parts: ['tool_call', 'tool_arguments: b', 'tool_arguments: d'],
    },
    'a function call with broken arguments': {
      item: { type: 'function_call', call_id: 'c', name: 'n', arguments: '{"a":"b' },
      role: 'assistant',
      parts: ['tool_call', 'tool_arguments: {"a":"b'],
    },
    'a custom tool call': {
      item: { type: 'custom_tool_call', call_id: 'c', name: 'n', input: 'free' },
      role: 'assistant',
      parts: ['tool_call', 'tool_arguments: free'],
    },
    'a result': { item: { type: 'function_call_output', call_id: 'c', output: 'r' }, role: 'tool', parts: ['tool_result: r'] },
    'a result of parts': {
      item: {
        type: 'function_call_output',
        call_id: 'c',
        output: [
          { type: 'input_text', text: 'r' },
          { type: 'input_image', image_url: 'u' },
          { type: 'input_file', file_data: 'data:text/plain;base64,aGk=' },
        ],
      },
      role: 'tool',
      parts: ['tool_result: r', 'image', 'file', 'tool_result: hi'],
    },
    "a custom tool's result": { item: { type: 'custom_tool_call_output', call_id: 'c', output: 'r' }, role: 'tool', parts: ['tool_result: r'] },
    reasoning: {
      item: {
        type: 'reasoning',
        id: 'rs',
        summary: [{ type: 'summary_text', text: 's' }],
        content: [{ type: 'reasoning_text', text: 't' }],
        encrypted_content: 'g',
      },
      role: 'assistant',
      parts: ['reasoning: s', 'reasoning: t'],
    },
    'a hosted search': {
      item: { type: 'web_search_call', id: 'w', status: 'completed', action: { type: 'search', query: 'q' } },
      role: 'assistant',
      parts: ['tool_call', 'tool_arguments: q'],
    },
    'a call of an MCP tool': {
      item: { type: 'mcp_call', id: 'm', name: 'n', server_label: 's', arguments: '{"a":"b"}', output: 'o' },
      role: 'assistant',
      parts: ['tool_call', 'tool_arguments: b', 'text: o'],
    },
    'what a shell printed': {
      item: { type: 'shell_call_output', call_id: 'c', output: [{ stdout: 'o', stderr: 'e', outcome: { type: 'exit' } }] },
      role: 'tool',
      parts: ['tool_result: o', 'tool_result: e'],
    },
    'a reference': { item: { type: 'item_reference', id: 'i' }, role: 'user', parts: ['opaque'] },
    'a compaction': { item: { type: 'compaction', id: 'i', encrypted_content: 'g' }, role: 'assistant', parts: ['opaque'] },
  }
  for (const [name, { item, role, parts }] of Object.entries(cases)) {
    it(`reads ${name}`, () => {
      expect(shape({ model: 'm', input: [item] })).to.deep.equal([[role, parts]])
    })
  }

  it('reads instructions, the variables of a prompt, and a bare string', () => {
    expect(
      shape({
        instructions: 'be brief',
        prompt: {
          id: 'p',
          variables: { city: 'Oslo', note: { type: 'input_text', text: 'n' }, file: { type: 'input_file', file_data: 'data:text/plain;base64,aGk=' } },
        },
        input: 'hello',
      }),
    ).to.deep.equal([
      ['system', ['text: be brief']],
      ['user', ['text: Oslo', 'text: n', 'text: hi']],
      ['user', ['text: hello']],
    ])
    expect(shape({ input: null })).to.deep.equal([])
  })

  it('gives the tools, flat and hosted, and the other members', () => {
    const view = viewOf(documentOf({ model: 'm', input: 'a', tools: [{ type: 'function', name: 'f' }, { type: 'web_search' }], temperature: 1 }))
    expect(view.tools).to.deep.equal([{ type: 'function', name: 'f' }, { type: 'web_search' }])
    expect(view.parameter('temperature')).to.equal(1)
  })

  it('rewrites texts as splices, inside arguments too', () => {
    const body = String.raw`{"instructions": "x", "input":[{"type":"function_call","call_id":"c","name":"n","arguments":"{\"n\": 12345678901234567890, \"a\": \"secret\"}"}, {"role":"user","content":"secret"} ] }`
    const document = documentOf(body)
    expect(viewOf(document).rewrite(text => text.replace('secret', '[x]'))).to.equal(2)
    expect(document.render().toString()).to.equal(body.replaceAll('secret', '[x]'))
  })

  describe('insert', () => {
    const inserted = (body: object, index: number, role: 'system' | 'user' | 'assistant') => {
      const document = documentOf(body)
      const message = viewOf(document).insert(index, { role, text: 'new' })
      expect(message.text).to.equal('new')
      return rendered(document)
    }

    it('makes a system message that leads the instructions', () => {
      expect(inserted({ input: 'hi' }, 0, 'system')).to.deep.equal({ input: 'hi', instructions: 'new' })
    })

    it('makes any other an item', () => {
      expect(inserted({ instructions: 'i', input: [{ role: 'user', content: 'hi' }] }, 2, 'assistant').input).to.deep.equal([
        { role: 'user', content: 'hi' },
        { type: 'message', role: 'assistant', content: 'new' },
      ])
      expect(inserted({ instructions: 'i', input: [{ role: 'user', content: 'hi' }] }, 0, 'system').input[0]).to.deep.equal({
        type: 'message',
        role: 'system',
        content: 'new',
      })
    })

    it('makes a list of a bare string, or of nothing', () => {
      expect(inserted({ input: 'hi' }, 1, 'user').input).to.deep.equal([
        { type: 'message', role: 'user', content: 'hi' },
        { type: 'message', role: 'user', content: 'new' },
      ])
      expect(inserted({ prompt: { id: 'p' } }, 0, 'user').input).to.deep.equal([{ type: 'message', role: 'user', content: 'new' }])
    })

    it('takes no tool message', () => {
      expect(() => viewOf(documentOf({ input: [] })).insert(0, { role: 'tool', text: 'x' })).to.throw('belongs to a call')
    })
  })

  describe('remove', () => {
    const history = {
      instructions: 'i',
      input: [
        { role: 'user', content: 'hi' },
        { type: 'reasoning', id: 'rs_1', summary: [] },
        { type: 'function_call', call_id: 'c', name: 'n', arguments: '{}' },
        { type: 'function_call_output', call_id: 'c', output: 'r' },
        { type: 'reasoning', id: 'rs_2', summary: [] },
        { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'a' }] },
        { role: 'user', content: 'more' },
      ],
    }
    const without = (...indexes: number[]) => {
      const document = documentOf(history)
      const view = viewOf(document)
      view.remove(...indexes.map(index => view.messages[index]!))
      expect(view.messages).to.have.length((rendered(document)['input'] as object[]).length + (rendered(document)['instructions'] === undefined ? 0 : 1))
      return rendered(document)
    }
    const types = ({ input }: Record<string, any>) => (input as { type?: string; content?: unknown }[]).map(({ type, content }) => type ?? content)

    it('keeps a call and its result together', () => {
      expect(() => without(3)).to.throw('result')
      expect(() => without(4)).to.throw('call')
    })

    it('takes reasoning away with what it led to', () => {
      expect(types(without(3, 4))).to.deep.equal(['hi', 'reasoning', 'message', 'more'])
      expect(types(without(6))).to.deep.equal(['hi', 'reasoning', 'function_call', 'function_call_output', 'more'])
    })

    it('takes reasoning away alone', () => {
      expect(types(without(2))).to.deep.equal(['hi', 'function_call', 'function_call_output', 'reasoning', 'message', 'more'])
    })

    it("takes instructions and users' messages away alone", () => {
      expect(without(0)).to.not.have.property('instructions')
      expect(types(without(7))).to.have.length(6)
    })

    it('leaves an empty list of a bare string', () => {
      const document = documentOf({ input: 'hi' })
      const view = viewOf(document)
      view.remove(view.messages[0]!)
      expect(rendered(document)).to.deep.equal({ input: [] })
    })
  })
})

describe('the conversation of a Responses reply', () => {
  it('has the output items', () => {
    const output = [
      { type: 'reasoning', summary: [{ type: 'summary_text', text: 's' }] },
      { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'a', annotations: [{ type: 'url_citation', title: 't', url: 'u' }] }] },
      { type: 'function_call', call_id: 'c', name: 'n', arguments: '{"a":"b"}' },
    ]
    const view = dialect.reply(documentOf({ output }), 'responses')
    expect(view.messages.map(({ role }) => role)).to.deep.equal(['assistant', 'assistant', 'assistant'])
    expect(view.messages.flatMap(message => texts(message) ?? [])).to.deep.equal([
      ['reasoning', 's'],
      ['text', 'a'],
      ['text', 't'],
      ['text', 'u'],
      ['tool_arguments', 'b'],
    ])
  })

  it('has none where there is no output', () => {
    expect(dialect.reply(documentOf({ object: 'response.input_tokens', input_tokens: 3 }), 'responses_input_tokens').messages).to.deep.equal([])
  })
})
