import { expect } from 'chai'
import { chatChunks, chatCompletion, embeddings } from '../../core/testing/chat-samples.ts'
import { Gate } from '../../core/testing/gate.ts'
import { TurnedClock } from '../../core/testing/turned-clock.ts'
import { eventsOf, expectError, expectIds } from '../support/answer.ts'
import { judge, redact, refuse } from '../support/guardrails.ts'
import { hello, helloStream, Served } from '../support/serve.ts'
import { streamTexts } from '../support/stream-texts.ts'
import { until } from '../support/until.ts'

const word = 'secret'

function withGuardrail(source: string, options: object = { word }, clock?: TurnedClock): Promise<Served> {
  return Served.start({
    ...(clock === undefined ? {} : { clock }),
    files: { 'guardrail.ts': source },
    config: { pipelines: { inference: [{ insert: { use: './guardrail.ts', options }, before: 'retry' }] } },
  })
}

describe('a guardrail of one file that redacts a word', () => {
  let served: Served
  before(async () => {
    served = await withGuardrail(redact)
  })
  after(() => served.close())
  beforeEach(() => {
    served.upstream.requests.length = 0
  })

  describe('in the prompt', () => {
    const user = (content: unknown) => JSON.stringify({ role: 'user', content })
    for (const [name, messages] of Object.entries({
      'in the last message': `[${user('the secret is out')}]`,
      'in an earlier message': `[${user('a secret')},{"role":"assistant","content":"ok"},${user('and now?')}]`,
      'in the instructions': `[{"role":"system","content":"keep the secret"},${user('hi')}]`,
      'in an earlier answer': `[${user('hi')},{"role":"assistant","content":"secret"},${user('hi')}]`,
      'in a part of a message': `[${user([
        { type: 'text', text: 'hi' },
        { type: 'image_url', image_url: { url: 'data:,x' } },
        { type: 'text', text: 'my secret' },
      ])}]`,
      'in a tool result': `[${user('hi')},{"role":"assistant","content":null,"tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{}"}}]},{"role":"tool","tool_call_id":"c","content":"the secret"}]`,
      'in the arguments of an earlier tool call': `[${user('hi')},{"role":"assistant","content":null,"tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{\\"q\\": \\"my secret\\", \\"n\\":1.0}"}}]},{"role":"tool","tool_call_id":"c","content":"ok"}]`,
      'in every place at once': `[{"role":"system","content":"secret"},${user('secret secret')}]`,
      'in odd spelling': '[ { "role":"user" , "content" : "a s\\u0065cret" } ]',
    })) {
      for (const stream of [false, true]) {
        it(`${name}${stream ? ', for a stream' : ''}, and changes nothing else`, async () => {
          served.upstream.always(stream ? { chunks: chatChunks({ pieces: ['ok'] }) } : { body: chatCompletion() })
          const body = `{"model":"gpt-test","seed":12345678901234567890,"messages":${messages}${stream ? ',"stream":true,"stream_options":{"include_usage":true}' : ''}}`
          expect((await served.chat(body)).status).to.equal(200)
          const sent = served.upstream.requests[0]?.body.toString()
          const spelled = name === 'in odd spelling' ? body.replace('a s\\u0065cret', 'a [redacted]') : body.replaceAll(word, '[redacted]')
          expect(sent).to.equal(spelled)
        })
      }
    }

    it('in the input of embeddings', async () => {
      served.upstream.always({ body: embeddings({ vectors: [[1], [2]] }) })
      await served.call('POST', '/v1/embeddings', '{"model":"gpt-test","input":["a secret","fine"],"x":1.0}')
      expect(served.upstream.requests[0]?.body.toString()).to.equal('{"model":"gpt-test","input":["a [redacted]","fine"],"x":1.0}')
    })

    it('in a chat that is passed through', async () => {
      served.upstream.always({ body: chatCompletion({ content: 'the secret' }) })
      const answer = await served.call('POST', '/p/openai/chat/completions', { ...hello, messages: [{ role: 'user', content: 'a secret' }] })
      expect(served.upstream.requests[0]?.body.toString()).to.include('a [redacted]')
      expect(answer.body.toString()).to.include('the [redacted]').and.not.include(word)
    })
  })

  describe('in a plain reply', () => {
    const says = (message: object) =>
      JSON.stringify(chatCompletion()).replace(/"message":\{.*?\},"logprobs"/, `"message":${JSON.stringify({ role: 'assistant', ...message })},"logprobs"`)
    for (const [name, body] of Object.entries({
      'in its text': says({ content: 'the secret is out' }),
      'in its reasoning': says({ content: 'no', reasoning_content: 'secret thoughts' }),
      'in its refusal': says({ content: null, refusal: 'no secret for you' }),
      'in the arguments of a tool call': JSON.stringify(chatCompletion({ toolCalls: [{ name: 'f', arguments: '{"q":"a secret","n":1.0}' }] })),
      'in the second of two choices': JSON.stringify(chatCompletion({ content: 'fine' })).replace(
        '],"usage"',
        ',{"index":1,"message":{"role":"assistant","content":"secret"},"finish_reason":"stop"}],"usage"',
      ),
    })) {
      it(`${name}, and changes nothing else`, async () => {
        expect(body).to.include(word)
        served.upstream.always({ body })
        expect((await served.chat()).body.toString()).to.equal(body.replaceAll(word, '[redacted]'))
      })
    }
  })

  describe('in a stream', () => {
    const text = `the ${word} is out`
    /** The text in two pieces, cut everywhere; in single characters; and whole. */
    const cuts = [
      ...Array.from({ length: text.length - 1 }, (_, i) => [text.slice(0, i + 1), text.slice(i + 1)]),
      [...text],
      [text],
      [word],
      [...word],
      [`${text} `, text],
    ]
    const kinds: Readonly<Record<string, { readonly key: string; readonly events: (pieces: readonly string[]) => string[] }>> = {
      text: { key: '0/content', events: pieces => chatChunks({ pieces }) },
      reasoning: {
        key: '0/reasoning',
        events: pieces => chatChunks({ pieces }).map((event, i) => (i > 0 && i <= pieces.length ? event.replace('"content":', '"reasoning_content":') : event)),
      },
      refusal: {
        key: '0/refusal',
        events: pieces => chatChunks({ pieces }).map((event, i) => (i > 0 && i <= pieces.length ? event.replace('"content":', '"refusal":') : event)),
      },
      'tool arguments': { key: '0/tool_calls/0', events: pieces => chatChunks({ toolCalls: [{ name: 'f', arguments: ['{"q":"', ...pieces, '"}'] }] }) },
    }
    for (const [kind, { key, events }] of Object.entries(kinds)) {
      it(`split over events at every position: ${kind}`, async () => {
        for (const pieces of cuts) {
          served.upstream.reply({ chunks: events(pieces) })
          const { body } = await served.chat(helloStream)
          const { texts, dones, finishReasons, errors } = streamTexts(body)
          const said = pieces.join('').replaceAll(word, '[redacted]')
          expect(texts, JSON.stringify(pieces)).to.deep.equal({ [key]: kind === 'tool arguments' ? `{"q":"${said}"}` : said })
          expect({ dones, errors, finishReasons }).to.deep.equal({ dones: 1, errors: [], finishReasons: [kind === 'tool arguments' ? 'tool_calls' : 'stop'] })
          expect(body.toString()).to.not.include(word)
        }
      })
    }

    it('whose bytes are split at every position', async () => {
      const bytes = Buffer.from(chatChunks({ pieces: ['the sec', 'ret is', ' out 😀'] }).join(''))
      served.upstream.reply({ chunks: [bytes], splitAt: 'every byte' })
      for (const at of bytes.keys()) served.upstream.reply({ chunks: [bytes], splitAt: [at] })
      for (let i = 0; i <= bytes.length; i++)
        expect(streamTexts((await served.chat(helloStream)).body).texts).to.deep.equal({ '0/content': 'the [redacted] is out 😀' })
    }).timeout(180_000)

    it('that has no [DONE] and no finish', async () => {
      served.upstream.reply({ chunks: chatChunks({ pieces: ['a sec', 'ret'] }).slice(0, -2) })
      const { texts, errors } = streamTexts((await served.chat(helloStream)).body)
      expect(texts).to.deep.equal({ '0/content': 'a [redacted]' })
      expect(errors.map(({ code }) => code)).to.deep.equal(['stream_incomplete'])
    })

    it('in two choices whose events take turns', async () => {
      const [first = '', ...events] = chatChunks({ pieces: ['sec', 'ret'] })
      const both = events.flatMap(event => (event.includes('[DONE]') ? [event] : [event, event.replace('"choices":[{"index":0', '"choices":[{"index":1')]))
      served.upstream.reply({ chunks: [first, ...both] })
      expect(streamTexts((await served.chat(helloStream)).body).texts).to.deep.equal({ '0/content': '[redacted]', '1/content': '[redacted]' })
    })

    it('spelled with escapes', async () => {
      served.upstream.reply({ chunks: chatChunks({ pieces: ['a secret'] }).map(event => event.replace('a secret', 'a \\u0073ecret')) })
      expect(streamTexts((await served.chat(helloStream)).body).texts).to.deep.equal({ '0/content': 'a [redacted]' })
    })

    it('that the official client reads', async () => {
      served.upstream.reply({ chunks: chatChunks({ pieces: ['my s', 'ecr', 'et'] }) })
      const completion = await served
        .client()
        .chat.completions.stream({ model: 'gpt-test', messages: [{ role: 'user', content: 'hi' }] })
        .finalChatCompletion()
      expect(completion.choices[0]?.message.content).to.equal('my [redacted]')
    })

    it('keeps events that it has not changed as they were', async () => {
      const events = chatChunks({ pieces: ['something that is long enough to leave', ' at once, and'] })
      served.upstream.reply({ chunks: [...events.slice(0, 1), ': comment\n\n', 'event: x\ndata: {"y":1.0}\n\n', ...events.slice(1)] })
      const { body } = await served.chat(helloStream)
      expect(body.toString()).to.include(': comment\n\n').and.to.include('event: x\ndata: {"y":1.0}\n\n').and.to.include(events[0])
    })
  })

  it('leaves an event that it cannot read out, and ends the stream with an error', async () => {
    const events = chatChunks({ pieces: ['fine', 'fine'] })
    served.upstream.reply({ chunks: [...events.slice(0, 2), 'data: {"secret\n\n', ...events.slice(2)] })
    const { body } = await served.chat(helloStream)
    expect(body.toString()).to.not.include(word)
    const { errors, dones } = streamTexts(body)
    expect(errors.map(({ code }) => code)).to.deep.equal(['stream_incomplete'])
    expect(dones).to.equal(0)
  })
})

describe('a guardrail of one file that refuses a word', () => {
  let served: Served
  before(async () => {
    served = await withGuardrail(refuse)
  })
  after(() => served.close())
  beforeEach(() => {
    served.upstream.requests.length = 0
  })

  for (const stream of [false, true]) {
    it(`refuses a prompt with 400${stream ? ', of a stream, too' : ''}, and calls nobody`, async () => {
      expectError(await served.chat({ ...hello, stream, messages: [{ role: 'user', content: 'a secret' }] }), {
        code: 'word_found',
        status: 400,
        message: 'A word is not allowed here',
      })
      expect(served.upstream.requests).to.have.length(0)
    })
  }

  it('refuses an answer with 502', async () => {
    served.upstream.always({ body: chatCompletion({ content: 'a secret' }) })
    expectError(await served.chat(), { code: 'word_found', status: 502, type: 'provider_error' })
  })

  it('refuses a stream with 502 while nothing has left', async () => {
    served.upstream.always({ chunks: chatChunks({ pieces: ['a secret here'] }).slice(1) })
    expectError(await served.chat(helloStream), { code: 'word_found', status: 502 })
  })

  it('refuses a stream with 502 where the first events, which say nothing, came together with it', async () => {
    served.upstream.always({ chunks: [chatChunks({ pieces: ['a secret here'] }).join('')] })
    expectError(await served.chat(helloStream), { code: 'word_found', status: 502 })
  })

  it('refuses a stream with its status where what ends the answer is refused, and came first', async () => {
    await using other = await withGuardrail(
      `
      import { block, definePlugin } from 'tapline'
      export default definePlugin({ name: 'last', setup: () => ({ stream: { last: () => block('end_found', 'No end is allowed here', { status: 451 }) } }) })`,
      {},
    )
    other.upstream.always({
      chunks: [
        'event: response.completed\ndata: {"type":"response.completed","response":{"id":"resp_1","object":"response","status":"completed","model":"gpt-test","output":[]}}\n\n',
      ],
    })
    expectError(await other.call('POST', '/v1/responses', { model: 'gpt-test', input: 'hi', stream: true }), { code: 'end_found', status: 451 })
  })

  it('keeps back the usage that nobody asked for when it refuses what comes in one piece with it', async () => {
    const [role = '', long = '', secret = '', finish = '', usage = '', done = ''] = chatChunks({
      pieces: ['something that is long enough to leave', ' a secret here'],
      usage: { prompt_tokens: 5, completion_tokens: 2 },
    })
    expect([finish, usage, done].join('')).to.match(/"finish_reason":"stop"[^]*"choices":\[\][^]*\[DONE\]/)
    const { body } = await served.begun('/v1/chat/completions', helloStream, [role + long, [usage, secret, finish, done].join('')], 1)
    expect(streamTexts(body).finishReasons).to.deep.equal(['content_filter'])
    expect(body.toString()).to.include('something').and.not.include('"prompt_tokens"')
  })

  it('ends a stream that has begun as the dialect ends one, and gives the call up', async () => {
    const events = chatChunks({ pieces: ['something that is long enough to leave', ' a secret here', ' and', ' more'] })
    const { status, body } = await served.begun('/v1/chat/completions', helloStream, events, 2, { closed: { 3: new Gate() } })
    const { texts, finishReasons, dones, errors } = streamTexts(body)
    expect({ status, finishReasons, dones, errors }).to.deep.equal({ status: 200, finishReasons: ['content_filter'], dones: 1, errors: [] })
    expect(texts['0/content']).to.satisfy((text: string) => 'something that is long enough to leave a '.startsWith(text))
    expect(eventsOf({ body }).at(-1)).to.equal('data: [DONE]')
    await served.upstream.requests[0]?.aborted
  })

  it('says in the log of exchanges what it did', async () => {
    served.completions.all.length = 0
    await served.chat({ ...hello, messages: [{ role: 'user', content: 'a secret' }] })
    expect(served.completions.all[0]?.error?.code).to.equal('word_found')
  })

  for (const status of [403, 451, 599]) {
    it(`may give the status ${status}, for prompts, answers and streams alike`, async () => {
      await using other = await withGuardrail(refuse, { word, status })
      other.upstream.reply({ body: chatCompletion({ content: word }) }, { chunks: chatChunks({ pieces: [`a ${word} here`] }).slice(1) })
      for (const answer of [
        await other.chat({ ...hello, messages: [{ role: 'user', content: word }] }),
        await other.chat(hello),
        await other.chat(helloStream),
      ]) {
        expect(answer.status).to.equal(status)
        expectIds(answer)
      }
    })
  }
})

describe('a guardrail that must see a stream whole', () => {
  it('refuses it with its status', async () => {
    await using served = await withGuardrail(judge)
    served.upstream.always({ chunks: chatChunks({ pieces: ['fine', ' sec', 'ret'] }) })
    expectError(await served.chat(helloStream), { code: 'word_found', status: 502 })
  })

  it('lets it pass byte for byte', async () => {
    await using served = await withGuardrail(judge)
    const chunks = chatChunks({ pieces: ['fine', ' indeed'] })
    served.upstream.always({ chunks })
    expect((await served.chat(helloStream)).body.toString()).to.equal(chunks.join(''))
  })

  it('edits it', async () => {
    await using served = await withGuardrail(judge, { word, instead: 'thing' })
    served.upstream.always({ chunks: chatChunks({ pieces: ['a sec', 'ret'], usage: { prompt_tokens: 1, completion_tokens: 1 } }) })
    const { texts, dones, finishReasons } = streamTexts((await served.chat(helloStream)).body)
    expect({ texts, dones, finishReasons }).to.deep.equal({ texts: { '0/content': 'a thing' }, dones: 1, finishReasons: ['stop'] })
  })

  for (const [name, pieces, ending] of [
    ['refuses it', ['a sec', 'ret'], { finishReasons: ['content_filter'], dones: 1, errors: [] }],
    ['lets it pass', ['fi', 'ne'], { finishReasons: ['stop'], dones: 1, errors: [] }],
  ] as const) {
    it(`${name} after comments that kept the client waiting, and ends it as the dialect ends a stream`, async () => {
      const clock = new TurnedClock()
      await using served = await withGuardrail(judge, { word }, clock)
      const gate = new Gate()
      served.upstream.always({ chunks: chatChunks({ pieces }), gates: { beforeChunk: { 1: gate } } })
      const call = served.chat(helloStream)
      await gate.reached
      await until(() => clock.waitsMs.includes(15_000))
      clock.advance(15_000)
      clock.advance(15_000)
      gate.open()
      const { status, body } = await call
      const { finishReasons, dones, errors } = streamTexts(body)
      expect(status).to.equal(200)
      expect(body.toString().match(/^: .*$/gm)).to.have.length(2)
      expect({ finishReasons, dones, errors }).to.deep.equal(ending)
      expect(body.toString()).to.not.include('sec')
    })
  }

  it('fails if it is too large to be held', async () => {
    await using served = await withGuardrail(judge)
    served.upstream.always({ chunks: chatChunks({ pieces: Array.from({ length: 50 }, () => 'x'.repeat(100_000)) }) })
    expectError(await served.chat(helloStream), { code: 'response_too_large' })
  })
})

describe('a guardrail that stands on streams alone', () => {
  const other = (taps: string) => `
    import { answer, definePlugin } from 'tapline'
    export default definePlugin({ name: 'other', setup: () => (${taps}) })`
  const streamed = { chunks: chatChunks({ pieces: ['fi', 'ne'] }) }
  const whole = { body: chatCompletion({ content: `a ${word}` }) }

  /** It stands above the other. */
  const beside = (source: string, taps: string, phases = ['stream']) =>
    Served.start({
      files: { 'guardrail.ts': source, 'other.ts': other(taps) },
      config: {
        pipelines: {
          inference: [
            { insert: { use: './guardrail.ts', options: { word }, phases }, before: 'retry' },
            { insert: { use: './other.ts' }, before: 'retry' },
          ],
        },
      },
    })

  for (const [what, taps, script] of [
    ['that another one edited', `{ response: ({ reply }) => { reply.conversation.rewrite(() => 'a ${word}') }, stream: { buffer: true } }`, streamed],
    ['in whose place another one answers', `{ response: () => answer('a ${word}'), stream: { buffer: true } }`, streamed],
    ['that another one makes of its own answer', `{ prompt: () => answer('a ${word}') }`, streamed],
    ['that is made of an answer which came whole', '{}', whole],
  ] as const) {
    it(`reads one ${what}`, async () => {
      await using served = await beside(redact, taps)
      served.upstream.always(script)
      expect(streamTexts((await served.chat(helloStream)).body)).to.deep.include({ texts: { '0/content': 'a [redacted]' }, dones: 1, finishReasons: ['stop'] })
    })

    it(`refuses one ${what}`, async () => {
      await using served = await beside(refuse, taps)
      served.upstream.always(script)
      expectError(await served.chat(helloStream), { code: 'word_found', status: 502 })
    })
  }

  it('reads no stream that is made of an answer which it has read', async () => {
    await using served = await beside(redact.replace("'[redacted]'", '`${word}s`'), '{}', ['response', 'stream'])
    served.upstream.always(whole)
    expect(streamTexts((await served.chat(helloStream)).body).texts).to.deep.equal({ '0/content': 'a secrets' })
  })
})
