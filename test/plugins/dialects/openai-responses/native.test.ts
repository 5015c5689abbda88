import { expect } from 'chai'
import { JsonDocument } from '../../../../core/document/document.ts'
import { GatewayError, gatewayError } from '../../../../core/errors.ts'
import { splitEvents } from '../../../../core/stream/borders.ts'
import { StreamEvent } from '../../../../core/stream/event.ts'
import { seal } from '../../../../core/neutral/state.ts'
import dialect from '../../../../plugins/dialects/openai-responses/index.ts'
import { accumulated, begun, eventOf, makers, message, response, spelled, streamOf, summary, call, usage, wireEvents } from './samples.ts'

const documentOf = (body: unknown) => JsonDocument.parse(Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)))
const { stream: format } = dialect
/** Without what the client adds to what it parsed. */
const unparsed = (item: object) => JSON.parse(JSON.stringify(item, (name, value: unknown) => (name.startsWith('parsed') ? undefined : value))) as object
const eventsOf = (texts: readonly string[]) => texts.map(text => new StreamEvent(Buffer.from(text)))

describe('the dialect openai-responses', () => {
  describe('validate', () => {
    const valid: Record<string, object> = {
      'a string': { model: 'm', input: 'hi' },
      items: { model: 'm', input: [{ role: 'user', content: 'hi' }], tools: [], stream: null },
      'no input but a prompt': { model: 'm', prompt: { id: 'p' } },
      'no input but a response to go on from': { model: 'm', previous_response_id: 'resp_1' },
      'no input but a conversation': { model: 'm', conversation: { id: 'conv_1' } },
      'anything that only the provider knows': { model: 'm', input: 'hi', temperature: 'hot', reasoning: 7 },
    }
    for (const [name, body] of Object.entries(valid)) it(`takes ${name}`, () => dialect.validate(documentOf(body), 'responses'))

    const invalid: Record<string, [body: object, code: string, param: string]> = {
      'no model': [{ input: 'hi' }, 'missing_required_parameter', 'model'],
      'a blank model': [{ model: ' ', input: 'hi' }, 'missing_required_parameter', 'model'],
      'a model that is no string': [{ model: 7, input: 'hi' }, 'invalid_type', 'model'],
      'no input': [{ model: 'm' }, 'missing_required_parameter', 'input'],
      'an input of another type': [{ model: 'm', input: 7 }, 'invalid_type', 'input'],
      'a stream that is no flag': [{ model: 'm', input: 'hi', stream: 'yes' }, 'invalid_type', 'stream'],
      'stream options that are none': [{ model: 'm', input: 'hi', stream_options: 1 }, 'invalid_type', 'stream_options'],
      'a store that is no flag': [{ model: 'm', input: 'hi', store: 'false' }, 'invalid_type', 'store'],
      'a background that is no flag': [{ model: 'm', input: 'hi', background: 1 }, 'invalid_type', 'background'],
      'instructions that are no text': [{ model: 'm', input: 'hi', instructions: [] }, 'invalid_type', 'instructions'],
      'tools that are no list': [{ model: 'm', input: 'hi', tools: {} }, 'invalid_type', 'tools'],
      'an include that is no list': [{ model: 'm', input: 'hi', include: 'x' }, 'invalid_type', 'include'],
      'a response and a conversation to go on from': [
        { model: 'm', input: 'hi', previous_response_id: 'r', conversation: 'c' },
        'invalid_value',
        'previous_response_id',
      ],
    }
    for (const [name, [body, code, param]] of Object.entries(invalid)) {
      it(`refuses ${name}`, () => {
        expect(() => dialect.validate(documentOf(body), 'responses'))
          .to.throw(GatewayError)
          .that.deep.includes({ code, param, status: 400 })
      })
    }
  })

  describe('a plain reply', () => {
    it('reports its usage', () => {
      expect(dialect.usage(documentOf(response({ usage })))).to.deep.equal({
        inputTokens: 10,
        outputTokens: 7,
        cachedTokens: 4,
        cacheWriteTokens: 1,
        reasoningTokens: 3,
        totalTokens: 17,
      })
      expect(dialect.usage(documentOf(response()))).to.equal(undefined)
    })

    const faults: Record<string, [reply: unknown, code: string | null, status: number]> = {
      'a text': ['"x"', 'bad_upstream_response', 502],
      'no output': [{ id: 'r' }, 'bad_upstream_response', 502],
      'an error': [{ error: { message: 'no', code: 'rate_limit_exceeded' } }, 'rate_limit_exceeded', 429],
      'a failed response': [response({ status: 'failed', error: { code: 'server_error', message: 'no' } }), 'server_error', 502],
    }
    for (const [name, [reply, code, status]] of Object.entries(faults)) {
      it(`is a fault if it is ${name}`, () => {
        expect(dialect.fault(documentOf(reply), 'responses', 'acme')).to.deep.include({ code, status, provider: 'acme' })
      })
    }

    it('is none if there is output, even an empty one, or the count that was asked for', () => {
      expect(dialect.fault(documentOf(response()), 'responses', 'acme')).to.equal(undefined)
      expect(dialect.fault(documentOf({ object: 'response.input_tokens', input_tokens: 3 }), 'responses_input_tokens', 'acme')).to.equal(undefined)
      expect(dialect.fault(documentOf({ object: 'response.compaction', output: [] }), 'responses_compact', 'acme')).to.equal(undefined)
    })

    it('answers with one turn that the client reads, plain and as a stream', async () => {
      const body = dialect.answer({ operation: 'responses', id: 'chatcmpl-1', model: 'm', created: 7, text: 'No.' }) ?? Buffer.of()
      expect(JSON.parse(body.toString())).to.deep.include({ id: 'resp_1', object: 'response', status: 'completed', model: 'm', created_at: 7 })
      expect(await accumulated(format.replay(JsonDocument.parse(body), true))).to.deep.include({ output_text: 'No.', status: 'completed' })
    })

    it('renders errors as OpenAI does', () => {
      expect(JSON.parse(dialect.error(gatewayError('unsupported_parameter', 'no', { param: 'prompt' }), 'req').toString())).to.deep.equal({
        error: { type: 'invalid_request_error', message: 'no', param: 'prompt', code: 'unsupported_parameter' },
      })
    })
  })

  describe('the end of a stream', () => {
    const last: Record<string, [event: object, ending: string]> = {
      'response.completed': [{ response: response() }, 'complete'],
      'response.incomplete': [{ response: response() }, 'complete'],
      'response.failed': [{ response: response() }, 'failed'],
      error: [{ code: 'x', message: 'y' }, 'failed'],
      'response.output_text.delta': [{ delta: 'response.completed' }, 'cut'],
      'response.in_progress': [{ response: response() }, 'cut'],
    }
    for (const [type, [members, ending]] of Object.entries(last)) {
      it(`is ${ending} behind ${type}`, () => {
        expect(format.ending([eventOf({ type, ...members }, type)])).to.equal(ending)
        expect(format.ending([eventOf({ ...members, type })])).to.equal(ending)
      })
    }

    it('is complete behind [DONE], cut behind nothing', () => {
      expect(format.ending(eventsOf(['data: [DONE]\n\n']))).to.equal('complete')
      expect(format.ending([])).to.equal('cut')
    })

    it('is found in an event of which only the beginning and the end are there', () => {
      const huge = new StreamEvent(
        Buffer.from(
          `data: {"type":"response.completed","response":{"output":[{"result":"AAA…AAA"}],"x":\n\n`.replace(
            '\n\n',
            `AAA"}],"usage":${JSON.stringify(usage)},"metadata":{}}}\n\n`,
          ),
        ),
      )
      expect(huge.document).to.equal(undefined)
      expect(format.ending([huge])).to.equal('complete')
      expect(format.usage([huge])?.totalTokens).to.equal(17)
    })

    it('has the usage', () => {
      const events = eventsOf([...streamOf(message({ pieces: ['"usage"'] })), 'data: [DONE]\n\n'])
      expect(format.usage(events)?.totalTokens).to.equal(17)
      expect(format.usage(events.slice(0, -2))).to.equal(undefined)
      expect(format.usageOnly(events.at(-1)!.bytes)).to.equal(undefined)
    })
  })

  describe('an error in a stream', () => {
    const errors: Record<string, [event: object, expected: object]> = {
      flat: [
        { type: 'error', code: 'server_is_overloaded', message: 'busy', param: null, sequence_number: 3 },
        { code: 'server_is_overloaded', message: 'busy', status: 503 },
      ],
      nested: [
        { type: 'error', error: { type: 'invalid_request_error', code: 'context_length_exceeded', message: 'long', param: 'input' } },
        { code: 'context_length_exceeded', status: 400, param: 'input' },
      ],
      'a failed response': [
        { type: 'response.failed', response: response({ status: 'failed', error: { code: 'rate_limit_exceeded', message: 'try again in 2s' } }) },
        { code: 'rate_limit_exceeded', message: 'try again in 2s', status: 429 },
      ],
      'without a code': [
        { type: 'error', message: 'odd' },
        { code: null, message: 'odd', status: 502 },
      ],
      'in an event without a type': [{ error: { message: 'gone', code: 404 } }, { code: '404', message: 'gone', status: 404 }],
    }
    for (const [name, [event, expected]] of Object.entries(errors)) {
      it(`is read: ${name}`, () => {
        expect(format.error(eventOf(event), 'acme')).to.deep.include({ provider: 'acme', ...expected })
      })
    }

    it('is none elsewhere', () => {
      for (const text of streamOf(message({ pieces: ['error'] }))) expect(format.error(new StreamEvent(Buffer.from(text)), 'acme')).to.equal(undefined)
      expect(format.error(eventOf({ type: 'response.completed', response: response(), error: null }), 'acme')).to.equal(undefined)
    })

    it('is written with the number that follows the last', () => {
      expect(wireEvents(format.failure(gatewayError('stream_incomplete', 'cut'), 'req', eventOf({ type: 'x', sequence_number: 5 })))).to.deep.equal([
        { type: 'error', sequence_number: 6, code: 'stream_incomplete', message: 'cut', param: null },
      ])
      expect(wireEvents(format.failure(gatewayError('stream_incomplete', 'cut'), 'req'))[0]?.sequence_number).to.equal(0)
    })
  })

  describe('assemble', () => {
    it('gives the response that the last event brings', () => {
      const body = format.assemble(eventsOf(streamOf(message({ pieces: ['a', 'b'] }))))
      expect(JSON.parse(body.toString())).to.deep.equal(response({ output: [message({ pieces: ['ab'] }).item], usage }))
    })

    it('takes the items from the events before where the response has none', () => {
      const items = [summary({ index: 0, pieces: ['s'] }), call({ index: 1, pieces: ['{}'] })]
      const events = spelled([...begun, ...items.flatMap(({ events }) => events), { type: 'response.completed', response: response({ output: [] }) }])
      expect((JSON.parse(format.assemble(eventsOf(events)).toString()) as { output: object[] }).output).to.deep.equal(items.map(({ item }) => item))
    })

    it('makes a failed response of an error', () => {
      const body = format.assemble(eventsOf([...spelled(begun), 'event: error\ndata: {"type":"error","code":"c","message":"m"}\n\n']))
      expect(JSON.parse(body.toString())).to.deep.include({ id: 'resp_1', status: 'failed', error: { code: 'c', message: 'm' } })
    })

    it('keeps long numbers', () => {
      expect(
        format
          .assemble([
            eventOf({ type: 'response.completed' }),
            new StreamEvent(Buffer.from('data: {"type":"response.completed","response":{"id":"r","n":12345678901234567890,"__proto__":1,"output":[]}}\n\n')),
          ])
          .toString(),
      ).to.equal('{"id":"r","n":12345678901234567890,"__proto__":1,"output":[]}')
    })

    it('refuses what it cannot read', () => {
      expect(() => format.assemble(eventsOf(['data: {\n\n'])))
        .to.throw(GatewayError)
        .with.property('code', 'bad_upstream_response')
    })
  })

  describe('replay', () => {
    const annotation = { type: 'url_citation', title: 't', url: 'u', start_index: 0, end_index: 1 }
    const output = [
      ...Object.entries(makers).map(([name, make], index) => make({ index, pieces: [name === 'call' ? '{"a":1}' : 'text'] }).item),
      {
        id: 'msg_9',
        type: 'message',
        status: 'completed',
        role: 'assistant',
        content: [{ type: 'output_text', text: 'noted', annotations: [annotation], logprobs: [] }],
      },
      { id: 'ws_1', type: 'web_search_call', status: 'completed', action: { type: 'search', query: 'q' } },
    ]

    it('is the stream from which the client and assemble make the same response', async () => {
      const reply = response({ output, usage })
      const stream = format.replay(documentOf(reply), true)
      expect(JSON.parse(format.assemble(splitEvents(Buffer.from(stream))).toString())).to.deep.equal(reply)
      const client = await accumulated(stream)
      expect(client.output.map(unparsed)).to.deep.equal(output)
      expect(client.output_text).to.equal('textnoted')
    })

    it('has the grammar of a stream: numbered without gaps, every item added and done, one end', () => {
      const stream = format.replay(documentOf(response({ output, usage })), true)
      const events = wireEvents(stream)
      expect(events.map(({ sequence_number: number }) => number)).to.deep.equal(events.map((_, i) => i))
      expect(events.slice(0, 2).map(({ type }) => type)).to.deep.equal(['response.created', 'response.in_progress'])
      expect(events[0]?.['response']).to.deep.include({ output: [], usage: null, status: 'in_progress' })
      for (const type of ['response.output_item.added', 'response.output_item.done']) {
        expect(events.filter(event => event.type === type).map(({ output_index: index }) => index)).to.deep.equal(output.map((_, i) => i))
      }
      expect(
        stream
          .split('\n\n')
          .filter(text => text !== '')
          .at(-1),
      ).to.equal('data: [DONE]')
      for (const text of stream.split('\n\n').slice(0, -2)) expect(text).to.match(/^event: ([\w.]+)\ndata: \{"type":"\1","sequence_number":\d+/)
    })

    for (const status of ['incomplete', 'failed']) {
      it(`ends ${status} as the response did`, () => {
        const details = status === 'incomplete' ? { incomplete_details: { reason: 'max_output_tokens' } } : { error: { code: 'c', message: 'm' } }
        const last = wireEvents(format.replay(documentOf(response({ status, ...details })), true)).at(-1)
        expect(last).to.deep.include({ type: `response.${status}`, response: response({ status, ...details }) })
      })
    }
  })

  describe('towards a provider that speaks it', () => {
    const kept = (input: unknown, vendor: string | undefined = 'openai') => {
      const document = documentOf({ model: 'm', input })
      dialect.keepOwnState?.(document, vendor)
      return (JSON.parse(document.render().toString()) as { input: unknown }).input
    }
    const sealed = seal({ v: 1, f: 'anthropic', s: [{ type: 'thinking', thinking: 't', signature: 'S' }] })
    const thought = (more: object) => ({ type: 'reasoning', id: 'rs_1', summary: [], ...more })
    const call = { type: 'function_call', call_id: 'c', name: 'n', arguments: '{}' }

    it('keeps what OpenAI encrypted', () => {
      expect(kept([thought({ encrypted_content: 'gAAA' }), call])).to.deep.equal([thought({ encrypted_content: 'gAAA' }), call])
    })

    it('takes away thoughts that another vendor signed, sealed or not', () => {
      expect(kept([thought({ encrypted_content: sealed }), thought({ extra_content: { anthropic: {} } }), call])).to.deep.equal([call])
    })

    it("takes away what other vendors put on calls, and leaves the vendor's own", () => {
      expect(kept([{ ...call, extra_content: { google: { thought_signature: 'Z' } } }])).to.deep.equal([call])
      expect(kept([{ ...call, extra_content: { google: {}, xai: { a: 1 } } }], 'xai')).to.deep.equal([{ ...call, extra_content: { xai: { a: 1 } } }])
      expect(kept([thought({ encrypted_content: 'gAAA', extra_content: { openai: { reasoning_items: [] } } })])).to.deep.equal([
        thought({ encrypted_content: 'gAAA' }),
      ])
    })

    it('leaves a bare string alone', () => {
      expect(kept('about extra_content')).to.equal('about extra_content')
    })
  })

  it('needs not be asked for usage', () => {
    const request = documentOf({ model: 'm', input: 'hi', stream: true })
    expect(dialect.streams(request, 'responses')).to.equal(true)
    expect(dialect.streams(documentOf({ stream: false }), 'responses')).to.equal(false)
    expect(dialect.asksForUsage(request)).to.equal(true)
    dialect.askForUsage(request)
    expect(request.edited).to.equal(false)
  })
})
