import { expect } from 'chai'
import { chatChunks, chatCompletion, errorBody, sse } from '../../../core/testing/chat-samples.ts'
import { Gate } from '../../../core/testing/gate.ts'
import type { Script } from '../../../core/testing/script.ts'
import { TurnedClock } from '../../../core/testing/turned-clock.ts'
import { paceOf } from '../../../plugins/shared/cache/directives.ts'
import { Recording } from '../../../plugins/shared/cache/recording.ts'
import { Replay } from '../../../plugins/shared/cache/replay.ts'
import type { Answer } from '../../support/answer.ts'
import { believer, believing } from '../../support/believer.ts'
import { callerDialects, type CallerDialect } from '../../support/caller-streams.ts'
import { judge, redact, refuse } from '../../support/guardrails.ts'
import { speakers, speakersEnv, spokenStream, upstreamDialects } from '../../support/model-streams.ts'
import { hello, helloStream, Served, type ServeOptions } from '../../support/serve.ts'
import { until } from '../../support/until.ts'

const simple = { cache: { response: { simple: {} } }, resilience: { retry: { max_retries: 0 } } }
const cached = (options: ServeOptions = {}) => Served.start({ ...options, config: { ...simple, ...options.config } })
const chunks = chatChunks({ pieces: ['Good', ' day'] })
const fine: Script = { chunks }

/** Calls, and waits until the reply has left: what is kept of it is kept then, if it is short. */
async function call(
  served: Served,
  body: object = helloStream,
  headers: Readonly<Record<string, string>> = {},
  path = '/v1/chat/completions',
): Promise<Answer> {
  const before = served.completions.all.length
  const answer = await served.call('POST', path, body, headers)
  const exchange = await served.completions.ended(before + 1)
  await until(() => exchange.hasLeft)
  return answer
}

const isHit = ({ headers }: Answer) => headers['x-cache'] === 'HIT (exact)'

/** What a caller of each dialect calls, and says. */
const bodies: Readonly<Record<CallerDialect, readonly [string, object]>> = {
  'openai-chat': ['/v1/chat/completions', { messages: hello.messages }],
  'openai-responses': ['/v1/responses', { input: 'hi', store: false }],
  'anthropic-messages': ['/v1/messages', { messages: hello.messages, max_tokens: 100 }],
}

describe('a recorded stream', () => {
  const record = (chunks: readonly (readonly [text: string, afterMs: number])[], limit = 1000, keepAlive?: string) => {
    const clock = new TurnedClock()
    const recording = new Recording(clock, limit)
    for (const [text, afterMs] of chunks) {
      clock.advance(afterMs)
      recording.take(Buffer.from(text))
    }
    const whole = recording.whole(keepAlive)
    return whole === undefined ? undefined : { body: String(whole.body), marks: whole.marks }
  }

  const cases: readonly [string, Parameters<typeof record>, ReturnType<typeof record>][] = [
    [
      'says when its events left, since the first',
      [
        [
          ['data: 1\n\n', 70],
          ['data: 2\n\n', 30],
        ],
      ],
      { body: 'data: 1\n\ndata: 2\n\n', marks: [0, 0, 9, 30] },
    ],
    [
      'has one mark for what left together',
      [
        [
          ['data: 1\n\ndata: 2\n\n', 0],
          ['data: 3\n\n', 0],
          ['data: 4\n\n', 5],
        ],
      ],
      { body: 'data: 1\n\ndata: 2\n\ndata: 3\n\ndata: 4\n\n', marks: [0, 0, 27, 5] },
    ],
    [
      'has an event leave with its last byte',
      [
        [
          ['da', 0],
          ['ta: 1\n', 10],
          ['\ndata: 2\n\n', 10],
        ],
      ],
      { body: 'data: 1\n\ndata: 2\n\n', marks: [0, 0] },
    ],
    [
      'is without comments that kept the connection alive',
      [
        [
          [': wait\n\n', 0],
          ['data: 1\n\n', 9],
          [':\n\n', 9],
          ['data: 2\n\n', 9],
        ],
      ],
      { body: 'data: 1\n\ndata: 2\n\n', marks: [0, 0, 9, 18] },
    ],
    ['keeps a comment inside an event', [[[': x\ndata: 1\n\n', 0]]], { body: ': x\ndata: 1\n\n', marks: [0, 0] }],
    [
      'is without the events by which the gateway said that it is there',
      [
        [
          ['data: 1\n\n', 0],
          ['data: ping\n\n', 9],
        ],
        1000,
        'data: ping\n\n',
      ],
      { body: 'data: 1\n\n', marks: [0, 0] },
    ],
    ['keeps such events where the gateway adds none', [[['data: ping\n\n', 9]]], { body: 'data: ping\n\n', marks: [0, 0] }],
    ['may be as long as the limit', [[['data: 1\n\n', 0]], 9], { body: 'data: 1\n\n', marks: [0, 0] }],
    [
      'is none beyond it',
      [
        [
          ['data: 1\n\n', 0],
          ['d', 0],
        ],
        9,
      ],
      undefined,
    ],
  ]
  for (const [name, given, expected] of cases)
    it(name, () => {
      expect(record(...given)).to.deep.equal(expected)
    })

  it('has at most 512 marks', () => {
    const whole = record(
      Array.from({ length: 1300 }, () => ['data: 1\n\n', 10]),
      20_000,
    )
    const { marks = [] } = whole ?? {}
    expect(marks.length / 2).to.be.within(256, 512)
    expect(marks.slice(0, 4)).to.deep.equal([0, 0, 27, 30])
  })
})

describe('a replayed stream', () => {
  const body = Buffer.from('data: 1\n\ndata: 2\n\ndata: 3\n\n')
  const play = (clock: TurnedClock, replay: Replay, taken: string[] = [], each: () => void = () => {}) => {
    replay.start({
      events: bytes => {
        taken.push(`${clock.elapsed()} ${bytes.toString().trim()}`)
        each()
      },
      ended: () => {
        taken.push(`${clock.elapsed()} end`)
      },
    })
    return taken
  }
  const timed = (marks: readonly number[]) => {
    const clock = new TurnedClock()
    const taken = play(clock, new Replay(clock, body, marks, 'paced'))
    clock.advance(60_000)
    return taken
  }

  it('leaves at once, one write for each event', () => {
    const clock = new TurnedClock()
    expect(play(clock, new Replay(clock, body, [0, 0, 9, 100]))).to.deep.equal(['0 data: 1', '0 data: 2', '0 data: 3', '0 end'])
    expect(clock.pending).to.equal(0)
  })

  const paces: readonly [string, readonly number[], readonly string[]][] = [
    ['as it came', [0, 0, 9, 100, 18, 220], ['0 data: 1', '100 data: 2', '220 data: 3', '220 end']],
    ['with no gap over 250 ms', [0, 0, 9, 5000, 18, 5100], ['0 data: 1', '250 data: 2', '350 data: 3', '350 end']],
    ['together what came together', [0, 0, 18, 50], ['0 data: 1', '0 data: 2', '50 data: 3', '50 end']],
  ]
  for (const [name, marks, expected] of paces)
    it(`leaves ${name}, when paced`, () => {
      expect(timed(marks)).to.deep.equal(expected)
    })

  it('takes ten seconds at most, its gaps in proportion', () => {
    const clock = new TurnedClock()
    const marks = Array.from({ length: 101 }, (_, i) => [i * 9, i * 200]).flat()
    const taken = play(clock, new Replay(clock, Buffer.from('data: 1\n\n'.repeat(101)), marks, 'paced'))
    clock.advance(60_000)
    expect([taken[1], taken[50], taken.at(-1)]).to.deep.equal(['100 data: 1', '5000 data: 1', '10000 end'])
  })

  it('waits while the client can take no more, and goes on from there', () => {
    const clock = new TurnedClock()
    const replay = new Replay(clock, body)
    const taken = play(clock, replay, [], () => replay.pause())
    for (let writes = 1; writes <= 3; writes++) {
      expect(taken).to.have.length(writes)
      replay.resume()
    }
    expect(taken.at(-1)).to.equal('0 end')
  })

  it('stops for good when the client leaves', () => {
    const clock = new TurnedClock()
    const replay = new Replay(clock, body, [0, 0, 9, 100], 'paced')
    const taken = play(clock, replay)
    replay.abort()
    replay.resume()
    clock.advance(1000)
    expect([taken, clock.pending]).to.deep.equal([['0 data: 1'], 0])
  })

  const asked: readonly [string | undefined, string][] = [
    [undefined, 'paced'],
    ['instant', 'instant'],
    ['Paced', 'paced'],
    ['slow', 'paced'],
  ]
  for (const [header, expected] of asked)
    it(`is ${expected} with X-Cache-Replay: ${header}, where it is paced else`, () => {
      expect(paceOf(header === undefined ? {} : { 'x-cache-replay': header }, 'paced')).to.equal(expected)
    })
})

describe('cache-exact and streams', () => {
  it('answers an equal request with the same bytes, its age, and a new id', async () => {
    const clock = new TurnedClock()
    await using served = await cached({ clock })
    served.upstream.always(fine)
    const first = await call(served)
    clock.advance(9_500)
    const second = await call(served)
    expect(first.headers['x-cache']).to.equal(undefined)
    expect(second.headers).to.include({
      'x-cache': 'HIT (exact)',
      age: '9',
      'content-type': 'text/event-stream',
      'x-tapline-provider': 'openai',
      'x-accel-buffering': 'no',
    })
    expect(second.headers['x-request-id']).to.not.equal(first.headers['x-request-id'])
    expect(second.body.toString()).to.equal(chunks.join(''))
    expect(served.upstream.requests).to.have.length(1)
    expect(served.completions.all.map(({ cache }) => cache)).to.deep.equal(['miss', 'hit'])
  })

  const speech = { thoughts: ['Hm', '.'], pieces: ['one ', 'two'], calls: [{ name: 'tide', arguments: ['{"port":', '"Brest"}'] }] }
  for (const caller of callerDialects) {
    for (const vendor of upstreamDialects) {
      it(`replays to a caller of ${caller} what came from ${vendor}, and counts what it cost`, async () => {
        await using served = await cached({ env: speakersEnv, config: { providers: speakers } })
        const { events, contentType } = spokenStream(vendor, speech)
        served.upstream.always({ chunks: events, headers: { 'content-type': contentType } })
        const [path, members] = bodies[caller]
        const ask = () => call(served, { model: `${vendor}/m`, stream: true, ...members }, {}, path)
        const misses: Answer[] = []
        let answer = await ask()
        // Nobody waits for an entry to be compressed and kept.
        for (; !isHit(answer); answer = await ask()) misses.push(answer)
        expect(misses.map(({ body }) => body.toString())).to.include(answer.body.toString())
        expect(answer.headers['content-type']).to.equal(misses[0]?.headers['content-type'])
        const [miss, hit] = [served.completions.all[0], served.completions.all.at(-1)]
        expect(hit?.usage).to.deep.equal(miss?.usage)
        expect(hit?.usage?.raw).to.deep.equal(miss?.usage?.raw)
        expect(hit?.usage?.outputTokens).to.be.above(0)
      })
    }
  }

  it('says again what of the request could not be carried', async () => {
    await using served = await cached({ env: speakersEnv, config: { providers: speakers } })
    const { events, contentType } = spokenStream('anthropic-messages', { pieces: ['a'] })
    served.upstream.always({ chunks: events, headers: { 'content-type': contentType } })
    const ask = () => call(served, { ...helloStream, model: 'anthropic-messages/m', seed: 1 })
    const dropped = (await ask()).headers['x-tapline-dropped']
    expect(dropped).to.contain('seed')
    expect((await ask()).headers).to.include({ 'x-cache': 'HIT (exact)', 'x-tapline-dropped': dropped })
  })

  const apart: readonly [string, object, object][] = [
    ['a stream and a plain answer', helloStream, hello],
    ['a stream with usage and one without', { ...helloStream, stream_options: { include_usage: true } }, helloStream],
  ]
  for (const [what, one, other] of apart) {
    it(`tells ${what} apart`, async () => {
      await using served = await cached()
      served.upstream.always(({ body }) =>
        body.includes('"stream"') ? { chunks: chatChunks({ withUsage: body.includes('include_usage') }) } : { body: chatCompletion() },
      )
      for (const body of [one, other]) expect(isHit(await call(served, body))).to.equal(false)
      for (const body of [one, other]) expect(isHit(await call(served, body))).to.equal(true)
      const [withUsage, without] = (await Promise.all([one, other].map(body => served.chat(body)))).map(({ body }) => body.includes('"usage":{'))
      expect(withUsage, 'the usage is there for who asked for it').to.equal(one === apart[1]?.[1])
      expect(without).to.equal(other === hello)
    })
  }

  it('replays what left, without what kept the connection alive', async () => {
    await using served = await cached()
    served.upstream.always({ chunks: [': PROCESSING\n\n', ...chunks.slice(0, 2), ': PROCESSING\n\n', ...chunks.slice(2)] })
    expect((await call(served)).body.toString()).to.contain('PROCESSING')
    expect((await call(served)).body.toString()).to.equal(chunks.join(''))
  })

  const kept: readonly [string, Script][] = [
    ['whose length was limited', { chunks: chatChunks({ pieces: ['a'], finishReason: 'length' }) }],
    ['of events with several lines of data', { chunks: chunks.map(event => event.replace(',"choices"', '\ndata: ,"choices"')) }],
    ['that came as a plain answer', { body: chatCompletion() }],
    ['byte by byte', { body: chunks.join(''), headers: { 'content-type': 'text/event-stream' }, splitAt: 'every byte' }],
  ]
  for (const [what, script] of kept) {
    it(`keeps a stream ${what}`, async () => {
      await using served = await cached()
      served.upstream.always(script)
      const first = await call(served)
      const second = await call(served)
      expect(isHit(second)).to.equal(true)
      expect(second.body.toString()).to.equal(first.body.toString())
    })
  }

  const unended = chunks.slice(0, -1)
  const unkept: readonly [string, Script, ServeOptions?, object?][] = [
    ['without the event that ends it', { chunks: unended }],
    ['that broke', { chunks, cutAfter: chunks.slice(0, 2).join('').length }],
    ['with an error in it', { chunks: [...chunks.slice(0, 1), sse(errorBody('oops')), ...chunks.slice(1)] }],
    ['with an event that is no JSON', { chunks: [...chunks.slice(0, 1), 'data: {oops\n\n', ...chunks.slice(1)] }],
    ['without any JSON', { chunks: ['data: [DONE]\n\n'] }],
    ['that a content filter ended', { chunks: chatChunks({ pieces: ['a'], finishReason: 'content_filter' }) }],
    [
      'over max_entry_bytes',
      { chunks: chatChunks({ pieces: ['x'.repeat(3000)] }) },
      { config: { cache: { response: { simple: { max_entry_bytes: '3K' } } } } },
    ],
    ['that is an error of another status', { status: 400, body: errorBody('bad') }],
    [
      'that a guardrail cut',
      fine,
      {
        files: { 'guardrail.ts': refuse },
        config: { pipelines: { inference: [{ insert: { use: './guardrail.ts', options: { word: 'day' } }, before: 'retry' }] } },
      },
    ],
    [
      'that a guardrail blocked',
      fine,
      {
        files: { 'guardrail.ts': judge },
        config: { pipelines: { inference: [{ insert: { use: './guardrail.ts', options: { word: 'day' } }, before: 'retry' }] } },
      },
    ],
    [
      'in whose place policy answered',
      fine,
      { config: { guardrails: { rules: [{ name: 'g', type: 'string_replace', phase: 'response', config: { rules: 'day', on_match: 'respond' } }] } } },
    ],
    [
      'in whose request a tag was replaced',
      fine,
      { config: { guardrails: { rules: [{ name: 'g', type: 'tag_replace', config: { roles: ['user'] } }] } } },
      { ...helloStream, messages: [{ role: 'user', content: 'on {{tapline.date}}' }] },
    ],
    ['that goes on from another', fine, {}, { ...helloStream, previous_response_id: 'resp_1' }],
    ['with streaming off', fine, { config: { cache: { response: { simple: {}, streaming: { enabled: false } } } } }],
    ['with streaming off by a variable', fine, { env: { RESPONSE_CACHE_STREAMING: 'false' } }],
  ]
  for (const [what, script, options, body] of unkept) {
    it(`keeps no stream ${what}`, async () => {
      await using served = await cached(options)
      served.upstream.always(script)
      for (let calls = 0; calls < 2; calls++) expect(isHit(await call(served, body))).to.equal(false)
      expect(served.upstream.requests).to.have.length(2)
    })
  }

  /** The events of a response that ended before its time. */
  const incomplete = (reason: string) =>
    spokenStream('openai-responses', { pieces: ['a'] }).events.map(event => {
      const [head = '', data] = event.toString().trimEnd().split('\ndata: ')
      const { type, response, ...more } = JSON.parse(data ?? head.replace('data: ', '')) as { readonly type: string; readonly response: object }
      if (type !== 'response.completed') return event
      const ended = 'response.incomplete'
      return `event: ${ended}\ndata: ${JSON.stringify({ ...more, type: ended, response: { ...response, status: 'incomplete', incomplete_details: { reason } } })}\n\n`
    })

  const spoken = (dialect: CallerDialect) => spokenStream(dialect, { pieces: ['a'] }).events.map(String)
  const endings: readonly [CallerDialect, string, boolean, () => Iterable<string | Buffer>][] = [
    ['anthropic-messages', 'that ends without message_stop', false, () => spoken('anthropic-messages').filter(event => !event.includes('message_stop'))],
    [
      'anthropic-messages',
      'that ends in a refusal',
      false,
      () => spoken('anthropic-messages').map(event => event.replace('"stop_reason":"end_turn"', '"stop_reason":"refusal"')),
    ],
    [
      'anthropic-messages',
      'that ends because of its length',
      true,
      () => spoken('anthropic-messages').map(event => event.replace('"stop_reason":"end_turn"', '"stop_reason":"max_tokens"')),
    ],
    [
      'openai-responses',
      'that ends without response.completed',
      false,
      () => spoken('openai-responses').filter(event => !event.includes('response.completed')),
    ],
    ['openai-responses', 'that a content filter ended', false, () => incomplete('content_filter')],
    ['openai-responses', 'that ends because of its length', true, () => incomplete('max_output_tokens')],
    [
      'openai-responses',
      'that has a [DONE] at its end',
      true,
      () => [...spoken('openai-responses').filter(event => !event.includes('[DONE]')), 'data: [DONE]\n\n'],
    ],
  ]
  for (const [dialect, what, isKept, events] of endings) {
    it(`keeps ${isKept ? 'a' : 'no'} stream of ${dialect} ${what}`, async () => {
      await using served = await cached({ env: speakersEnv, config: { providers: speakers } })
      served.upstream.always({ chunks: [...events()] })
      const [path, members] = bodies[dialect]
      const ask = () => call(served, { model: `${dialect}/m`, stream: true, ...members }, {}, path)
      await ask()
      expect(isHit(await ask())).to.equal(isKept)
    })
  }

  it('keeps no stream that a failover brought', async () => {
    const failover = {
      virtual_models: [{ source: 'smart', strategy: 'failover', targets: [{ model: 'openai/gpt-test' }, { model: 'other/m' }] }],
      providers: { other: { type: 'openai-compatible', base_url: '${OPENAI_BASE_URL}', api_key: 'k', models: ['m'] } },
    }
    await using served = await cached({ config: failover })
    served.upstream.always(({ body }) => (body.includes('gpt-test') ? { status: 503, body: errorBody('away') } : fine))
    for (let calls = 0; calls < 2; calls++) {
      const answer = await call(served, { ...helloStream, model: 'smart' })
      expect([answer.status, isHit(answer)]).to.deep.equal([200, false])
    }
    expect(served.upstream.requests).to.have.length(4)
  })

  it('keeps no stream whose client left before its end', async () => {
    await using served = await cached()
    const gate = new Gate()
    served.upstream.reply({ chunks, trickle: true, gates: { beforeChunk: { 2: gate } } }).always(fine)
    const leaving = new AbortController()
    const answer = await served.open('POST', '/v1/chat/completions', helloStream, {}, leaving.signal)
    answer.body.on('error', () => {})
    await gate.reached
    leaving.abort()
    expect((await served.completions.ended()).status).to.equal(499)
    gate.open()
    expect(isHit(await call(served))).to.equal(false)
  })

  it('keeps what a guardrail left of a stream', async () => {
    const rule = { pipelines: { inference: [{ insert: { use: './guardrail.ts', options: { word: 'day' } }, before: 'retry' }] } }
    for (const guardrail of [redact, judge.replace('block(', 'undefined && block(')]) {
      await using served = await cached({ files: { 'guardrail.ts': guardrail }, config: rule })
      served.upstream.always(fine)
      const first = await call(served)
      const second = await call(served)
      expect(isHit(second)).to.equal(true)
      expect(second.body.equals(first.body)).to.equal(true)
    }
  })

  it('has every identical stream at the same time make its own call', async () => {
    await using served = await cached()
    const gate = new Gate()
    served.upstream.always({ ...fine, gates: { beforeHeaders: gate } })
    const calls = [served.chat(helloStream), served.chat(helloStream)]
    await served.upstream.received(2)
    gate.open()
    expect((await Promise.all(calls)).some(isHit)).to.equal(false)
  })

  it('leaves others who copy what is sent their copy', async () => {
    const copier =
      "export default { name: 'copier', edits: false, setup: () => ({ request(exchange) { const copied = []; exchange.copied = copied; exchange.copy = bytes => { copied.push(bytes) } } }) }"
    await using served = await cached({ files: { 'copier.ts': copier }, config: { pipelines: { inference: [{ insert: './copier.ts', after: 'auth' }] } } })
    served.upstream.always(fine)
    for (let calls = 0; calls < 2; calls++) await call(served)
    expect(served.completions.all.map(exchange => Buffer.concat((exchange as unknown as { readonly copied: Buffer[] }).copied).toString())).to.deep.equal([
      chunks.join(''),
      chunks.join(''),
    ])
  })
})

describe('a stream from the cache, and what stands beside it', () => {
  it('is without the pings by which the gateway kept a waiting client', async () => {
    const clock = new TurnedClock()
    await using served = await cached({ clock, env: speakersEnv, config: { providers: speakers } })
    const gate = new Gate()
    const { events } = spokenStream('openai-chat', { pieces: ['one ', 'two'] })
    served.upstream.always({ chunks: events, trickle: true, gates: { beforeChunk: { [events.findIndex(event => event.includes('two'))]: gate } } })
    const ask = () => call(served, { model: 'openai-chat/m', stream: true, ...bodies['anthropic-messages'][1] }, {}, '/v1/messages')
    clock.advance(7) // so that this wait ends at another time than those that began with the gateway
    const first = ask()
    await gate.reached
    await until(() => clock.waitsMs.includes(15_000))
    clock.advance(15_000)
    gate.open()
    const ping = 'event: ping\ndata: {"type":"ping"}\n\n'
    const text = (await first).body.toString()
    expect(text).to.contain(ping)
    const second = await ask()
    expect(isHit(second)).to.equal(true)
    expect(second.body.toString()).to.equal(text.replaceAll(ping, ''))
  })

  it('counts against no limit', async () => {
    await using served = await cached({ config: { rate_limits: { user_paths: [{ path: '/', limits: [{ period: 'day', max_requests: 1 }] }] } } })
    served.upstream.always(fine)
    await call(served)
    for (let hits = 0; hits < 3; hits++) expect(isHit(await call(served))).to.equal(true)
    expect((await served.chat({ ...helloStream, seed: 1 })).status).to.equal(429)
  })

  it('is forgotten when the cache is cleared', async () => {
    await using served = await cached()
    served.upstream.always(fine)
    await call(served)
    expect((await served.call('DELETE', '/admin/cache?confirmation=clear&model=gpt-test')).status).to.equal(204)
    expect(isHit(await call(served))).to.equal(false)
  })

  it('has a record with what the hit saved', async () => {
    await using served = await cached()
    served.upstream.always({ chunks: chatChunks({ pieces: ['Good', ' day'], withUsage: true }) })
    for (let calls = 0; calls < 2; calls++) await call(served)
    const { entries } = JSON.parse(String((await served.call('GET', '/admin/usage/log?cache_mode=all')).body)) as {
      readonly entries: readonly Readonly<Record<string, unknown>>[]
    }
    const [hit, miss] = entries
    expect(miss?.['estimated'], 'the client did not ask for the usage, the gateway did').to.equal(false)
    expect(entries).to.have.length(2)
    expect([hit?.['cache_type'], miss?.['cache_type']]).to.deep.equal(['exact', null])
    for (const member of ['input_tokens', 'output_tokens', 'total_tokens', 'model', 'provider_name']) expect(hit?.[member], member).to.equal(miss?.[member])
  })

  for (const stream of [false, true]) {
    it(`is a response of its own, stored for whom it is given to, who can go on from it${stream ? ', streamed' : ''}`, async () => {
      await using served = await cached({
        files: { 'believer.ts': believer },
        env: speakersEnv,
        config: { providers: speakers, pipelines: { inference: believing, 'responses-lifecycle': believing } },
      })
      served.upstream.always(stream ? { chunks: spokenStream('openai-chat', { pieces: ['a'] }).events } : { body: chatCompletion({ content: 'a' }) })
      const as = (path: string) => ({ 'x-bound-to': path })
      const ask = (path: string) => call(served, { model: 'openai-chat/m', input: 'hi', stream }, as(path), '/v1/responses')
      while (!isHit(await ask('/a'))) {
        /* nobody waits for an entry to be kept */
      }
      const hit = await ask('/b')
      expect(isHit(hit)).to.equal(true)
      const id = /"id":"(resp_[^"]+)"/.exec(hit.body.toString())?.[1]
      const statuses = await Promise.all(['/a', '/b'].map(async path => (await served.call('GET', `/v1/responses/${id}`, undefined, as(path))).status))
      expect(statuses).to.deep.equal([404, 200])
      served.upstream.requests.length = 0
      const further = await served.call('POST', '/v1/responses', { model: 'openai-chat/m', input: 'and then?', previous_response_id: id, stream }, as('/b'))
      expect(further.status).to.equal(200)
      expect(JSON.parse(String(served.upstream.requests[0]?.body)).messages).to.deep.equal([
        { role: 'user', content: 'hi' },
        { role: 'assistant', content: 'a' },
        { role: 'user', content: 'and then?' },
      ])
    })
  }
})

describe('cache-exact and the pace of replays', () => {
  /** A gateway that keeps a stream whose second half came 400 ms behind the first. */
  const slow = async (replay?: string) => {
    const clock = new TurnedClock()
    const served = await cached({ clock, config: { cache: { response: { simple: {}, ...(replay === undefined ? {} : { streaming: { replay } }) } } } })
    const gate = new Gate()
    served.upstream.reply({ chunks, trickle: true, gates: { beforeChunk: { 2: gate } } })
    const answer = await served.open('POST', '/v1/chat/completions', helloStream)
    let heard = ''
    answer.body.on('data', (bytes: Buffer) => {
      heard += bytes.toString()
    })
    await until(() => heard === chunks.slice(0, 2).join(''))
    clock.advance(400)
    gate.open()
    const exchange = await served.completions.ended()
    await until(() => exchange.hasLeft)
    return { served, clock }
  }

  const paces: readonly [string, string | undefined, Record<string, string>, boolean][] = [
    ['leaves at once', undefined, {}, false],
    ['leaves as it came, when configured so', 'paced', {}, true],
    ['leaves as it came, when asked to', undefined, { 'x-cache-replay': 'paced' }, true],
    ['leaves at once, when asked to', 'paced', { 'x-cache-replay': 'instant' }, false],
  ]
  for (const [name, replay, headers, isPaced] of paces) {
    it(name, async () => {
      const { served, clock } = await slow(replay)
      await using _ = served
      const answer = await served.open('POST', '/v1/chat/completions', helloStream, headers)
      expect(answer.headers['x-cache'], 'it is said before the first byte').to.equal('HIT (exact)')
      let heard = ''
      answer.body.on('data', (bytes: Buffer) => {
        heard += bytes.toString()
      })
      if (isPaced) {
        await until(() => heard === chunks.slice(0, 2).join(''))
        clock.advance(249)
        expect(served.completions.all).to.have.length(1)
        clock.advance(1)
      }
      await until(() => heard === chunks.join(''))
    })
  }

  it('counts a hit once and in full when its client leaves on the way', async () => {
    const { served, clock } = await slow('paced')
    await using _ = served
    const leaving = new AbortController()
    const answer = await served.open('POST', '/v1/chat/completions', helloStream, {}, leaving.signal)
    answer.body.on('error', () => {}).resume()
    leaving.abort()
    const hit = await served.completions.ended(2)
    expect([hit.cache, hit.status, hit.usage]).to.deep.equal(['hit', 499, served.completions.all[0]?.usage])
    clock.advance(60_000)
    expect(served.completions.all).to.have.length(2)
    expect(served.upstream.requests).to.have.length(1)
  })
})
