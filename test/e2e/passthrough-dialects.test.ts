/** Passed-through calls in every dialect that callers speak: read for policy and usage, and otherwise left as they are. */

import { expect } from 'chai'
import { errorBody, sse } from '../../core/testing/chat-samples.ts'
import type { ReceivedRequest } from '../../core/testing/received-request.ts'
import { heard, type CallerDialect } from '../support/caller-streams.ts'
import { expectError } from '../support/answer.ts'
import { judge, redact, refuse } from '../support/guardrails.ts'
import { speakers, spokenStream } from '../support/model-streams.ts'
import { Served, type ServeOptions } from '../support/serve.ts'

interface Call {
  readonly name: string
  readonly dialect: CallerDialect
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
}

const version = { 'anthropic-version': '2023-06-01' }
const calls: readonly Call[] = [
  { name: 'a chat', dialect: 'openai-chat', path: '/p/openai/chat/completions' },
  { name: 'a chat, by the v1/ alias', dialect: 'openai-chat', path: '/p/openai/v1/chat/completions?x=1' },
  { name: 'a chat below something', dialect: 'openai-chat', path: '/p/openai/openai/deployments/m/chat/completions?api-version=1' },
  { name: 'a chat with slashes too many', dialect: 'openai-chat', path: '/p/openai/chat//completions/' },
  { name: 'a response', dialect: 'openai-responses', path: '/p/openai/responses' },
  { name: 'a response, by the v1/ alias', dialect: 'openai-responses', path: '/p/openai/v1/responses' },
  { name: 'a message', dialect: 'anthropic-messages', path: '/p/anthropic/v1/messages?beta=true', headers: version },
  { name: 'a message without its version', dialect: 'anthropic-messages', path: '/p/anthropic/messages' },
  { name: 'a chat with a vendor of another dialect', dialect: 'openai-chat', path: '/p/anthropic/v1/chat/completions' },
  { name: 'a message with a vendor of another dialect', dialect: 'anthropic-messages', path: '/p/openai/anthropic/v1/messages', headers: version },
]

/** Bodies with numbers, spaces and members that nobody would write just so. */
const bodies: Readonly<Record<CallerDialect, string>> = {
  'openai-chat': '{ "model":"m", "stream":STREAM ,"n":1.0,"x":12345678901234567890,"messages":[{"role":"user","content":"a secret"}]}',
  'openai-responses':
    '{ "model":"m", "stream":STREAM ,"n":1.0,"x":12345678901234567890,"input":[{"role":"user","content":[{"type":"input_text","text":"a secret"}]}]}',
  'anthropic-messages': '{ "model":"m", "stream":STREAM ,"max_tokens":10,"n":1.0,"x":12345678901234567890,"messages":[{"role":"user","content":"a secret"}]}',
}

const replies: Readonly<Record<CallerDialect, string>> = {
  'openai-chat':
    '{ "id":"c1","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"the secret"},"finish_reason":"stop"}],"n":1.0,"usage":{"prompt_tokens":20,"completion_tokens":10,"total_tokens":30}}',
  'openai-responses':
    '{ "id":"resp_1","object":"response","status":"completed","model":"m","n":1.0,"output":[{"id":"msg_1","type":"message","status":"completed","role":"assistant","content":[{"type":"output_text","text":"the secret","annotations":[]}]}],"usage":{"input_tokens":20,"output_tokens":10,"total_tokens":30}}',
  'anthropic-messages':
    '{ "id":"msg_1","type":"message","role":"assistant","model":"m","n":1.0,"content":[{"type":"text","text":"the secret"}],"stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":20,"output_tokens":10}}',
}

const bodyOf = ({ dialect }: Call, isStream: boolean) => bodies[dialect].replace('STREAM', String(isStream))
const streamOf = ({ dialect }: Call) => ({
  chunks: spokenStream(dialect, { pieces: ['the sec', 'ret is', ' out'] }).events,
  headers: { 'content-type': 'text/event-stream; charset=utf-8', 'x-own': 'a' },
})
const replyOf = ({ dialect }: Call) => ({ body: replies[dialect], headers: { 'content-type': 'application/json', 'x-own': 'a' } })

function started(guardrail?: string, options: ServeOptions = {}): Promise<Served> {
  const steps =
    guardrail === undefined
      ? {}
      : {
          files: { 'guardrail.ts': guardrail },
          pipelines: { inference: [{ insert: { use: './guardrail.ts', options: { word: 'secret' } }, before: 'retry' }] },
        }
  const { files, ...pipelines } = steps as { files?: Readonly<Record<string, string>> }
  return Served.start({
    ...options,
    ...(files === undefined ? {} : { files }),
    config: { providers: { anthropic: speakers['anthropic-messages'] }, ...pipelines },
  })
}

describe('passthrough of calls that are read', () => {
  let served: Served
  before(async () => {
    served = await started()
  })
  after(() => served.close())
  beforeEach(() => {
    served.upstream.requests.length = 0
    served.completions.all.length = 0
  })

  for (const call of calls) {
    describe(call.name, () => {
      for (const isStream of [false, true]) {
        it(`goes there and back byte by byte, ${isStream ? 'streamed' : 'plain'}, and is counted`, async () => {
          served.upstream.always(isStream ? streamOf(call) : replyOf(call))
          const answer = await served.call('POST', call.path, bodyOf(call, isStream), call.headers)
          expect(served.upstream.requests[0]?.body.toString()).to.equal(bodyOf(call, isStream))
          expect(answer.body.toString()).to.equal(isStream ? streamOf(call).chunks.join('') : replies[call.dialect])
          expect(answer.headers).to.include({ 'x-own': 'a', 'content-type': isStream ? 'text/event-stream; charset=utf-8' : 'application/json' })
          const { id } = await served.completions.ended()
          const line = served.gateway.log.findLast(({ msg, request_id: request }) => msg === 'request' && request === id)
          expect(line).to.include({
            model: 'm',
            target_model: 'm',
            provider: call.path.split('/')[2],
            status: 200,
            stream: isStream,
            input_tokens: 20,
            output_tokens: 10,
          })
        })
      }

      for (const [what, script] of [
        ['a stream that ends before its answer does', { chunks: [streamOf(call).chunks.slice(0, 4).join('')] }],
        ['a stream that ends amid an event', { chunks: [streamOf(call).chunks.join('').slice(0, -30)] }],
        ['a stream of comments', { chunks: [': a\n\n: b\n\n'] }],
        ['a stream of nothing', { chunks: [] }],
        [
          'a stream that begins with an error',
          { chunks: [`event: error\n${sse({ type: 'error', error: { type: 'overloaded_error', message: 'busy' } })}`, sse({ error: { message: 'busy' } })] },
        ],
        ['a stream that is none of the dialect', { chunks: ['data: hello\n\ndata: {"a":1}\n\n'] }],
        ['JSON where a stream was asked for', { body: replies[call.dialect] }],
      ] as const) {
        it(`comes back as it is: ${what}`, async () => {
          served.upstream.always(script)
          const answer = await served.call('POST', call.path, bodyOf(call, true), call.headers)
          expect(answer.status).to.equal(200)
          expect(answer.body.toString()).to.equal('chunks' in script ? script.chunks.join('') : script.body)
          expect(served.upstream.requests).to.have.length(1)
        })
      }

      it('comes back as it is: a stream where none was asked for', async () => {
        served.upstream.always(streamOf(call))
        const answer = await served.call('POST', call.path, bodyOf(call, false), call.headers)
        expect(answer.body.toString()).to.equal(streamOf(call).chunks.join(''))
      })

      it('comes back as it is: a refusal', async () => {
        served.upstream.always({ status: 429, body: errorBody('slow down') })
        const answer = await served.call('POST', call.path, bodyOf(call, true), call.headers)
        expect([answer.status, answer.body.toString()]).to.deep.equal([429, JSON.stringify(errorBody('slow down'))])
      })

      it('ends in one error event of its dialect when the connection breaks', async () => {
        const { chunks } = streamOf(call)
        served.upstream.always({ chunks, cutAfter: Buffer.concat(chunks.slice(0, 3)).length + 10 })
        const answer = await served.call('POST', call.path, bodyOf(call, true), call.headers)
        const { error, finish } = heard(call.dialect, answer.body)
        expect({ code: error?.code, finish }).to.deep.equal({ code: 'stream_incomplete', finish: undefined })
        expect(answer.body.subarray(0, Buffer.concat(chunks.slice(0, 3)).length).equals(Buffer.concat(chunks.slice(0, 3)))).to.equal(true)
      })
    })
  }

  for (const [name, method, path, body] of [
    ['an operation that nobody reads', 'POST', '/p/openai/files', '{"model":"m","messages":[{"role":"user","content":"hi"}]}'],
    ['a path that only begins like one', 'POST', '/p/openai/messages/batches', '{"requests":[]}'],
    ['a message of another kind', 'POST', '/p/openai/threads/t1/messages', '{"role":"user","content":"hi"}'],
    ['the results of an answer', 'POST', '/p/openai/responses/resp_1/cancel', '{}'],
  ] as const) {
    it(`leaves ${name} alone`, async () => {
      served.upstream.always(streamOf({ name, dialect: 'openai-chat', path }))
      const answer = await served.call(method, path, body)
      expect(served.upstream.requests[0]?.body.toString()).to.equal(body)
      expect(answer.body.toString()).to.equal(streamOf({ name, dialect: 'openai-chat', path }).chunks.join(''))
      const { model, readable } = await served.completions.ended()
      expect({ model, readable }).to.deep.equal({ model: (JSON.parse(body) as { model?: string }).model ?? '', readable: false })
    })
  }
})

describe('passthrough under policy', () => {
  for (const call of calls) {
    describe(`of ${call.name}`, () => {
      const sent = ({ upstream }: Served) => (upstream.requests[0] as ReceivedRequest).body.toString()
      const ask = (served: Served, isStream: boolean) => served.call('POST', call.path, bodyOf(call, isStream), call.headers)

      it('is redacted there and back, and nothing else changes', async () => {
        await using served = await started(redact)
        served.upstream.always(replyOf(call))
        const plain = await ask(served, false)
        expect(sent(served)).to.equal(bodyOf(call, false).replace('secret', '[redacted]'))
        expect(plain.body.toString()).to.equal(replies[call.dialect].replace('secret', '[redacted]'))
        expect(plain.headers).to.include({ 'x-own': 'a', 'content-length': String(plain.body.length) })
      })

      it('is redacted as it flows', async () => {
        await using served = await started(redact)
        served.upstream.always({
          ...streamOf(call),
          headers: { ...streamOf(call).headers, 'content-length': String(Buffer.concat(streamOf(call).chunks).length) },
        })
        const answer = await ask(served, true)
        expect(sent(served)).to.equal(bodyOf(call, true).replace('secret', '[redacted]'))
        expect(heard(call.dialect, answer.body)).to.include({ text: 'the [redacted] is out', error: undefined })
        expect(answer.body.toString()).to.not.include('secret')
        expect(answer.headers['x-own']).to.equal('a')
      })

      it('is refused for its prompt, in the envelope of the caller', async () => {
        await using served = await started(refuse)
        const answer = await ask(served, true)
        expect(served.upstream.requests).to.have.length(0)
        if (call.headers === undefined) expectError(answer, { code: 'word_found', status: 400, type: 'invalid_request_error' })
        else expect(JSON.parse(answer.body.toString())).to.nested.include({ type: 'error', 'error.details.error_code': 'word_found' })
      })

      it('is ended for what it says', async () => {
        await using served = await started(refuse.replace(/prompt: .*/, ''))
        served.upstream.always(replyOf(call))
        expect((await ask(served, false)).status).to.equal(502)
        const { events } = spokenStream(call.dialect, { pieces: ['harmless words, ', 'and more of them; ', 'then the sec', 'ret is', ' out'] })
        const answer = await served.begun(call.path, bodyOf(call, true), events, 1, { headers: call.headers })
        expect(answer.body.toString()).to.not.include('sec')
        expect(heard(call.dialect, answer.body)).to.include({
          error: undefined,
          finish: { 'openai-chat': 'content_filter', 'openai-responses': 'incomplete', 'anthropic-messages': 'refusal' }[call.dialect],
        })
      })

      it('is held until it was seen whole', async () => {
        await using served = await started(judge.replace('instead } })', 'instead = "nothing" } })'))
        served.upstream.always(streamOf(call))
        const answer = await ask(served, true)
        expect(heard(call.dialect, answer.body)).to.include({ text: 'the nothing is out', error: undefined })
      })
    })
  }

  for (const [name, path, body] of [
    ['an operation that nobody reads', '/p/openai/completions', '{"model":"m","prompt":"a secret"}'],
    ['a message of another kind', '/p/openai/threads/t1/messages', '{"role":"user","content":"a secret"}'],
    ['a message that lacks what a message has', '/p/anthropic/v1/messages', '{"model":"m","messages":[{"role":"user","content":"a secret"}]}'],
    ['a response without a model', '/p/openai/responses', '{"input":"a secret"}'],
    ["Gemini's dialect", '/p/openai/models/m:generateContent', '{"contents":[{"parts":[{"text":"a secret"}]}]}'],
  ] as const) {
    it(`refuses ${name}`, async () => {
      await using served = await started(redact)
      expectError(await served.call('POST', path, body), { code: 'passthrough_guardrails_unsupported', status: 403 })
      expect(served.upstream.requests).to.have.length(0)
    })
  }

  it("refuses in Anthropic's envelope whom it knows by the version, whatever the path", async () => {
    await using served = await started(refuse)
    const answer = await served.call('POST', '/p/openai/chat/completions', bodies['openai-chat'].replace('STREAM', 'false'), version)
    expect(JSON.parse(answer.body.toString())).to.nested.include({ type: 'error', 'error.details.error_code': 'word_found' })
  })

  it('reads the text of embeddings, and a count of tokens', async () => {
    await using served = await started(redact)
    served.upstream.always({ body: '{"data":[]}' })
    await served.call('POST', '/p/openai/v1/embeddings', '{"model":"m","input":"a secret"}')
    await served.call('POST', '/p/anthropic/v1/messages/count_tokens', '{"model":"m","messages":[{"role":"user","content":"a secret"}]}', version)
    expect(served.upstream.requests.map(({ body }) => body.toString().includes('a [redacted]'))).to.deep.equal([true, true])
  })
})
