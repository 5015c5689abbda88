import { expect } from 'chai'
import { ChatCompletionStream } from 'openai/lib/ChatCompletionStream'
import { JsonDocument } from '../../../../core/document/document.ts'
import { GatewayError, gatewayError } from '../../../../core/errors.ts'
import { splitEvents } from '../../../../core/stream/borders.ts'
import { StreamEvent } from '../../../../core/stream/event.ts'
import { chatStream } from '../../../../plugins/dialects/openai-chat/stream.ts'

const done = 'data: [DONE]\n\n'
const spelled = (data: unknown) => `data: ${JSON.stringify(data)}\n\n`
const event = (data: unknown) => new StreamEvent(Buffer.from(spelled(data)))
const events = (...data: unknown[]) => data.map(event)
const said = (delta: object, finish: string | null = null, index = 0) => ({ choices: [{ index, delta, finish_reason: finish }] })
const doneEvent = new StreamEvent(Buffer.from(done))

describe('chatStream', () => {
  describe('texts', () => {
    const found = (delta: object) => chatStream.texts(event(said(delta, null, 1))).map(({ key, channel, text }) => [key, channel, text])

    it('finds the texts of a delta, empty ones too', () => {
      expect(found({ content: '', refusal: 'b' })).to.deep.equal([
        ['1/text', 'text', ''],
        ['1/refusal', 'refusal', 'b'],
      ])
      expect(found({ role: 'assistant', content: null })).to.deep.equal([])
    })

    it('finds reasoning under both names', () => {
      expect(found({ audio: { transcript: 'a' } })).to.deep.equal([['1/transcript', 'text', 'a']])
      expect(found({ annotations: [{ type: 'url_citation', url_citation: { title: 'a', url: 'b' } }] })).to.deep.equal([
        ['1/annotations/0', 'text', 'a'],
        ['1/annotations/1', 'text', 'b'],
      ])
      expect(found({ reasoning_content: 'a' })).to.deep.equal([['1/reasoning', 'reasoning', 'a']])
      expect(found({ reasoning: 'a' })).to.deep.equal([['1/reasoning', 'reasoning', 'a']])
      expect(found({ reasoning: 'a', reasoning_content: 'a' })).to.deep.equal([
        ['1/reasoning', 'reasoning', 'a'],
        ['1/reasoning/2', 'reasoning', 'a'],
      ])
      expect(found({ reasoning_details: [{ type: 'reasoning.text', text: 'a' }] })).to.deep.equal([['1/reasoning_details/0', 'reasoning', 'a']])
    })

    it('are found in a message in the place of the delta', () => {
      const whole = event({ choices: [{ index: 1, message: { role: 'assistant', content: 'a' } }] })
      expect(chatStream.texts(whole).map(({ key, text }) => [key, text])).to.deep.equal([['1/text', 'a']])
    })

    it('finds the arguments of calls of every kind', () => {
      expect(
        found({
          tool_calls: [
            { index: 2, function: { arguments: '{' } },
            { index: 3, custom: { input: 'x' } },
          ],
        }),
      ).to.deep.equal([
        ['1/tool_arguments/2', 'tool_arguments', '{'],
        ['1/tool_arguments/3', 'tool_arguments', 'x'],
      ])
      expect(found({ function_call: { arguments: '}' } })).to.deep.equal([['1/tool_arguments/function_call', 'tool_arguments', '}']])
    })

    it('finds texts and thoughts in a list', () => {
      expect(
        found({
          content: [
            { type: 'thinking', thinking: [{ type: 'text', text: 'a' }] },
            { type: 'text', text: 'b' },
          ],
        }),
      ).to.deep.equal([
        ['1/reasoning', 'reasoning', 'a'],
        ['1/text', 'text', 'b'],
      ])
    })

    it('finds none in anything else', () => {
      for (const data of [{}, { choices: null }, { choices: [{}] }, { choices: [7] }, [], 'x', null]) expect(chatStream.texts(event(data))).to.deep.equal([])
      expect(chatStream.texts(doneEvent)).to.deep.equal([])
    })

    it('rewrites one in its place', () => {
      const it = new StreamEvent(Buffer.from('data: {"choices":[{"delta":{"content" : "a\\u0062"},"x":1.0}]}\n\n'))
      chatStream.texts(it)[0]?.rewrite('"new"')
      expect(it.render().toString()).to.equal('data: {"choices":[{"delta":{"content" : "\\"new\\""},"x":1.0}]}\n\n')
    })
  })

  describe('text', () => {
    it('writes a chunk in the likeness of another', () => {
      const like = event({
        id: 'c',
        object: 'chat.completion.chunk',
        created: 3,
        model: 'm',
        system_fingerprint: 'f',
        usage: null,
        ...said({ content: 'a' }, null, 2),
      })
      expect(chatStream.text(like, '2/text', 'b"')).to.equal(
        'data: {"id":"c","object":"chat.completion.chunk","created":3,"model":"m","system_fingerprint":"f",' +
          '"choices":[{"index":2,"delta":{"content":"b\\""},"finish_reason":null}]}\n\n',
      )
    })

    it('puts each text where its event had it', () => {
      const deltas = [
        { content: 'a' },
        { refusal: 'a' },
        { reasoning: 'a' },
        { reasoning_content: 'a' },
        { function_call: { arguments: 'a' } },
        { tool_calls: [{ index: 4, function: { arguments: 'a' } }] },
        { tool_calls: [{ index: 4, custom: { input: 'a' } }] },
        { content: [{ type: 'thinking', thinking: [{ type: 'text', text: 'a' }] }] },
        { reasoning_details: [{ type: 'reasoning.text', index: 1, text: 'a' }] },
      ]
      for (const delta of deltas) {
        const like = event(said(delta))
        const [{ key }] = chatStream.texts(like) as unknown as [{ key: string }]
        const [added] = splitEvents(Buffer.from(chatStream.text(like, key, 'a')))
        expect(added?.document?.root.get('choices')?.value()).to.deep.equal(said(delta).choices)
      }
    })

    it('knows where a text belongs that its event does not carry', () => {
      const [added] = splitEvents(Buffer.from(chatStream.text(event(said({})), '1/tool_arguments/2', 'a')))
      expect(chatStream.texts(added!).map(({ key, text }) => [key, text])).to.deep.equal([['1/tool_arguments/2', 'a']])
    })
  })

  describe('ends', () => {
    it('ends a choice with its finish reason, and everything with [DONE] or an error', () => {
      expect(chatStream.ends(event(said({ content: '' }, 'stop', 3)))).to.deep.equal(['3/*'])
      expect(chatStream.ends(doneEvent)).to.deep.equal(['*'])
      expect(chatStream.ends(event({ error: { message: 'm' } }))).to.deep.equal(['*'])
    })

    it('ends reasoning where the answer begins', () => {
      expect(chatStream.ends(event(said({ content: 'a' })))).to.deep.equal(['0/reasoning*'])
      expect(chatStream.ends(event(said({ tool_calls: [{ index: 0 }] })))).to.deep.equal(['0/reasoning*'])
      expect(chatStream.ends(event(said({ content: '', reasoning_content: 'a' })))).to.deep.equal([])
    })
  })

  describe('ending', () => {
    it('is complete behind [DONE], or when each choice has finished', () => {
      expect(chatStream.ending([event(said({ content: 'a' })), doneEvent])).to.equal('complete')
      expect(chatStream.ending(events(said({}, 'stop')))).to.equal('complete')
      expect(chatStream.ending(events(said({ content: 'a' }), said({}, 'stop'), { choices: [], usage: {} }))).to.equal('complete')
    })

    it('is cut otherwise', () => {
      expect(chatStream.ending([])).to.equal('cut')
      expect(chatStream.ending(events(said({ content: 'a' })))).to.equal('cut')
      expect(chatStream.ending(events(said({}, null, 1), said({}, 'stop')))).to.equal('cut')
      expect(chatStream.ending(events({ choices: [] }))).to.equal('cut')
    })

    it('has failed with an error event, whatever follows', () => {
      expect(chatStream.ending(events({ error: { message: 'm' } }))).to.equal('failed')
      expect(chatStream.ending([event({ ...said({}, 'error'), error: { code: 502, message: 'm' } }), doneEvent])).to.equal('failed')
    })

    for (const word of ['error', 'network_error', 'insufficient_system_resource']) {
      it(`is cut by the finish reason ${word}, so that the caller is told`, () => {
        expect(chatStream.ending(events(said({ content: 'a' }), said({}, word)))).to.equal('cut')
        expect(chatStream.ending([event(said({}, word)), doneEvent])).to.equal('failed')
      })
    }
  })

  describe('error', () => {
    const read = (data: unknown) => chatStream.error(event(data), 'p')

    it('reads message, code and param, and a status that is one', () => {
      const error = read({ error: { message: 'slow down', type: 'requests', code: 'rate_limit', param: 'n', status: 429 } })
      expect(error).to.be.instanceOf(GatewayError).and.include({ message: 'slow down', code: 'rate_limit', param: 'n', status: 429, provider: 'p' })
      expect(read({ error: { message: 'm', code: 429 } })).to.include({ status: 429, code: '429', param: null })
      expect(read({ error: { message: 'm', code: '503' } })).to.include({ status: 503, code: '503' })
      expect(read({ error: { message: 'm', code: 1302 } })).to.include({ status: 502, code: '1302', type: 'provider_error' })
      expect(read({ error: { message: 'm', code: 200 } })).to.include({ status: 502 })
    })

    it('reads what else providers send', () => {
      expect(read({ error: 'out of memory' })).to.include({ message: 'out of memory', status: 502, code: null })
      expect(read({ error: {} })?.message)
        .to.be.a('string')
        .and.not.equal('')
      expect(read({ object: 'error', message: 'm', code: 400 })).to.include({ message: 'm', status: 400 })
      expect(chatStream.error(new StreamEvent(Buffer.from('event: error\ndata: {"message":"m"}\n\n')), 'p')).to.include({ message: 'm' })
      expect(read({ error: { message: 'Provider returned error', code: 400, metadata: { raw: 'too long' } } })).to.include({ message: 'too long' })
    })

    it('reads a finish reason that is a failure', () => {
      expect(read(said({}, 'insufficient_system_resource'))).to.include({
        message: 'p: provider ended the answer with insufficient_system_resource',
        status: 503,
      })
      expect(read(said({}, 'network_error'))).to.include({ status: 502 })
      expect(read(said({ content: 'network_error' }, 'stop'))).to.equal(undefined)
    })

    it('reads an event with a string that cannot be decoded', () => {
      const broken = new StreamEvent(Buffer.from(`data: {"error":{"message":"${'x'.repeat(99)}\\x","code":"c"}}\n\n`))
      expect(chatStream.error(broken, 'p')).to.include({ code: 'c', status: 502 })
      expect(chatStream.ending([broken])).to.equal('failed')
    })

    it('finds none in an ordinary event', () => {
      for (const data of [said({ content: 'an "error"' }), { error: null, ...said({}) }, { error: false }, [], 'error']) expect(read(data)).to.equal(undefined)
      expect(chatStream.error(doneEvent, 'p')).to.equal(undefined)
    })
  })

  describe('usage', () => {
    it('maps the counts of the last event that has some', () => {
      const usage = {
        prompt_tokens: 10,
        completion_tokens: 5,
        total_tokens: 15,
        prompt_tokens_details: { cached_tokens: 4 },
        completion_tokens_details: { reasoning_tokens: 2 },
      }
      expect(chatStream.usage([...events({ usage: { prompt_tokens: 1 } }, { choices: [], usage }, said({})), doneEvent])).to.deep.equal({
        inputTokens: 10,
        outputTokens: 5,
        cachedTokens: 4,
        reasoningTokens: 2,
        totalTokens: 15,
      })
    })

    it('leaves absent what was not reported', () => {
      expect(chatStream.usage(events({ usage: { prompt_tokens: 1, prompt_tokens_details: null } }))).to.deep.equal({ inputTokens: 1 })
      expect(chatStream.usage(events({ usage: null }, said({})))).to.equal(undefined)
      expect(chatStream.usage(events({ choices: [], own_usage: { prompt_tokens: 1 } }))).to.equal(undefined)
      expect(chatStream.usage(events({ choices: [], own_usage: { prompt_tokens: 1 }, usage: { prompt_tokens: 2 } }))).to.deep.equal({ inputTokens: 2 })
      expect(chatStream.usage(events({ x_groq: { usage: { completion_tokens: 2 } } }))).to.deep.equal({ outputTokens: 2 })
    })
  })

  describe('usageOnly', () => {
    const only = spelled({ choices: [], usage: { prompt_tokens: 1 } })
    const talk = spelled(said({ content: 'the "usage": {} of it' }))
    const found = (text: string) => {
      const place = chatStream.usageOnly(Buffer.from(text))
      return place && Buffer.from(text).subarray(place.start, place.end).toString()
    }

    it('finds the event among others', () => {
      expect(found(only)).to.equal(only)
      expect(found(talk + only + done)).to.equal(only)
      expect(found(spelled({ ...said({}), usage: null }) + only + done)).to.equal(only)
      expect(found(`${talk}data: {"usage" \t: {"a":1}, "choices": []}\r\n\r\n${done}`)).to.equal('data: {"usage" \t: {"a":1}, "choices": []}\r\n\r\n')
    })

    it('spares events that say more', () => {
      expect(found(talk + done)).to.equal(undefined)
      expect(found(spelled({ ...said({}, 'stop'), usage: { prompt_tokens: 1 } }))).to.equal(undefined)
      expect(found(spelled({ choices: [], usage: null }))).to.equal(undefined)
      expect(found(spelled({ choices: [], own_usage: { prompt_tokens: 1 } }))).to.equal(undefined)
    })
  })

  it('cuts a stream with a finish reason for each choice of an event, and [DONE]', () => {
    const like = event({
      id: 'c',
      created: 3,
      model: 'm',
      choices: [
        { index: 0, delta: {} },
        { index: 1, delta: {} },
      ],
    })
    const cut = splitEvents(Buffer.from(chatStream.cut(like)))
    expect(cut.map(e => e.document?.root.get('choices')?.value())).to.deep.equal([
      [{ index: 0, delta: {}, finish_reason: 'content_filter' }],
      [{ index: 1, delta: {}, finish_reason: 'content_filter' }],
      undefined,
    ])
    expect(cut[0]?.document?.root.get('id')?.value()).to.equal('c')
    expect(chatStream.ending(splitEvents(Buffer.from(chatStream.cut(undefined))))).to.equal('complete')
  })

  it('ends a broken stream as the specification says', () => {
    expect(chatStream.failure(gatewayError('stream_incomplete', 'it broke'), 'r')).to.equal(
      'data: {"error":{"type":"provider_error","message":"it broke","param":null,"code":"stream_incomplete"}}\n\n',
    )
  })

  describe('assemble', () => {
    const assembled = (...chunks: unknown[]) => JSON.parse(chatStream.assemble([...events(...chunks), doneEvent]).toString())
    const head = { id: 'c', object: 'chat.completion.chunk', created: 3, model: 'm', system_fingerprint: 'f', service_tier: 'default' }

    it('joins the deltas of each choice', () => {
      expect(
        assembled(
          { ...head, ...said({ role: 'assistant', content: '', refusal: null }), obfuscation: 'x' },
          { ...head, ...said({ content: 'Hel' }, null, 0), extra: [1] },
          { ...head, ...said({ role: 'assistant', content: 'two' }, null, 1) },
          { ...head, ...said({ content: 'lo' }), extra: [1, 2] },
          { ...head, ...said({}, 'length', 1) },
          { ...head, ...said({}, 'stop'), usage: null },
          { ...head, choices: [], usage: { prompt_tokens: 1 } },
        ),
      ).to.deep.equal({
        ...head,
        object: 'chat.completion',
        extra: [1, 2],
        usage: { prompt_tokens: 1 },
        choices: [
          { index: 0, message: { role: 'assistant', content: 'Hello', refusal: null }, finish_reason: 'stop' },
          { index: 1, message: { role: 'assistant', content: 'two' }, finish_reason: 'length' },
        ],
      })
    })

    it('joins tool calls by index', () => {
      const call = (index: number, id: string, name: string) => said({ tool_calls: [{ index, id, type: 'function', function: { name, arguments: '' } }] })
      const more = (index: number, text: string) => said({ tool_calls: [{ index, function: { arguments: text } }] })
      const {
        choices: [choice],
      } = assembled(
        said({ role: 'assistant', content: null }),
        call(0, 'a', 'f'),
        more(0, '{"x"'),
        call(1, 'b', 'g'),
        more(1, '{}'),
        more(0, ':1}'),
        said({}, 'tool_calls'),
      )
      expect(choice.message).to.deep.equal({
        role: 'assistant',
        content: null,
        tool_calls: [
          { id: 'a', type: 'function', function: { name: 'f', arguments: '{"x":1}' } },
          { id: 'b', type: 'function', function: { name: 'g', arguments: '{}' } },
        ],
      })
    })

    it('joins log probabilities, reasoning, lists of parts, and members that nobody knows', () => {
      const {
        choices: [choice],
      } = assembled(
        {
          choices: [
            {
              index: 0,
              delta: { content: [{ type: 'thinking', thinking: [{ type: 'text', text: 'a' }] }], novel: 'x', deep: { n: 1 } },
              logprobs: { content: [{ token: 'a' }] },
            },
          ],
        },
        {
          choices: [
            {
              index: 0,
              delta: { content: [{ type: 'thinking', thinking: [{ type: 'text', text: 'b' }] }], novel: 'y', deep: { m: 2 } },
              logprobs: { content: [{ token: 'b' }] },
            },
          ],
        },
        said({ content: 'end', annotations: [{ type: 'url_citation' }] }),
        said({ annotations: [{ type: 'url_citation' }] }),
      )
      expect(choice).to.deep.equal({
        index: 0,
        finish_reason: null,
        logprobs: { content: [{ token: 'a' }, { token: 'b' }] },
        message: {
          role: 'assistant',
          novel: 'xy',
          deep: { n: 1, m: 2 },
          annotations: [{ type: 'url_citation' }, { type: 'url_citation' }],
          content: [
            { type: 'thinking', thinking: [{ type: 'text', text: 'ab' }] },
            { type: 'text', text: 'end' },
          ],
        },
      })
    })

    it('passes over the empty beginning of a filter, and edits count', () => {
      const edited = event({ id: 'c', created: 3, model: 'm', ...said({ content: 'old' }) })
      chatStream.texts(edited)[0]?.rewrite('new')
      const body = JSON.parse(chatStream.assemble([event({ id: '', created: 0, model: '', choices: [], prompt_filter_results: [] }), edited]).toString())
      expect(body).to.include({ id: 'c', created: 3, model: 'm' })
      expect(body.choices[0].message.content).to.equal('new')
    })

    it('skips no event that cannot be read', () => {
      for (const bytes of ['data: {"choices":\n\n', `data: {"a":"${'x'.repeat(99)}\\x"}\n\n`]) {
        expect(() => chatStream.assemble([new StreamEvent(Buffer.from(bytes))]))
          .to.throw(GatewayError)
          .with.property('code', 'bad_upstream_response')
      }
    })

    it('keeps long numbers', () => {
      const last = new StreamEvent(
        Buffer.from('data: {"seed":12345678901234567890,"choices":[{"index":0,"delta":{"x":{"id":98765432109876543210}},"finish_reason":"stop"}]}\n\n'),
      )
      expect(chatStream.assemble([...events(said({ content: 'a', x: { n: 1 } })), last]).toString())
        .to.include('"seed":12345678901234567890')
        .and.include('"x":{"n":1,"id":98765432109876543210}')
    })

    for (const [name, ...deltas] of [
      ['a delta that is none', { content: 'a' }, ['x'], { content: 'b' }],
      ['a text that is none', { content: 'a' }, { content: 7 }, { content: 'b' }],
      ['a text that begins as something else', { content: { x: 1 } }, { content: 'a' }, { content: 'b' }],
      ['a text that ends as something else', { content: 'a' }, { content: 'b' }, { content: true }],
    ] as const) {
      it(`keeps the text beside ${name}`, () => {
        expect(assembled(...deltas.map(delta => said(delta as object))).choices[0].message.content).to.equal('ab')
      })
    }

    it('pollutes no prototype', () => {
      assembled(JSON.parse('{"choices":[{"index":0,"delta":{"__proto__":{"polluted":1},"a":{"__proto__":{"polluted":1}}}}]}'), said({ a: {} }))
      expect({}).to.not.have.property('polluted')
    })
  })

  describe('replay', () => {
    const reply = {
      id: 'c',
      object: 'chat.completion',
      created: 3,
      model: 'm',
      system_fingerprint: 'f',
      citations: ['u'],
      choices: [
        {
          index: 0,
          message: { role: 'assistant', content: 'Hello 😀', refusal: null, reasoning_content: 'hm' },
          finish_reason: 'stop',
          logprobs: { content: [{ token: 'Hello' }], refusal: null },
        },
        {
          index: 1,
          finish_reason: 'tool_calls',
          message: {
            role: 'assistant',
            content: null,
            tool_calls: [
              { id: 'a', type: 'function', function: { name: 'f', arguments: '{"x":1}' } },
              { id: 'b', type: 'custom', custom: { name: 'g', input: 'i' } },
            ],
          },
        },
      ],
      usage: { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 },
    }
    const document = JsonDocument.parse(Buffer.from(JSON.stringify(reply)))
    const streamed = (withUsage: boolean) => splitEvents(Buffer.from(chatStream.replay(document, withUsage)))

    it('is what assemble undoes', () => {
      expect(JSON.parse(chatStream.assemble(streamed(true)).toString())).to.deep.equal(reply)
    })

    it('begins each choice with its role, ends it with its finish reason, and ends with usage and [DONE]', () => {
      const chunks = streamed(true)
        .slice(0, -1)
        .map(e => e.document?.root.value() as any)
      expect(streamed(true).at(-1)?.isDone).to.equal(true)
      expect(chunks.at(-1)).to.deep.include({ choices: [], usage: reply.usage })
      for (const index of [0, 1]) {
        const own = chunks.flatMap(c => c.choices).filter(c => c.index === index)
        expect(own[0].delta.role).to.equal('assistant')
        expect(own.map(c => c.finish_reason).filter(Boolean)).to.deep.equal([own.at(-1).finish_reason])
        expect(own.at(-1).delta).to.deep.equal({})
      }
      for (const c of chunks) expect(c).to.include({ id: 'c', created: 3, model: 'm', object: 'chat.completion.chunk' })
    })

    it('has no usage event unless the client asked for one', () => {
      expect(chatStream.usage(streamed(false))).to.equal(undefined)
    })

    it('satisfies the accumulator of the openai client', async () => {
      const lines = streamed(true)
        .slice(0, -1)
        .map(e => `${e.data}\n`)
        .join('')
      const stream = ChatCompletionStream.fromReadableStream(new Blob([lines]).stream())
      const completion = JSON.parse(JSON.stringify(await stream.finalChatCompletion()))
      expect(completion).to.deep.include({ id: 'c', model: 'm', usage: reply.usage })
      expect(completion.choices[0].message).to.include({ role: 'assistant', content: 'Hello 😀' })
      expect(completion.choices[1].message.tool_calls[0].function).to.include({ name: 'f', arguments: '{"x":1}' })
    })
  })
})
