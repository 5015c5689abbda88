/** Every provider's dialect to every caller's, when something goes wrong: what the caller hears is true as far as it goes, and ends once. */

import { expect } from 'chai'
import { parseJson } from '../../core/neutral/json.ts'
import { Gate } from '../../core/testing/gate.ts'
import type { Script } from '../../core/testing/script.ts'
import { awsEvent, awsException } from '../support/aws-frame.ts'
import { callerDialects, heard, type CallerDialect, type Heard } from '../support/caller-streams.ts'
import { judge, redact } from '../support/guardrails.ts'
import {
  speakers,
  speakersEnv,
  spokenReply,
  spokenStream,
  upstreamDialects,
  type Speech,
  type SpokenDialect,
  type SpokenStream,
} from '../support/model-streams.ts'
import { Served } from '../support/serve.ts'

const speech: Speech & { readonly calls: NonNullable<Speech['calls']> } = {
  thoughts: ['Need the ', 'tide, and the clock.'],
  pieces: ['Let me ', 'look – 🌊 ', 'here.'],
  calls: [
    { name: 'tide', arguments: ['{"port":"Br', 'est \\"🌊\\"","id":1234567', '8901234567890}'] },
    { name: 'clock', arguments: ['{"zone":', '"UTC","__proto__":{"x":1}}'] },
  ],
}
const said = {
  thoughts: speech.thoughts?.join(''),
  text: speech.pieces?.join(''),
  calls: speech.calls.map(({ name, arguments: pieces }) => ({ name, arguments: pieces.join('') })),
}

const finishes = {
  called: { 'openai-chat': 'tool_calls', 'openai-responses': 'completed', 'anthropic-messages': 'tool_use' },
  stopped: { 'openai-chat': 'stop', 'openai-responses': 'completed', 'anthropic-messages': 'end_turn' },
} as const satisfies Record<string, Record<CallerDialect, string>>

const schema = '{"type":"object","properties":{"id":{"type":"integer","enum":[12345678901234567890],"maximum":98765432109876543210}}}'

interface Route {
  readonly path: string
  /** @param history whether the model has called a tool before, with arguments that are no JSON */
  body(model: string, options: { readonly isStream: boolean; readonly history?: string }): string
}

const routes: Readonly<Record<CallerDialect, Route>> = {
  'openai-chat': {
    path: '/v1/chat/completions',
    body: (model, { isStream, history }) =>
      `{"model":"${model}","stream":${isStream},"stream_options":{"include_usage":true},"messages":[{"role":"user","content":"When?"}${history === undefined ? '' : `,{"role":"assistant","content":null,"tool_calls":[{"id":"call_9","type":"function","function":{"name":"tide","arguments":${JSON.stringify(history)}}}]},{"role":"tool","tool_call_id":"call_9","content":"6"}`}],"tools":[{"type":"function","function":{"name":"tide","parameters":${schema}}},{"type":"function","function":{"name":"clock","parameters":{"type":"object","properties":{}}}}]}`,
  },
  'openai-responses': {
    path: '/v1/responses',
    body: (model, { isStream, history }) =>
      `{"model":"${model}","stream":${isStream},"input":[{"role":"user","content":"When?"}${history === undefined ? '' : `,{"type":"function_call","call_id":"call_9","name":"tide","arguments":${JSON.stringify(history)}},{"type":"function_call_output","call_id":"call_9","output":"6"}`}],"tools":[{"type":"function","name":"tide","parameters":${schema}},{"type":"function","name":"clock","parameters":{"type":"object","properties":{}}}]}`,
  },
  'anthropic-messages': {
    path: '/v1/messages',
    body: (model, { isStream, history }) =>
      `{"model":"${model}","stream":${isStream},"max_tokens":1000,"messages":[{"role":"user","content":"When?"}${history === undefined ? '' : `,{"role":"assistant","content":[{"type":"tool_use","id":"toolu_9","name":"tide","input":${history}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"toolu_9","content":"6"}]}`}],"tools":[{"name":"tide","input_schema":${schema}},{"name":"clock","input_schema":{"type":"object","properties":{}}}]}`,
  },
}

/** How each vendor says amid a stream that it cannot go on. */
const errorOf: Readonly<Record<SpokenDialect, Buffer>> = {
  'openai-chat': Buffer.from('data: {"error":{"message":"the model is busy","type":"server_error","param":null,"code":503}}\n\n'),
  'openai-responses': Buffer.from(
    'event: error\ndata: {"type":"error","sequence_number":7,"code":"server_error","message":"the model is busy","param":null}\n\n',
  ),
  'anthropic-messages': Buffer.from('event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"the model is busy"}}\n\n'),
  gemini: Buffer.from('data: {"error":{"code":503,"status":"UNAVAILABLE","message":"the model is busy"}}\r\n\r\n'),
  'bedrock-converse': awsException('throttlingException', { message: 'the model is busy' }),
  cohere: Buffer.from('event: message-end\ndata: {"type":"message-end","delta":{"finish_reason":"ERROR","error":"the model is busy"}}\n\n'),
}

/** What may come some day, or comes already with options that nobody asked for. */
const unknown: Readonly<Record<SpokenDialect, readonly (string | Buffer)[]>> = {
  'openai-chat': [
    ': a comment\n\n',
    'event: future\ndata: {"object":"future"}\n\n',
    'data: {"id":"","object":"","created":0,"model":"","choices":[],"prompt_filter_results":[]}\n\n',
    'data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1700000000,"model":"m-2026","choices":[{"index":0,"delta":{"future":{"a":[1]}},"finish_reason":null}],"future":1}\n\n',
  ],
  'openai-responses': [
    ': a comment\n\n',
    'event: response.future.delta\ndata: {"type":"response.future.delta","sequence_number":99,"output_index":99,"delta":"x"}\n\n',
    'event: keepalive\ndata: {"type":"keepalive","sequence_number":99}\n\n',
    'event: response.output_item.added\ndata: {"type":"response.output_item.added","sequence_number":99,"output_index":98,"item":{"id":"f_1","type":"future_call","status":"in_progress"}}\n\n',
    'event: response.output_item.done\ndata: {"type":"response.output_item.done","sequence_number":99,"output_index":98,"item":{"id":"f_1","type":"future_call","status":"completed","text":"x"}}\n\n',
  ],
  'anthropic-messages': [
    ': a comment\n\n',
    'event: future\ndata: {"type":"future","text":"x"}\n\n',
    'event: ping\ndata: {"type": "ping"}\n\n',
    'event: content_block_start\ndata: {"type":"content_block_start","index":98,"content_block":{"type":"server_tool_use","id":"srvtoolu_1","name":"web_search","input":{}}}\n\n',
    'event: content_block_delta\ndata: {"type":"content_block_delta","index":98,"delta":{"type":"input_json_delta","partial_json":"{}"}}\n\n',
    'event: content_block_stop\ndata: {"type":"content_block_stop","index":98}\n\n',
    'event: content_block_start\ndata: {"type":"content_block_start","index":99,"content_block":{"type":"future_block","text":"x"}}\n\n',
    'event: content_block_delta\ndata: {"type":"content_block_delta","index":99,"delta":{"type":"future_delta","text":"x"}}\n\n',
    'event: content_block_stop\ndata: {"type":"content_block_stop","index":99}\n\n',
  ],
  gemini: [
    ': a comment\r\n\r\n',
    'data: {"candidates":[{"content":{"role":"model","parts":[{"future":{"a":1}},{}]},"index":0,"future":1}],"future":{"a":[1]},"modelVersion":"m-2026","responseId":"g1"}\r\n\r\n',
    'data: {"candidates":[{"index":0}],"modelVersion":"m-2026"}\r\n\r\n',
  ],
  'bedrock-converse': [
    awsEvent('futureEvent', { text: 'x' }),
    awsEvent('contentBlockStart', { contentBlockIndex: 98, start: { future: { a: 1 } } }),
    awsEvent('contentBlockDelta', { contentBlockIndex: 98, delta: { future: { text: 'x' } } }),
    awsEvent('contentBlockStop', { contentBlockIndex: 98 }),
  ],
  cohere: [
    ': a comment\n\n',
    'event: debug\ndata: {"type":"debug","prompt":"x"}\n\n',
    'event: future\ndata: {"type":"future","delta":{"message":{"content":{"text":"x"}}}}\n\n',
    'event: content-start\ndata: {"type":"content-start","index":98,"delta":{"message":{"content":{"type":"future"}}}}\n\n',
    'event: content-end\ndata: {"type":"content-end","index":98}\n\n',
  ],
}

/** Dialects in which arguments are objects, and so cannot be broken. */
const takesObjects: ReadonlySet<SpokenDialect> = new Set(['anthropic-messages', 'gemini', 'bedrock-converse'])

let served: Served

function start(files: Readonly<Record<string, string>> = {}, pipelines: Readonly<Record<string, readonly object[]>> = {}): Promise<Served> {
  return Served.start({
    env: speakersEnv,
    files,
    config: { providers: speakers, pipelines, resilience: { retry: { max_retries: 0 }, circuit_breaker: { enabled: false } } },
  })
}

/** Asks a vendor, who answers as scripted, in a caller's dialect. */
function ask(vendor: SpokenDialect, caller: CallerDialect, script: Script, isStream = true) {
  served.upstream.always(script)
  return served.call('POST', routes[caller].path, routes[caller].body(`${vendor}/m`, { isStream }))
}

function script({ contentType }: SpokenStream, chunks: readonly Buffer[], cutAfter?: number): Script {
  return { chunks, headers: { 'content-type': contentType }, ...(cutAfter === undefined ? {} : { cutAfter }) }
}

const withoutIds = ({ calls }: Heard) => calls.map(({ name, arguments: text }) => ({ name, arguments: text }))

describe("a provider's stream, to every caller", () => {
  before(async () => {
    served = await start()
  })
  after(() => served.close())
  beforeEach(() => {
    served.upstream.requests.length = 0
  })

  for (const vendor of upstreamDialects) {
    const whole = spokenStream(vendor, speech)
    for (const caller of callerDialects) {
      describe(`from ${vendor} to ${caller}`, () => {
        it('says what the model said', async () => {
          const { status, body } = await ask(vendor, caller, script(whole, whole.events))
          expect(status, body.toString()).to.equal(200)
          expectWhole(caller, heard(caller, body))
        })

        it('ends in one error event, and in no finish, behind whatever event it breaks off', async () => {
          for (let count = 0; count < whole.events.length; count++) {
            const chunks = whole.events.slice(0, count)
            await expectCut(vendor, caller, whole, count, script(whole, chunks), `an orderly end behind ${count} events`)
            await expectCut(vendor, caller, whole, count, script(whole, chunks, Buffer.concat(chunks).length), `a reset behind ${count} events`)
          }
        })

        it('ends so amid whatever event it breaks off', async () => {
          for (const [count, event] of whole.events.entries()) {
            for (const at of placesIn(event)) {
              const chunks = [...whole.events.slice(0, count), event.subarray(0, at)]
              await expectCut(vendor, caller, whole, count, script(whole, chunks), `an orderly end ${at} bytes into event ${count}`)
              await expectCut(
                vendor,
                caller,
                whole,
                count,
                script(whole, whole.events, Buffer.concat(chunks).length),
                `a reset ${at} bytes into event ${count}`,
              )
            }
          }
        })

        it('is whole however its bytes are cut', async () => {
          const bytes = Buffer.concat(whole.events)
          for (let at = 1; at < bytes.length; at += 97) {
            const { body } = await ask(vendor, caller, { ...script(whole, [bytes]), splitAt: [at, Math.min(at + 1, bytes.length)] })
            expectWhole(caller, heard(caller, body))
          }
        })

        it('is ended by an error that the provider reports, and says that; what follows is not heard', async () => {
          const first = beginsBefore(whole)
          for (const count of [first, Math.floor((first + whole.completeWith) / 2), whole.completeWith - 1]) {
            const chunks = [...whole.events.slice(0, count), errorOf[vendor], ...whole.events.slice(count)]
            const { body } = await ask(vendor, caller, script(whole, chunks))
            const { error, finish } = vendor === caller ? firstError(body) : heard(caller, body)
            expect({ message: error?.message, finish }, String(count)).to.deep.equal({ message: 'the model is busy', finish: undefined })
            if (vendor !== caller || count === whole.completeWith - 1) expect(served.completions.all.at(-1)?.error?.message).to.equal('the model is busy')
          }
        })

        it("is refused with the provider's status if it begins with an error", async () => {
          const { status, body } = await ask(vendor, caller, script(whole, [errorOf[vendor], ...whole.events]))
          expect(status).to.be.oneOf([429, 500, 502, 503, 529])
          expect(body.toString()).to.include('the model is busy').and.not.include('event:')
        })

        it('skips what it does not know', async () => {
          const chunks = whole.events.flatMap((event, index) =>
            index === 0 || index >= whole.completeWith ? [event] : [...unknown[vendor].map(each => Buffer.from(each)), event],
          )
          const { body } = await ask(vendor, caller, script(whole, chunks))
          if (vendor === caller) expect(body.equals(Buffer.concat(chunks))).to.equal(true)
          else expectWhole(caller, heard(caller, body))
        })

        if (vendor !== 'gemini')
          it('lets arguments through that are no JSON', async () => {
            const stream = spokenStream(vendor, {
              calls: [
                { name: 'tide', arguments: ['{"port":"Br', 'est'] },
                { name: 'clock', arguments: ['{}'] },
              ],
            })
            const { body } = await ask(vendor, caller, script(stream, stream.events))
            const { calls, finish, error } = heard(caller, body)
            expect({ calls: calls.map(({ arguments: text }) => text), finish, error }).to.deep.equal({
              calls: ['{"port":"Brest', '{}'],
              finish: finishes.called[caller],
              error: undefined,
            })
          })

        it('calls tools without arguments', async () => {
          const stream = spokenStream(vendor, {
            calls: [
              { name: 'clock', arguments: vendor === 'gemini' ? ['{}'] : [] },
              { name: 'tide', arguments: ['{"a":1}'] },
            ],
          })
          const { body } = await ask(vendor, caller, script(stream, stream.events))
          const { calls, finish } = heard(caller, body)
          expect(calls.map(({ name, arguments: text }) => [name, text === '' ? '{}' : text])).to.deep.equal([
            ['clock', '{}'],
            ['tide', '{"a":1}'],
          ])
          expect(finish).to.equal(finishes.called[caller])
        })

        for (const [what, isCall] of [
          ['text', false],
          ['the arguments of a call', true],
        ] as const) {
          // What is as long for every pair is tried for one caller each.
          if (caller !== (isCall ? 'openai-chat' : 'anthropic-messages')) continue
          it(`does not stall on an event of 10 MB: ${what}`, async () => {
            const text = 'x🌊"\\\n'.repeat(1 << 20)
            const stream = spokenStream(
              vendor,
              isCall ? { calls: [{ name: 'tide', arguments: [JSON.stringify({ text })] }] } : { pieces: ['first ', text, ' last'] },
            )
            const bytes = Buffer.concat(stream.events)
            expect(bytes.length).to.be.above(10_000_000)
            const { status, body } = await ask(vendor, caller, script(stream, piecesOf(bytes, 65_536)))
            expect(status).to.equal(200)
            const { text: read, calls, finish, error } = heard(caller, body)
            expect({ finish, error }).to.deep.equal({ finish: finishes[isCall ? 'called' : 'stopped'][caller], error: undefined })
            expect(isCall ? (JSON.parse(calls[0]?.arguments ?? '') as { text: string }).text === text : read === `first ${text} last`).to.equal(true)
          })
        }

        it('is given up when the caller leaves', async () => {
          const gate = new Gate()
          const at = Math.floor(whole.completeWith / 2)
          served.upstream.always({ ...script(whole, whole.events), trickle: true, gates: { beforeChunk: { [at]: gate } } })
          const leaving = new AbortController()
          const { path, body } = routes[caller]
          const open = await served.open('POST', path, body(`${vendor}/m`, { isStream: true }), {}, leaving.signal)
          open.body.on('error', () => {})
          await gate.reached
          leaving.abort()
          await served.upstream.requests[0]?.aborted
          gate.open()
        })

        it('is given up when the caller leaves before it begins', async () => {
          served.upstream.always({ silent: true })
          const leaving = new AbortController()
          const { path, body } = routes[caller]
          const open = served.open('POST', path, body(`${vendor}/m`, { isStream: true }), {}, leaving.signal).catch(() => 'left')
          const request = await served.upstream.received()
          leaving.abort()
          expect(await open).to.equal('left')
          await request.aborted
        })

        it('keeps long integers of tool schemas', async () => {
          await ask(vendor, caller, script(whole, whole.events))
          expect(served.upstream.requests[0]?.body.toString())
            .to.include('12345678901234567890')
            .and.match(/98765432109876543210/)
        })

        it('has a history with arguments that are long integers, and with such that are no JSON', async () => {
          const { path, body } = routes[caller]
          served.upstream.always(script(whole, whole.events))
          await served.call('POST', path, body(`${vendor}/m`, { isStream: true, history: '{"id":12345678901234567890,"__proto__":{"y":2}}' }))
          expect(served.upstream.requests[0]?.body.toString().replaceAll('\\"', '"')).to.include('"id":12345678901234567890').and.include('"__proto__":{"y":2}')
          if (caller === 'anthropic-messages') return
          const answer = await served.call('POST', path, body(`${vendor}/m`, { isStream: true, history: '{"id":' }))
          expect(served.upstream.requests[1]?.body.toString().includes('"_invalid_json":"{\\"id\\":"')).to.equal(takesObjects.has(vendor))
          expect(answer.headers['x-tapline-dropped']).to.equal(takesObjects.has(vendor) ? 'tool_calls.arguments' : undefined)
        })
      })
    }
  }

  for (const isCut of [false, true]) {
    it(`ends in one error event when a call goes on that was whole and closed, ${isCut ? 'and the stream is cut' : 'however the stream goes on'}; the provider is given up`, async () => {
      const chunk = (...calls: readonly object[]) =>
        Buffer.from(
          `data: ${JSON.stringify({ id: 'c1', object: 'chat.completion.chunk', created: 1, model: 'm', choices: [{ index: 0, delta: { tool_calls: calls }, finish_reason: null }] })}\n\n`,
        )
      const chunks = [
        chunk({ index: 0, id: 'a', type: 'function', function: { name: 'tide', arguments: '{"a":1}' } }),
        chunk({ index: 1, id: 'b', type: 'function', function: { name: 'clock', arguments: '{' } }),
        chunk({ index: 0, function: { arguments: '{"b":2}' } }),
        ...(isCut ? [] : spokenStream('openai-chat', speech).events),
      ]
      const { body } = await ask('openai-chat', 'anthropic-messages', script(spokenStream('openai-chat', speech), chunks))
      const { error, finish, calls } = heard('anthropic-messages', body)
      expect({ code: error?.code, finish, names: calls.map(({ name }) => name) }).to.deep.equal({
        code: 'bad_upstream_response',
        finish: undefined,
        names: ['tide', 'clock'],
      })
      expect(served.gateway.log.findLast(({ msg }) => msg === 'request')).to.include({ error: 'bad_upstream_response', status: 200 })
    })
  }

  for (const vendor of upstreamDialects) {
    for (const caller of callerDialects) {
      describe(`a plain reply from ${vendor} to ${caller}`, () => {
        const plain = (body: string) => ask(vendor, caller, { body, headers: { 'content-type': 'application/json' } }, false)

        it('says what the model said, integers to the last digit', async () => {
          const { status, body } = await plain(spokenReply(vendor, speech))
          expect(status, body.toString()).to.equal(200)
          const { calls, ...rest } = read[caller](body.toString())
          expect({ ...rest, calls: calls.map(({ name, json }) => ({ name, arguments: json })) }).to.deep.equal(said)
        })

        it('has what it does not know left out', async () => {
          const { status, body } = await plain(withUnknown(vendor, spokenReply(vendor, speech)))
          expect(status, body.toString()).to.equal(200)
          expect(body.toString()).to.include(speech.calls[0]?.name).and.include(said.text)
          if (vendor !== caller) expect(body.toString()).to.not.include('future_block')
        })

        for (const [what, cut] of [
          ['an orderly end', { cut: 'end' }],
          ['a reset', { cut: 'reset' }],
        ] as const) {
          it(`fails as a call if it breaks off: ${what}`, async () => {
            const body = spokenReply(vendor, speech)
            for (const cutAfter of [0, 1, body.length >> 1, Buffer.byteLength(body) - 1]) {
              const answer = await ask(vendor, caller, { body, cutAfter, ...cut, headers: { 'content-type': 'application/json' } }, false)
              expect(answer.status).to.equal(502)
              expect(JSON.parse(answer.body.toString())).to.have.nested.property('error.message')
            }
          })
        }

        it('fails as a call if it is not whole, or not what was asked for', async () => {
          const body = spokenReply(vendor, speech)
          for (const wrong of [body.slice(0, -1), body.slice(0, body.length >> 1), '', 'null', '[]', '"x"', '{}', '<html>'])
            expect((await plain(wrong)).status, wrong).to.equal(502)
        })

        it('is given up when the caller leaves', async () => {
          const gate = new Gate()
          served.upstream.always({
            chunks: [spokenReply(vendor, speech).slice(0, 40), 'x'],
            headers: { 'content-type': 'application/json' },
            gates: { beforeChunk: { 1: gate } },
          })
          const leaving = new AbortController()
          const { path, body } = routes[caller]
          const open = served.open('POST', path, body(`${vendor}/m`, { isStream: false }), {}, leaving.signal).catch(() => 'left')
          await gate.reached
          leaving.abort()
          expect(await open).to.equal('left')
          await served.upstream.requests[0]?.aborted
          gate.open()
        })

        if (takesObjects.has(vendor)) return
        it('has arguments that are no JSON as the dialect can have them', async () => {
          const { length } = served.gateway.log
          const { status, body } = await plain(
            spokenReply(vendor, {
              calls: [
                { name: 'tide', arguments: ['{"port":"Br'] },
                { name: 'clock', arguments: [''] },
              ],
            }),
          )
          expect(status, body.toString()).to.equal(200)
          const { calls } = read[caller](body.toString())
          const warnings = served.gateway.log.slice(length).filter(({ level, field }) => level === 40 && field === 'tool_calls.arguments')
          expect(calls[0]?.json).to.equal(caller === 'anthropic-messages' ? '{}' : '{"port":"Br')
          expect(calls[1]?.json || '{}').to.equal('{}')
          expect(warnings).to.have.length(caller === 'anthropic-messages' ? 1 : 0)
        })
      })
    }
  }

  /** The whole speech, once, with its usage. */
  function expectWhole(caller: CallerDialect, all: Heard): void {
    const { thoughts, text, finish, error, usage } = all
    expect({ thoughts, text, calls: withoutIds(all), finish, error }).to.deep.equal({ ...said, finish: finishes.called[caller], error: undefined })
    expect(usage).to.include(caller === 'openai-chat' ? { prompt_tokens: 20, completion_tokens: 10 } : { output_tokens: 10 })
  }

  /** @param count of events that came whole */
  async function expectCut(vendor: SpokenDialect, caller: CallerDialect, whole: SpokenStream, count: number, cut: Script, how: string): Promise<void> {
    const { status, body } = await ask(vendor, caller, cut)
    try {
      if (status !== 200 && count < beginsBefore(whole)) return expectNothing(status, body)
      expect(status).to.equal(200)
      const all = heard(caller, body)
      if (count >= whole.completeWith) {
        expect({ finish: all.finish, error: all.error }).to.deep.equal({ finish: finishes.called[caller], error: undefined })
        return
      }
      expect({ code: all.error?.code, finish: all.finish }).to.deep.equal({ code: 'stream_incomplete', finish: undefined })
      expectBeginning(all)
    } catch (cause) {
      throw new Error(`${how}: ${(cause as Error).message}\n${body.toString().slice(-3000)}`, { cause })
    }
  }

  /** Nothing was said yet: the call can still fail as a call. */
  function expectNothing(status: number, body: Buffer): void {
    expect(status).to.equal(502)
    expect(JSON.parse(body.toString())).to.have.nested.property('error.message')
  }
})

interface Read {
  readonly thoughts: string | undefined
  readonly text: string | undefined
  readonly calls: readonly { readonly name: string; readonly json: string }[]
}

/** What a plain reply says. Arguments to the last digit, as text. */
const read: Readonly<Record<CallerDialect, (body: string) => Read>> = {
  'openai-chat': body => {
    const {
      choices: [choice],
    } = JSON.parse(body) as {
      choices: { message: { content: string; reasoning_content?: string; tool_calls?: { function: { name: string; arguments: string } }[] } }[]
    }
    return {
      thoughts: choice?.message.reasoning_content,
      text: choice?.message.content,
      calls: (choice?.message.tool_calls ?? []).map(({ function: { name, arguments: json } }) => ({ name, json })),
    }
  },
  'openai-responses': body => {
    const { output } = JSON.parse(body) as {
      output: { type: string; name: string; arguments: string; content?: { text: string }[]; summary?: { text: string }[] }[]
    }
    const calls = output.filter(({ type }) => type === 'function_call').map(({ name, arguments: json }) => ({ name, json }))
    return {
      thoughts: output.find(({ type }) => type === 'reasoning')?.summary?.[0]?.text,
      text: output.find(({ type }) => type === 'message')?.content?.[0]?.text,
      calls,
    }
  },
  'anthropic-messages': body => {
    const { content } = parseJson(body) as unknown as { content: { type: string; text: string; thinking: string; name: string; input: object }[] }
    const calls = content.filter(({ type }) => type === 'tool_use').map(({ name, input }) => ({ name, json: JSON.stringify(input) }))
    return { thoughts: content.find(({ type }) => type === 'thinking')?.thinking, text: content.find(({ type }) => type === 'text')?.text, calls }
  },
}

/** A block and members that may come some day. */
function withUnknown(vendor: SpokenDialect, reply: string): string {
  const block = {
    'openai-chat': ['"message":{', '"message":{"future_block":{"a":1},'],
    'openai-responses': ['"output":[', '"output":[{"id":"f_1","type":"future_block","text":"x"},'],
    'anthropic-messages': ['"content":[', '"content":[{"type":"future_block","text":"x"},'],
    gemini: ['"parts":[', '"parts":[{"future_block":{"text":"x"}},'],
    'bedrock-converse': ['"content":[', '"content":[{"future_block":{"text":"x"}},'],
    cohere: ['"content":[', '"content":[{"type":"future_block","text":"x"},'],
  }[vendor]
  return reply.replace(block[0] ?? '', block[1] ?? '').replace('{', '{"future":[{"a":null}],')
}

/** With a space, so that no id that is made at random holds it. */
const word = 'look –'

describe("a provider's stream under policy, to every caller", () => {
  for (const [what, guardrail, isHeld] of [
    ['reads along', redact, false],
    ['must see it whole', judge, true],
  ] as const) {
    const options = isHeld ? { word, instead: '[redacted]' } : { word }
    describe(`that ${what}`, () => {
      before(async () => {
        served = await start({ 'guardrail.ts': guardrail }, { inference: [{ insert: { use: './guardrail.ts', options }, before: 'retry' }] })
      })
      after(() => served.close())

      for (const vendor of upstreamDialects) {
        const whole = spokenStream(vendor, speech)
        for (const caller of callerDialects) {
          it(`is whole, or ends in one error, from ${vendor} to ${caller}`, async () => {
            for (let count = 1; count <= whole.events.length; count++) {
              const chunks = whole.events.slice(0, count)
              const { status, body } = await ask(vendor, caller, script(whole, chunks, count % 2 === 0 ? undefined : Buffer.concat(chunks).length))
              if ((isHeld && count < whole.completeWith) || (count < beginsBefore(whole) && status !== 200)) {
                expect(status, String(count)).to.equal(502)
                continue
              }
              const all = heard(caller, body)
              const { thoughts, text, finish, error } = all
              if (count < whole.completeWith)
                expect({ code: error?.code, finish }, String(count)).to.deep.equal({ code: 'stream_incomplete', finish: undefined })
              else
                expect({ thoughts, text, calls: withoutIds(all), finish, error }).to.deep.equal({
                  ...said,
                  text: said.text?.replace(word, '[redacted]'),
                  finish: finishes.called[caller],
                  error: undefined,
                })
            }
          })

          it(`is no finish if the provider reports an error, from ${vendor} to ${caller}`, async () => {
            const half = Math.floor(whole.completeWith / 2)
            const { status, body } = await ask(vendor, caller, script(whole, [...whole.events.slice(0, half), errorOf[vendor], ...whole.events.slice(half)]))
            expect(body.toString()).to.include('the model is busy').and.not.include(word)
            if (isHeld) expect(status).to.be.oneOf([429, 500, 502, 503, 529])
            else if (vendor !== caller) expect(heard(caller, body).finish).to.equal(undefined)
          })
        }
      }
    })
  }
})

function expectBeginning(all: Heard): void {
  expect(said.thoughts?.startsWith(all.thoughts), all.thoughts).to.equal(true)
  expect(said.text?.startsWith(all.text), all.text).to.equal(true)
  for (const [index, { name, arguments: text }] of withoutIds(all).entries()) {
    expect(name).to.equal(said.calls[index]?.name)
    expect(said.calls[index]?.arguments.startsWith(text), text).to.equal(true)
  }
}

/** With so many events something has been said. */
function beginsBefore({ events }: SpokenStream): number {
  return events.findIndex(event => event.includes('Need the')) + 1
}

/** In its beginning, in its middle, and where it lacks its last brace. */
function placesIn(event: Buffer): readonly number[] {
  const last = event.lastIndexOf('}')
  return last < 0 ? [3] : [1, Math.floor(event.length / 2), last]
}

function piecesOf(bytes: Buffer, size: number): readonly Buffer[] {
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) => bytes.subarray(index * size, (index + 1) * size))
}

/** Of a stream that goes by as the provider sends it: the error in it. */
function firstError(body: Buffer): Pick<Heard, 'error' | 'finish'> {
  const events = body
    .toString()
    .split('\n\n')
    .filter(event => event.includes('the model is busy'))
  return { error: events.length === 1 ? { code: null, message: 'the model is busy' } : undefined, finish: undefined }
}
