/** A call whose provider speaks another dialect than the client: what the kernel does around the dialects. */

import { expect } from 'chai'
import { chatCompletion } from '../../core/testing/chat-samples.ts'
import { Gate } from '../../core/testing/gate.ts'
import { translate } from '../../core/testing/translate.ts'
import { expectError, type Answer } from '../support/answer.ts'
import { redact, refuse } from '../support/guardrails.ts'
import { Tapline, type Finished } from '../support/run-tapline.ts'
import { hello, helloStream, Served } from '../support/serve.ts'
import { streamTexts } from '../support/stream-texts.ts'

/** A vendor that speaks Gemini's dialect, as a package outside would say it. */
const vendor = `
import { defineProvider } from 'tapline'
export default defineProvider({
  name: 'geminiish', needs: ['base_url'], auth: { header: 'x-goog-api-key' },
  dialects: ['gemini'],
  operations: { generate: 'POST /models/{model}:generateContent', generate_stream: 'POST /models/{model}:streamGenerateContent?alt=sse' },
})
`
const model = 'vendor/models odd'

const says = (text: string, more: object = {}) => ({ candidates: [{ content: { role: 'model', parts: [{ text }] }, ...more }] })
const finished = { finishReason: 'STOP' }
const usageMetadata = { promptTokenCount: 12, candidatesTokenCount: 5, thoughtsTokenCount: 2, totalTokenCount: 19 }
const whole = { ...says('Hello there', finished), usageMetadata, responseId: 'g1', modelVersion: 'm-1' }
const events = (...data: readonly object[]) => data.map(each => `data: ${JSON.stringify(each)}\n\n`)
const streamed = events(says('Hel'), says('lo '), { ...says('there', finished), usageMetadata })

function started(config: Readonly<Record<string, unknown>> = {}, files: Readonly<Record<string, string>> = {}, vendorSettings: object = {}): Promise<Served> {
  const settings = { type: './vendor.ts', base_url: '${OPENAI_BASE_URL}', api_key: 'sk-vendor', ...vendorSettings }
  return Served.start({ files: { 'vendor.ts': vendor, ...files }, config: { ...config, providers: { vendor: settings } } })
}

const chat = { ...hello, model }
const sentBody = (served: Served, index = 0) => JSON.parse(served.upstream.requests[index]?.body.toString() ?? 'null') as Record<string, unknown>
const bodyOf = (answer: Answer) =>
  JSON.parse(answer.body.toString()) as { choices: { message: { content: string }; finish_reason: string }[]; usage: Record<string, unknown>; provider: string }

describe('a translated call', () => {
  let served: Served
  before(async () => {
    served = await started()
  })
  after(() => served.close())
  beforeEach(() => {
    served.upstream.requests.length = 0
  })

  it("goes to the endpoint of the provider's dialect, with the model in its place, and with the provider's key only", async () => {
    served.upstream.always({ body: whole })
    const answer = await served.chat(chat)
    expect(answer.status, answer.body.toString()).to.equal(200)
    const [request] = served.upstream.requests
    expect(request?.path).to.equal('/v1/models/models%20odd:generateContent')
    expect(request?.headers).to.include({ 'x-goog-api-key': 'sk-vendor', 'content-type': 'application/json' }).and.not.have.property('authorization')
    expect(sentBody(served)['contents']).to.deep.equal([{ role: 'user', parts: [{ text: 'hello' }] }])
  })

  it("comes back in the client's dialect, with usage, and names the provider", async () => {
    served.upstream.always({ body: whole })
    const answer = await served.chat(chat)
    const { choices, usage } = bodyOf(answer)
    expect(choices.map(({ message, finish_reason: reason }) => [message.content, reason])).to.deep.equal([['Hello there', 'stop']])
    expect(usage).to.deep.include({ prompt_tokens: 12, completion_tokens: 7, total_tokens: 19 })
    expect(answer.headers).to.include({ 'content-type': 'application/json', 'x-tapline-provider': 'vendor' })
  })

  it('is stopped at a sequence that the provider does not stop at, with an estimate of what it cost', async () => {
    served.upstream.always({ chunks: streamed })
    const { body } = await served.chat({ ...helloStream, model, stop: ['1', '2', '3', '4', '5', 'there'], stream_options: { include_usage: true } })
    expect(streamTexts(body)).to.deep.include({ texts: { '0/content': 'Hello ' }, finishReasons: ['stop'], errors: [], dones: 1 })
    expect(body.toString()).to.match(/"usage":\{"prompt_tokens":[1-9]\d*,"completion_tokens":[1-9]/)
  })

  it('begins a stream of messages with an estimate of the prompt', async () => {
    served.upstream.always({ chunks: streamed })
    const content = 'x'.repeat(400)
    const answer = await served.call('POST', '/v1/messages', { model, max_tokens: 5, stream: true, messages: [{ role: 'user', content }] })
    const { message } = JSON.parse(/^data: (.*message_start.*)$/m.exec(answer.body.toString())?.[1] ?? '') as { message: { usage: object } }
    expect(message.usage).to.include({ input_tokens: 104, output_tokens: 0 })
  })

  for (const asks of [false, true]) {
    it(`is a stream in the client's dialect, ${asks ? 'with' : 'without'} the usage that the client ${asks ? 'asked' : 'did not ask'} for; the log has it`, async () => {
      served.upstream.always({ chunks: streamed })
      const answer = await served.chat({ ...helloStream, model, ...(asks ? { stream_options: { include_usage: true } } : {}) })
      expect(answer.headers['content-type']).to.match(/^text\/event-stream/)
      const { texts, finishReasons, dones, errors } = streamTexts(answer.body)
      expect({ texts, finishReasons, dones, errors }).to.deep.equal({ texts: { '0/content': 'Hello there' }, finishReasons: ['stop'], dones: 1, errors: [] })
      expect(answer.body.toString().includes('"prompt_tokens":12')).to.equal(asks)
      const line = served.gateway.log.findLast(({ msg }) => msg === 'request')
      expect(line).to.include({ provider: 'vendor', target_model: 'models odd', input_tokens: 12, output_tokens: 7, stream: true })
    })
  }

  it('is read however its bytes are cut', async () => {
    const text = streamed.join('')
    for (let at = 1; at < text.length; at += 7) {
      served.upstream.always({ chunks: [text], splitAt: [at] })
      const answer = await served.chat({ ...helloStream, model })
      expect(streamTexts(answer.body).texts, String(at)).to.deep.equal({ '0/content': 'Hello there' })
    }
  })

  it('says what it dropped: in a header, sorted, and in the log', async () => {
    served.upstream.always({ body: whole })
    const answer = await served.chat({ ...chat, logit_bias: { 1: 2 }, store: true, user: 'u' })
    expect(answer.headers['x-tapline-dropped']).to.equal('logit_bias,store')
    const { losses } = served.gateway.log.findLast(({ msg }) => msg === 'not everything could be carried to the provider') as {
      losses: { field: string; isSilent: boolean }[]
    }
    expect(
      losses
        .filter(({ isSilent }) => !isSilent)
        .map(({ field }) => field)
        .sort(),
    ).to.deep.equal(['logit_bias', 'store'])
    expect(losses.some(({ field, isSilent }) => field === 'user' && isSilent)).to.equal(true)
  })

  it('has no such header when nothing was dropped', async () => {
    served.upstream.always({ body: whole })
    expect((await served.chat(chat)).headers).to.not.have.property('x-tapline-dropped')
  })

  it('is refused, and not sent, for what can neither be carried nor dropped', async () => {
    const image = { type: 'image_url', image_url: { url: 'https://example.com/a.png' } }
    const answer = await served.chat({ ...chat, messages: [{ role: 'user', content: [{ type: 'text', text: 'What is it?' }, image] }] })
    expectError(answer, { code: 'unsupported_parameter', status: 400, param: 'messages[0].content[1].image_url.url' })
    expect(served.upstream.requests).to.have.length(0)
  })

  it("has the provider's error in the client's envelope", async () => {
    served.upstream.always({ status: 400, body: { error: { code: 400, status: 'INVALID_ARGUMENT', message: 'Bad thing' } } })
    const answer = await served.chat(chat)
    expect(answer.status).to.equal(400)
    expect(answer.body.toString()).to.include('Bad thing')
  })

  for (const [name, script, message] of [
    ['is empty', { body: '' }, /empty response/],
    ['is no JSON', { body: 'oops' }, /empty response/],
    ['is HTML', { body: '<html>', headers: { 'content-type': 'text/html' } }, /empty response/],
    ['is a stream without events', { chunks: [': hi\n\n'] }, /empty stream/],
    ['breaks off before it begins', { chunks: streamed, cutAfter: 0 }, /./],
  ] as const) {
    it(`is a failure if the answer ${name}`, async () => {
      served.upstream.always(script)
      const answer = await served.chat('chunks' in script ? { ...helloStream, model } : chat)
      expect(answer.status).to.equal(502)
      expect(answer.body.toString()).to.match(message)
    })
  }

  it("is a failure that is not tried again when the stream's first event cannot be read: it has been generated", async () => {
    served.upstream.requests.length = 0
    served.upstream.always({ chunks: ['data: {"oops\n\n'] })
    expectError(await served.chat({ ...helloStream, model }), { code: 'bad_upstream_response' })
    expect(served.upstream.requests).to.have.length(1)
  })

  it("has a real status when the stream's first event is an error", async () => {
    served.upstream.always({ chunks: events({ error: { code: 403, status: 'PERMISSION_DENIED', message: 'not yours' } }) })
    const answer = await served.chat({ ...helloStream, model })
    expect(answer.status).to.equal(403)
    expect(answer.body.toString()).to.include('not yours')
  })

  it('ends in exactly one error event, and in no finish, wherever the stream is cut', async () => {
    const text = streamed.join('')
    const second = text.indexOf('\n\n') + 2
    for (let at = second; at < text.length - 2; at += 5) {
      served.upstream.always({ chunks: [text], cutAfter: at })
      const { errors, finishReasons, dones } = streamTexts((await served.chat({ ...helloStream, model })).body)
      expect({ codes: errors.map(({ code }) => code), finishReasons, dones }, String(at)).to.deep.equal({
        codes: ['stream_incomplete'],
        finishReasons: [],
        dones: 0,
      })
    }
  })

  it('ends in one error event when an error comes amid the stream', async () => {
    served.upstream.always({
      chunks: [...events(says('Hel')), ...events({ error: { code: 500, status: 'INTERNAL', message: 'gave up' } }), ...events(says('late'))],
    })
    const { errors, finishReasons, texts } = streamTexts((await served.chat({ ...helloStream, model })).body)
    expect({ messages: errors.map(({ message }) => message), finishReasons, texts }).to.deep.equal({
      messages: ['gave up'],
      finishReasons: [],
      texts: { '0/content': 'Hel' },
    })
  })

  it('gives the call up when the client leaves', async () => {
    const gate = new Gate()
    served.upstream.always({ chunks: streamed, gates: { beforeChunk: { 1: gate } } })
    const leaving = new AbortController()
    const open = await served.open('POST', '/v1/chat/completions', { ...helloStream, model }, {}, leaving.signal)
    expect(open.status).to.equal(200)
    open.body.on('error', () => {})
    leaving.abort()
    await served.upstream.requests[0]?.aborted
    gate.open()
  })
})

describe('a translated call under policy', () => {
  it('is redacted on its way there and back, plain and streamed', async () => {
    await using served = await started(
      { pipelines: { inference: [{ insert: { use: './guardrail.ts', options: { word: 'secret' } }, before: 'retry' }] } },
      { 'guardrail.ts': redact },
    )
    served.upstream.always({ body: { ...says('the secret', finished), usageMetadata } })
    const plain = await served.chat({ ...chat, messages: [{ role: 'user', content: 'a secret' }] })
    expect(bodyOf(plain).choices[0]?.message.content).to.equal('the [redacted]')
    expect(served.upstream.requests[0]?.body.toString()).to.include('a [redacted]').and.not.include('secret')
    served.upstream.always({ chunks: events(says('the sec'), says('ret is'), { ...says(' out', finished), usageMetadata }) })
    const stream = await served.chat({ ...helloStream, model })
    expect(streamTexts(stream.body)).to.deep.include({ texts: { '0/content': 'the [redacted] is out' }, finishReasons: ['stop'], dones: 1 })
  })

  it('is refused for its answer', async () => {
    await using served = await started(
      { pipelines: { inference: [{ insert: { use: './guardrail.ts', options: { word: 'secret' } }, before: 'retry' }] } },
      { 'guardrail.ts': refuse },
    )
    served.upstream.always({ body: { ...says('the secret', finished), usageMetadata } })
    const answer = await served.chat(chat)
    expect(answer.status).to.equal(502)
    expect(answer.body.toString()).to.not.include('the secret')
  })

  it('is answered from the cache the second time', async () => {
    await using served = await started({ cache: { response: { simple: {} } } })
    served.upstream.always({ body: whole })
    const first = await served.chat(chat)
    const second = await served.chat(chat)
    expect(second.headers['x-cache']).to.match(/^HIT/)
    expect(second.body.toString()).to.equal(first.body.toString())
    expect(served.upstream.requests).to.have.length(1)
  })

  it('takes over when the native provider fails', async () => {
    await using served = await started({ failover: { rules: { 'gpt-test': [model] } } })
    served.upstream.always(request => (request.path.includes('generateContent') ? { body: whole } : { status: 500, body: { error: { message: 'down' } } }))
    const answer = await served.chat(hello)
    expect(answer.status, answer.body.toString()).to.equal(200)
    expect(bodyOf(answer).choices[0]?.message.content).to.equal('Hello there')
    expect(answer.headers['x-tapline-provider']).to.equal('vendor')
  })

  it('that was lossy leaves nothing in the header when another provider answered', async () => {
    await using served = await started({ failover: { rules: { [model]: ['openai/gpt-test'] } } })
    served.upstream.always(request =>
      request.path.includes('generateContent') ? { status: 500, body: { error: { message: 'down' } } } : { body: chatCompletion() },
    )
    const answer = await served.chat({ ...chat, store: true })
    expect(answer.status).to.equal(200)
    expect(answer.headers).to.not.have.property('x-tapline-dropped')
  })
})

describe('the settings of translation', () => {
  const lossy = { ...chat, store: true }

  for (const [name, config, vendorSettings] of [
    ['for all', { translation: { strict: true } }, {}],
    ['for one provider', {}, { translation: { strict: true } }],
    ['for all but one', { translation: { strict: false } }, { translation: { strict: true } }],
  ] as const) {
    it(`refuse what would be dropped: strict ${name}`, async () => {
      await using served = await started(config, {}, vendorSettings)
      expectError(await served.chat(lossy), { code: 'unsupported_parameter', status: 400, param: 'store' })
      expect(served.upstream.requests).to.have.length(0)
    })
  }

  const asked = { model: 'm', max_tokens: 2000, messages: [{ role: 'user', content: 'hi' }] }
  const tools = [{ name: 'tide', input_schema: { type: 'object' } }]
  for (const [from, said, provider, to, param] of [
    ['anthropic-messages', { ...asked, thinking: { type: 'adaptive' } }, 'cohere', 'command-a-03-2025', 'thinking'],
    [
      'anthropic-messages',
      { ...asked, tools, tool_choice: { type: 'auto', disable_parallel_tool_use: true } },
      'gemini',
      'gemini-2.5-flash',
      'tool_choice.disable_parallel_tool_use',
    ],
    ['openai-responses', { model: 'm', input: 'hi', reasoning: { effort: 'low' } }, 'cohere', 'command-a-03-2025', 'reasoning.effort'],
    ['openai-responses', { model: 'm', input: 'hi', max_output_tokens: 500, reasoning: { max_tokens: 2000 } }, 'anthropic', 'claude-sonnet-4-5', 'reasoning'],
    ['openai-chat', { ...asked, reasoning_effort: 'low' }, 'cohere', 'command-a-03-2025', 'reasoning_effort'],
  ] as const) {
    it(`refuse by the caller's own name of it: ${from} with ${param}`, async () => {
      const config = { translation: { strict: true }, providers: { [provider]: { api_key: 'sk-vendor' } } }
      const refused = await translate({ config, to: `${provider}/${to}`, from, request: said }).catch((error: unknown) => error)
      expect(refused).to.include({ status: 400, code: 'unsupported_parameter', param })
      expect(refused).to.have.property('message').that.includes(`${param} cannot be translated`)
    })
  }

  it('keep quiet about it', async () => {
    await using served = await started({ translation: { report_dropped: false } })
    served.upstream.always({ body: whole })
    expect((await served.chat(lossy)).headers).to.not.have.property('x-tapline-dropped')
  })
})

describe('a dry run', () => {
  it('prints what the provider would be sent, and what would be lost, and sends nothing', async () => {
    await using served = await started()
    const { code, stdout, stderr } = await dryRun(served, { ...chat, store: true })
    expect(code, stderr).to.equal(0)
    const [head = '', body = ''] = stdout.split('\n\n')
    expect(head.split('\n')[0]).to.equal(`POST ${served.upstream.url}/models/models%20odd:generateContent`)
    expect(head).to.include('x-goog-api-key: <redacted>').and.not.include('sk-vendor')
    expect(JSON.parse(body)).to.deep.include({ contents: [{ role: 'user', parts: [{ text: 'hello' }] }] })
    expect(stderr).to.match(/^dropped: store \(/m)
    expect(served.upstream.requests).to.have.length(0)
  })
})

describe('members that nobody knows', () => {
  let served: Served
  before(async () => {
    served = await Served.start({
      files: {
        'told.ts': `import { definePlugin } from 'tapline'\nexport default definePlugin({ name: 'told', setup: () => ({ complete: exchange => { exchange.log.info({ fields: exchange.losses.map(({ field }) => field) }, 'lost') } }) })\n`,
      },
      config: { translation: { strict: true }, pipelines: { inference: [{ insert: { use: './told.ts' }, before: 'retry' }] } },
    })
  })
  after(() => served.close())

  it('are named in the refusal where translation is strict', async () => {
    const answer = await served.call('POST', '/v1/messages', {
      model: 'gpt-test',
      max_tokens: 5,
      messages: [{ role: 'user', content: [{ type: 'text', text: 'hi', part_x: 1 }] }],
    })
    expect([
      answer.status,
      answer.body.toString().includes('messages.content.part_x'),
      served.upstream.requests.filter(({ method }) => method === 'POST'),
    ]).to.deep.equal([400, true, []])
  })

  it('of a reply are told in the log, and refuse nothing', async () => {
    const reply = chatCompletion({ content: 'hi' }) as { choices: object[] }
    served.upstream.reply({ body: { ...reply, choices: [{ ...reply.choices[0], x: 1 }], y: 2 } })
    const answer = await served.call('POST', '/v1/messages', { model: 'gpt-test', max_tokens: 5, messages: [{ role: 'user', content: 'hi' }] })
    expect(answer.status, answer.body.toString()).to.equal(200)
    expect(answer.headers).to.not.have.property('x-tapline-dropped')
    expect(JSON.parse(answer.body.toString())).to.include({ y: 2 })
    const { losses } = served.gateway.log.findLast(({ msg }) => msg === 'not everything could be carried to the provider') as { losses: { field: string }[] }
    expect(losses.map(({ field }) => field)).to.include('choices.x')
  })

  it('of a stream are told when it has ended, each once, and refuse nothing; the log has those that come late, too', async () => {
    const chunk = (text: string, member = 'x') =>
      `data: {"id":"c","object":"chat.completion.chunk","model":"m","choices":[{"index":0,"delta":{"content":"${text}","${member}":1}}]}\n\n`
    const chunks = [
      chunk('a'),
      chunk('b'),
      chunk('c', 'late'),
      'data: {"id":"c","object":"chat.completion.chunk","model":"m","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n',
      'data: [DONE]\n\n',
    ]
    const body = { model: 'gpt-test', max_tokens: 5, stream: true, messages: [{ role: 'user', content: 'hi' }] }
    const answer = await served.begun('/v1/messages', body, chunks, 2)
    expect(answer.body.toString()).to.include('message_stop').and.not.include('"x"')
    const { fields } = served.gateway.log.findLast(({ msg }) => msg === 'lost') as { fields: string[] }
    expect(fields.filter(field => field.startsWith('choices'))).to.deep.equal(['choices.delta.x', 'choices.delta.late'])
    const { losses } = served.gateway.log.findLast(({ msg }) => msg === 'not everything could be carried to the provider') as { losses: { field: string }[] }
    expect(losses.map(({ field }) => field)).to.deep.equal(['choices.delta.late'])
  })
})

describe('numbers', () => {
  const spelled = '{"a":1.0,"b":0.10,"c":1E5,"d":[-0,1e-7]}'
  let served: Served
  before(async () => {
    served = await Served.start()
  })
  after(() => served.close())
  beforeEach(() => {
    served.upstream.requests.length = 0
  })

  it('are spelled for a provider as the client did', async () => {
    served.upstream.reply({ body: chatCompletion({ content: 'hi' }) })
    const tool = `{"name":"tide","input_schema":{"type":"object","properties":{"x":{"type":"number","default":1.0}}}}`
    const called = `{"role":"assistant","content":[{"type":"tool_use","id":"t","name":"tide","input":${spelled}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"t","content":"1"}]}`
    const answer = await served.call(
      'POST',
      '/v1/messages',
      `{"model":"gpt-test","max_tokens":5,"temperature":1.0,"messages":[{"role":"user","content":"hi"},${called}],"tools":[${tool}],"foo":1.0,"bar":${spelled}}`,
    )
    expect(answer.status, answer.body.toString()).to.equal(200)
    const sent = served.upstream.requests.at(-1)?.body.toString()
    expect(sent)
      .to.include('"foo":1.0')
      .and.include(`"bar":${spelled}`)
      .and.include('"default":1.0')
      .and.include(`"arguments":${JSON.stringify(spelled)}`)
      .and.include('"temperature":1')
  })

  it('are spelled for the client as the provider did; its counts are counted', async () => {
    const message = JSON.stringify({
      role: 'assistant',
      content: null,
      tool_calls: [{ id: 't', type: 'function', function: { name: 'tide', arguments: spelled } }],
    })
    const reply = `{"id":"c","object":"chat.completion","created":1700000000.0,"model":"m","choices":[{"index":0,"message":${message},"finish_reason":"tool_calls"}],"usage":{"prompt_tokens":12.0,"completion_tokens":3,"new_count":5.0},"foo":${spelled}}`
    served.upstream.reply({ headers: { 'content-type': 'application/json' }, body: reply })
    const answer = await served.call('POST', '/v1/messages', { model: 'gpt-test', max_tokens: 5, messages: [{ role: 'user', content: 'hi' }] })
    expect(answer.status, answer.body.toString()).to.equal(200)
    expect(answer.body.toString())
      .to.include(`"foo":${spelled}`)
      .and.include(`"input":${spelled}`)
      .and.include('"input_tokens":12')
      .and.include('"new_count":5.0')
    expect(served.gateway.log.findLast(({ msg }) => msg === 'request')).to.include({ input_tokens: 12, output_tokens: 3 })
  })
})

describe('a dry run in a test', () => {
  const config = { providers: { openai: { api_key: 'sk-test' } } }

  for (const [from, request] of [
    ['openai-chat', { model: 'm', messages: [{ role: 'user', content: 'Hi' }] }],
    ['anthropic-messages', { model: 'm', max_tokens: 9, messages: [{ role: 'user', content: 'Hi' }] }],
    ['openai-responses', { model: 'm', input: 'Hi' }],
  ] as const) {
    it(`reads a request in ${from}, and asks a model for an answer`, async () => {
      const run = await translate({ config, to: 'openai', from, request })
      expect(run).to.include({ from, url: `https://api.openai.com/v1${from === 'openai-responses' ? '/responses' : '/chat/completions'}` })
    })
  }

  it('finds out the dialect where it is plain', async () => {
    expect((await translate({ config, to: 'openai', request: { model: 'm', input: 'Hi' } })).from).to.equal('openai-responses')
  })

  it('says so when there is no such provider', async () => {
    await translate({ config, to: 'opnai', request: {} }).then(
      () => expect.fail(),
      (cause: unknown) => expect(String(cause)).to.include('did you mean "openai"?'),
    )
  })
})

function dryRun({ gateway, upstream }: Served, request: object): Promise<Finished> {
  const program = new Tapline({ path: gateway.directory }, ['translate', '--to', 'vendor'], { OPENAI_BASE_URL: upstream.url }, JSON.stringify(request))
  return program.ended
}
