import { expect } from 'chai'
import OpenAI, { APIError, BadRequestError, RateLimitError } from 'openai'
import type { Response, ResponseInputItem, ResponseStreamEvent } from 'openai/resources/responses/responses'
import { chatChunks, chatCompletion, errorBody } from '../../core/testing/chat-samples.ts'
import type { ReceivedRequest } from '../../core/testing/received-request.ts'
import { call, message, response, streamOf, summary, usage, wireEvents } from '../plugins/dialects/openai-responses/samples.ts'
import { judge, redact, refuse } from '../support/guardrails.ts'
import { masterKey, Served } from '../support/serve.ts'

const tide = { type: 'function' as const, name: 'tide', strict: false, parameters: { type: 'object', properties: { port: { type: 'string' } } } }
const json = ({ body }: ReceivedRequest) => JSON.parse(body.toString()) as Record<string, any>

/** An answer of Anthropic's: thoughts that are signed, then a call or a text. */
function claude({ thinking, signature, text, tool }: { thinking?: string; signature?: string; text?: string; tool?: { id: string; input: string } }): string[] {
  const events: Record<string, unknown>[] = [
    {
      type: 'message_start',
      message: { id: 'msg_1', type: 'message', role: 'assistant', model: 'claude-x', content: [], usage: { input_tokens: 5, output_tokens: 1 } },
    },
  ]
  let index = 0
  const block = (opened: object, ...deltas: object[]) => {
    events.push({ type: 'content_block_start', index, content_block: opened }, ...deltas.map(delta => ({ type: 'content_block_delta', index, delta })), {
      type: 'content_block_stop',
      index,
    })
    index++
  }
  if (thinking !== undefined)
    block({ type: 'thinking', thinking: '', signature: '' }, { type: 'thinking_delta', thinking }, { type: 'signature_delta', signature })
  if (text !== undefined) block({ type: 'text', text: '' }, { type: 'text_delta', text })
  if (tool !== undefined) block({ type: 'tool_use', id: tool.id, name: 'tide', input: {} }, { type: 'input_json_delta', partial_json: tool.input })
  events.push(
    { type: 'message_delta', delta: { stop_reason: tool === undefined ? 'end_turn' : 'tool_use', stop_sequence: null }, usage: { output_tokens: 9 } },
    { type: 'message_stop' },
  )
  return events.map(event => `event: ${String(event['type'])}\ndata: ${JSON.stringify(event)}\n\n`)
}

/** Gemini's, the signature on the call. */
function gemini({ text, signature, port }: { text?: string; signature: string; port: string }): string[] {
  const part = text === undefined ? { functionCall: { name: 'tide', args: { port } }, thoughtSignature: signature } : { text }
  return [
    `data: ${JSON.stringify({ responseId: 'g', modelVersion: 'gemini-3-test', candidates: [{ content: { role: 'model', parts: [part] }, finishReason: 'STOP' }], usageMetadata: { promptTokenCount: 3, candidatesTokenCount: 4, totalTokenCount: 7 } })}\n\n`,
  ]
}

const guarded = (use: string, options: object) => ({ pipelines: { inference: [{ insert: { use: `./${use}.ts`, options }, after: 'models' }] } })

describe('the openai client, for responses', () => {
  let served: Served
  let client: OpenAI

  const start = async (config: object = {}) => {
    served = await Served.start({
      files: { 'redact.ts': redact, 'refuse.ts': refuse, 'judge.ts': judge },
      config: {
        resilience: { retry: { max_retries: 0 } },
        providers: {
          chatty: { type: 'openai-compatible', base_url: '${OPENAI_BASE_URL}', api_key: 'sk-chatty', models: ['chat-test'] },
          gem: { type: 'gemini', base_url: '${OPENAI_BASE_URL}', api_key: 'sk-gem', models: ['gemini-3-test'] },
          claude: { type: 'anthropic', base_url: '${OPENAI_BASE_URL}', api_key: 'sk-claude', models: ['claude-test'] },
        },
        ...config,
      },
    })
    client = served.client()
  }
  beforeEach(() => start())
  afterEach(() => served.close())

  const events = async (params: object): Promise<ResponseStreamEvent[]> => {
    const all: ResponseStreamEvent[] = []
    for await (const event of await client.responses.create({ model: 'gpt-test', input: 'hi', ...params, stream: true })) all.push(event)
    return all
  }

  describe('natively', () => {
    it('gets a plain answer, byte for byte', async () => {
      const body = JSON.stringify(response({ output: [message({ pieces: ['Good day.'] }).item], usage, unknown: 12 })).replace('12', '12345678901234567890')
      served.upstream.always({ body: Buffer.from(body), headers: { 'content-type': 'application/json' } })
      const sent = '{"model":"gpt-test", "input":"hi","unknown":1.0,"include":["reasoning.encrypted_content"]}'
      const answer = await served.call('POST', '/v1/responses', sent)
      expect(answer.body.toString()).to.equal(body)
      expect(served.upstream.requests[0]?.body.toString()).to.equal(sent)
      expect(served.upstream.requests[0]?.path).to.equal('/v1/responses')
      const created = await client.responses.create({ model: 'openai/gpt-test', input: 'hi' })
      expect(created.output_text).to.equal('Good day.')
      expect(created._request_id).to.be.a('string')
    })

    it('iterates over a stream, which is relayed as it came', async () => {
      const chunks = streamOf(summary({ index: 0, pieces: ['Hm'] }), message({ index: 1, pieces: ['Good', ' day.'] }))
      served.upstream.always({ chunks })
      expect((await events({})).map(({ type }) => type)).to.deep.equal(wireEvents(chunks.join('')).map(({ type }) => type))
      const answer = await served.call('POST', '/v1/responses', { model: 'gpt-test', input: 'hi', stream: true })
      expect(answer.body.toString()).to.equal(chunks.join(''))
    })

    it('accumulates a stream with the helper', async () => {
      served.upstream.always({
        chunks: streamOf(
          summary({ index: 0, pieces: ['Hm'] }),
          message({ index: 1, pieces: ['Good', ' day.'] }),
          call({ index: 2, pieces: ['{"port"', ':"Brest"}'] }),
        ),
      })
      const stream = client.responses.stream({ model: 'gpt-test', input: 'hi' })
      const deltas: string[] = []
      stream.on('response.output_text.delta', ({ delta }) => deltas.push(delta))
      const final = await stream.finalResponse()
      expect(final.output_text).to.equal('Good day.')
      expect(deltas).to.deep.equal(['Good', ' day.'])
      expect(final.usage?.total_tokens).to.equal(17)
    })

    it('reports the usage', async () => {
      served.upstream.always({ chunks: streamOf(message({ pieces: ['a'] })) })
      await events({})
      expect(served.completions.all[0]?.usage).to.deep.include({ inputTokens: 10, outputTokens: 7, cachedTokens: 4, reasoningTokens: 3 })
    })

    it('counts and compacts where the provider does', async () => {
      served.upstream.reply(
        { body: { object: 'response.input_tokens', input_tokens: 7 } },
        { body: { id: 'resp_c', object: 'response.compaction', created_at: 1, output: [], usage } },
      )
      expect((await client.responses.inputTokens.count({ model: 'gpt-test', input: 'hi' })).input_tokens).to.equal(7)
      expect((await client.responses.compact({ model: 'gpt-test', input: 'hi' })).object).to.equal('response.compaction')
      expect(served.upstream.requests.map(({ path }) => path)).to.deep.equal(['/v1/responses/input_tokens', '/v1/responses/compact'])
    })

    it("sees the provider's errors as they are", async () => {
      served.upstream.reply(
        { status: 429, body: errorBody('slow down', 'rate_limit_error', 'rate_limit_exceeded') },
        { chunks: ['event: error\ndata: {"type":"error","code":"context_length_exceeded","message":"too long","param":"input"}\n\n'] },
      )
      const failure = await client.responses.create({ model: 'gpt-test', input: 'hi' }).catch((error: unknown) => error)
      expect(failure).to.be.instanceOf(RateLimitError).and.have.property('code', 'rate_limit_exceeded')
      const early = await events({}).catch((error: unknown) => error)
      expect(early).to.be.instanceOf(BadRequestError).and.have.property('code', 'context_length_exceeded')
    })

    it('is told once that the stream broke, with the next number', async () => {
      served.upstream.always({ chunks: streamOf(message({ pieces: ['a', 'b'] })).slice(0, 6) })
      const answer = await served.call('POST', '/v1/responses', { model: 'gpt-test', input: 'hi', stream: true })
      const last = wireEvents(answer.body.toString()).at(-1)
      expect(last).to.deep.include({ type: 'error', sequence_number: 6, code: 'stream_incomplete', param: null })
      expect(await events({}).catch((error: unknown) => error)).to.be.instanceOf(APIError)
    })

    it('gets a stream whose last event is huge, with its usage and no error behind it', async () => {
      const item = { id: 'ig_1', type: 'image_generation_call', status: 'completed', result: 'A'.repeat(3_000_000) }
      const chunks = streamOf({
        item,
        events: [
          { type: 'response.output_item.added', output_index: 0, item: { ...item, status: 'in_progress', result: null } },
          { type: 'response.output_item.done', output_index: 0, item },
        ],
      })
      served.upstream.always({ chunks })
      const answer = await served.call('POST', '/v1/responses', { model: 'gpt-test', input: 'draw', stream: true })
      expect(answer.body.equals(Buffer.from(chunks.join('')))).to.equal(true)
      expect(served.completions.all[0]?.usage?.totalTokens).to.equal(17)
    })

    it('gets a plain answer to a stream as a stream', async () => {
      served.upstream.always({ body: response({ output: [message({ pieces: ['Good day.'] }).item], usage }) })
      expect((await client.responses.stream({ model: 'gpt-test', input: 'hi' }).finalResponse()).output_text).to.equal('Good day.')
    })

    for (const [name, body, param] of [
      ['no model', { input: 'hi' }, 'model'],
      ['no input', { model: 'gpt-test' }, 'input'],
    ] as const) {
      it(`is refused with ${name}`, async () => {
        const answer = await served.call('POST', '/v1/responses', body)
        expect(answer.status).to.equal(400)
        expect(JSON.parse(answer.body.toString())).to.deep.nested.include({ 'error.param': param, 'error.code': 'missing_required_parameter' })
      })
    }
  })

  describe('guarded', () => {
    it('sees no copy of a word that was redacted, in any event', async () => {
      await served.close()
      await start(guarded('redact', { word: 'hunter2' }))
      const chunks = streamOf(
        summary({ index: 0, pieces: ['it is hun', 'ter2'] }),
        message({ index: 1, pieces: ['it is hunt', 'er2, yes'] }),
        call({ index: 2, pieces: ['{"q":"hu', 'nter2"}'] }),
      )
      served.upstream.always({ chunks })
      const answer = await served.call('POST', '/v1/responses', { model: 'gpt-test', input: 'say hunter2', stream: true })
      expect(json(served.upstream.requests[0]!)['input']).to.equal('say [redacted]')
      expect(answer.body.toString()).to.not.include('hunter2')
      const final = await client.responses.stream({ model: 'gpt-test', input: 'hi' }).finalResponse()
      expect(final.output_text).to.equal('it is [redacted], yes')
      expect(JSON.stringify(final.output)).to.include(String.raw`{\"q\":\"[redacted]\"}`)
    })

    it('sees what a judge of whole answers made of it', async () => {
      await served.close()
      await start(guarded('judge', { word: 'hunter2', instead: 'nobody' }))
      served.upstream.always({
        chunks: streamOf(summary({ index: 0, pieces: ['it is hun', 'ter2'] }), message({ index: 1, pieces: ['it is hunt', 'er2, yes'] })),
      })
      const answer = await served.call('POST', '/v1/responses', { model: 'gpt-test', input: 'hi', stream: true })
      expect(answer.body.toString()).to.not.include('hunter2')
      expect((await client.responses.stream({ model: 'gpt-test', input: 'hi' }).finalResponse()).output_text).to.equal('it is nobody, yes')
    })

    it('sees the end of a response that policy cuts', async () => {
      await served.close()
      await start(guarded('refuse', { word: 'hunter2' }))
      served.upstream.always({ chunks: streamOf(message({ pieces: ['all is well, ', 'hunter2', ' more'] })), trickle: true })
      const final = await client.responses.stream({ model: 'gpt-test', input: 'hi' }).finalResponse()
      expect(final).to.deep.include({ id: 'resp_1', status: 'incomplete', output_text: 'all is ' })
      expect(final.incomplete_details).to.deep.equal({ reason: 'content_filter' })
    })
  })

  describe('translated to a provider of chat completions', () => {
    it('gets a plain answer', async () => {
      served.upstream.always({ body: chatCompletion({ content: 'Good day.', usage: { prompt_tokens: 3, completion_tokens: 4 } }) })
      const created = await client.responses.create({ model: 'chatty/chat-test', instructions: 'be brief', input: 'hi', max_output_tokens: 50 })
      expect(created).to.deep.include({ object: 'response', status: 'completed', output_text: 'Good day.', instructions: 'be brief' })
      expect(created.usage?.total_tokens).to.equal(7)
      const [request] = served.upstream.requests
      expect(request?.path).to.equal('/v1/chat/completions')
      expect(json(request!)['messages']).to.deep.equal([
        { role: 'system', content: 'be brief' },
        { role: 'user', content: 'hi' },
      ])
    })

    it('accumulates a stream with the helper', async () => {
      served.upstream.always({ chunks: chatChunks({ pieces: ['Good', ' day.'], usage: { prompt_tokens: 3, completion_tokens: 4 }, withUsage: true }) })
      const final = await client.responses.stream({ model: 'chatty/chat-test', input: 'hi' }).finalResponse()
      expect(final).to.deep.include({ status: 'completed', output_text: 'Good day.' })
      expect(final.usage).to.deep.equal({
        input_tokens: 3,
        input_tokens_details: { cached_tokens: 0, cache_write_tokens: 0 },
        output_tokens: 4,
        output_tokens_details: { reasoning_tokens: 0 },
        total_tokens: 7,
      })
    })

    it('gets calls, and calls side by side', async () => {
      served.upstream.always({
        chunks: chatChunks({
          toolCalls: [
            { id: 'c1', name: 'tide', arguments: ['{"port"', ':"Brest"}'] },
            { id: 'c2', name: 'tide', arguments: '{}' },
          ],
        }),
      })
      const final = await client.responses.stream({ model: 'chatty/chat-test', input: 'hi', tools: [tide] }).finalResponse()
      expect(final.output.map(item => (item.type === 'function_call' ? [item.call_id, item.arguments] : item.type))).to.deep.equal([
        ['c1', '{"port":"Brest"}'],
        ['c2', '{}'],
      ])
    })

    it('is guarded alike', async () => {
      await served.close()
      await start(guarded('redact', { word: 'hunter2' }))
      served.upstream.always({ chunks: chatChunks({ pieces: ['it is hun', 'ter2.'] }) })
      const final = await client.responses.stream({ model: 'chatty/chat-test', input: 'hi' }).finalResponse()
      expect(final.output_text).to.equal('it is [redacted].')
    })

    it('says what was dropped, and sends the same bytes for the same request', async () => {
      served.upstream.always({ body: chatCompletion() })
      const body = {
        model: 'chatty/chat-test',
        input: [
          { role: 'user', content: 'hi' },
          { type: 'web_search_call', id: 'w', status: 'completed' },
        ],
        tools: [{ type: 'web_search' }, tide, { type: 'custom', name: 'patch' }],
        max_tool_calls: 3,
      }
      const answers = [await served.call('POST', '/v1/responses', body), await served.call('POST', '/v1/responses', body)]
      expect(answers.map(({ headers }) => headers['x-tapline-dropped'])).to.deep.equal(
        Array(2).fill('input.web_search_call,max_tool_calls,tools.custom,tools.web_search'),
      )
      const [one, other] = served.upstream.requests
      expect(one?.body).to.deep.equal(other?.body)
    })

    const refused: Record<string, [body: object, status: number, code: string, param: string]> = {
      background: [{ background: true }, 501, 'unsupported_response_operation', 'background'],
      previous_response_id: [{ previous_response_id: 'resp_1' }, 400, 'invalid_value', 'previous_response_id'],
      conversation: [{ conversation: 'conv_1' }, 404, 'not_found', 'conversation'],
      prompt: [{ prompt: { id: 'p' } }, 400, 'unsupported_parameter', 'prompt'],
      'an item of an unknown type': [{ input: [{ type: 'telepathy' }] }, 400, 'unsupported_parameter', 'input[0]'],
    }
    for (const [name, [body, status, code, param]] of Object.entries(refused)) {
      it(`is refused ${name}, and calls nobody`, async () => {
        const answer = await served.call('POST', '/v1/responses', { model: 'chatty/chat-test', input: 'hi', ...body })
        expect(answer.status).to.equal(status)
        expect(JSON.parse(answer.body.toString())).to.deep.nested.include({ 'error.code': code, 'error.param': param })
        if (status === 501) expect(answer.headers['x-should-retry']).to.equal('false')
        expect(served.upstream.requests).to.have.length(0)
      })
    }

    for (const path of ['input_tokens', 'compact']) {
      it(`has no ${path}`, async () => {
        const answer = await served.call('POST', `/v1/responses/${path}`, { model: 'chatty/chat-test', input: 'hi' })
        expect(answer.status).to.equal(501)
        expect(JSON.parse(answer.body.toString())).to.have.nested.property('error.code', 'unsupported_response_operation')
      })
    }

    it('is told that the stream broke, with the next number and no end', async () => {
      served.upstream.always({ chunks: chatChunks({ pieces: ['a', 'b'] }).slice(0, 3) })
      const answer = await served.call('POST', '/v1/responses', { model: 'chatty/chat-test', input: 'hi', stream: true })
      const all = wireEvents(answer.body.toString())
      expect(all.at(-1)).to.deep.include({ type: 'error', code: 'stream_incomplete', sequence_number: all.length - 1 })
      expect(answer.body.toString()).to.not.include('[DONE]').and.not.include('response.completed')
    })

    it('gets a failed response where the provider reports an error amid the stream', async () => {
      served.upstream.always({
        chunks: [...chatChunks({ pieces: ['a'] }).slice(0, 2), 'data: {"error":{"code":"rate_limit_exceeded","message":"try again in 2s"}}\n\n'],
      })
      const answer = await served.call('POST', '/v1/responses', { model: 'chatty/chat-test', input: 'hi', stream: true })
      expect(wireEvents(answer.body.toString()).at(-1)).to.deep.nested.include({
        type: 'response.failed',
        'response.error.code': 'rate_limit_exceeded',
        'response.error.message': 'try again in 2s',
      })
    })
  })

  describe('in a session of ten turns, with reasoning and calls', () => {
    const turns = Array.from({ length: 10 }, (_, n) => ({ n, isLast: n === 9, call: `call_${n}`, input: `{"port":"p${n}"}` }))

    /** Plays the agent: sends the whole history each time, and answers every call. */
    const play = async (model: string): Promise<Response[]> => {
      const history: ResponseInputItem[] = [{ role: 'user', content: 'When is the tide?' }]
      const answers: Response[] = []
      for (const _turn of turns) {
        const answer = await client.responses
          .stream({ model, input: history, tools: [tide], store: false, include: ['reasoning.encrypted_content'] })
          .finalResponse()
        answers.push(answer)
        for (const item of answer.output) {
          // Typed clients keep what they know, and no more.
          if (item.type === 'reasoning')
            history.push({
              type: 'reasoning',
              id: item.id,
              summary: item.summary,
              ...(typeof item.encrypted_content === 'string' ? { encrypted_content: item.encrypted_content } : {}),
            })
          else if (item.type === 'function_call')
            history.push(
              { type: 'function_call', call_id: item.call_id, name: item.name, arguments: item.arguments },
              { type: 'function_call_output', call_id: item.call_id, output: `at ${item.call_id}` },
            )
        }
      }
      return answers
    }

    it('keeps encrypted reasoning unchanged, natively', async () => {
      for (const { n, isLast, input } of turns) {
        const thought = summary({ index: 0, pieces: [`thought ${n}`] })
        const said = isLast ? message({ index: 1, pieces: ['At noon.'] }) : call({ index: 1, pieces: [input] })
        const chunks = JSON.parse(
          JSON.stringify(streamOf(thought, said))
            .replaceAll('gAAA', `gAAA${n}`)
            .replaceAll('rs_0', `rs_${n}_0`)
            .replaceAll('fc_1', `fc_${n}_1`)
            .replaceAll('call_1', `call_${n}`),
        ) as string[]
        served.upstream.reply({ chunks })
      }
      expect((await play('gpt-test')).at(-1)?.output_text).to.equal('At noon.')
      const { input } = json(served.upstream.requests[9]!)
      expect((input as { encrypted_content?: string }[]).flatMap(item => item.encrypted_content ?? [])).to.deep.equal(
        turns.slice(0, 9).map(({ n }) => `gAAA${n}`),
      )
    })

    it('brings thoughts back to Claude as it signed them', async () => {
      for (const { n, isLast, call: id, input } of turns)
        served.upstream.reply({
          chunks: claude({ thinking: `thought ${n}`, signature: `SIG/${n}==`, ...(isLast ? { text: 'At noon.' } : { tool: { id, input } }) }),
        })
      const answers = await play('claude/claude-test')
      expect(answers.at(-1)?.output_text).to.equal('At noon.')
      expect(answers[0]?.output.map(({ type }) => type)).to.deep.equal(['reasoning', 'function_call'])
      const { messages } = json(served.upstream.requests[9]!)
      const blocks = (messages as { role: string; content: Record<string, unknown>[] }[])
        .filter(({ role }) => role === 'assistant')
        .map(({ content }) => content)
      expect(blocks).to.have.length(9)
      for (const [n, content] of blocks.entries()) {
        expect(content).to.deep.equal([
          { type: 'thinking', thinking: `thought ${n}`, signature: `SIG/${n}==` },
          { type: 'tool_use', id: `call_${n}`, name: 'tide', input: { port: `p${n}` } },
        ])
      }
    })

    it('brings signatures of calls back to Gemini', async () => {
      for (const { n, isLast } of turns)
        served.upstream.reply({ chunks: gemini({ signature: `Z${n}`, port: `p${n}`, ...(isLast ? { text: 'At noon.' } : {}) }) })
      expect((await play('gem/gemini-3-test')).at(-1)?.output_text).to.equal('At noon.')
      const { contents } = json(served.upstream.requests[9]!)
      const parts = (contents as { role: string; parts: Record<string, unknown>[] }[])
        .flatMap(({ parts: said }) => said)
        .filter(part => part['functionCall'] !== undefined)
      expect(parts.map(({ thoughtSignature }) => thoughtSignature)).to.deep.equal(turns.slice(0, 9).map(({ n }) => `Z${n}`))
    })

    it('brings calls and results back to a provider of chat completions', async () => {
      for (const { isLast, call: id, input } of turns)
        served.upstream.reply({ chunks: isLast ? chatChunks({ pieces: ['At noon.'] }) : chatChunks({ toolCalls: [{ id, name: 'tide', arguments: input }] }) })
      expect((await play('chatty/chat-test')).at(-1)?.output_text).to.equal('At noon.')
      const { messages } = json(served.upstream.requests[9]!)
      expect((messages as object[]).slice(1)).to.deep.equal(
        turns.slice(0, 9).flatMap(({ call: id, input }) => [
          { role: 'assistant', content: null, tool_calls: [{ id, type: 'function', function: { name: 'tide', arguments: input } }] },
          { role: 'tool', tool_call_id: id, content: `at ${id}` },
        ]),
      )
    })
  })

  it("takes a session from one vendor to another, and leaves the other's state behind", async () => {
    served.upstream.reply(
      { chunks: claude({ thinking: 'Hm', signature: 'SIG', tool: { id: 'toolu_1', input: '{}' } }) },
      { chunks: streamOf(message({ pieces: ['At noon.'] })) },
    )
    const params = { tools: [tide], store: false, include: ['reasoning.encrypted_content' as const] }
    const { output } = await client.responses.stream({ model: 'claude/claude-test', input: 'When?', ...params }).finalResponse()
    const history = [
      { role: 'user' as const, content: 'When?' },
      ...(output as ResponseInputItem[]),
      { type: 'function_call_output' as const, call_id: 'toolu_1', output: 'noon' },
    ]
    await client.responses.stream({ model: 'gpt-test', input: history, ...params }).finalResponse()
    const sent = served.upstream.requests[1]?.body.toString() ?? ''
    expect(sent).to.not.include('tl1.').and.not.include('SIG').and.not.include('extra_content')
    expect((JSON.parse(sent) as { input: { type?: string }[] }).input.map(({ type }) => type)).to.deep.equal([
      undefined,
      'function_call',
      'function_call_output',
    ])
  })

  it('authenticates as everybody', async () => {
    const stranger = served.client({ apiKey: `${masterKey}-not` })
    expect(await stranger.responses.create({ model: 'gpt-test', input: 'hi' }).catch((error: unknown) => error)).to.have.property('status', 401)
  })
})
