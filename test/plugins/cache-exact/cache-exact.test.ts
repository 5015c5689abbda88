import { expect } from 'chai'
import type { Exchange } from '../../../core/index.ts'
import { chatChunks, chatCompletion, embeddings, errorBody } from '../../../core/testing/chat-samples.ts'
import { Gate } from '../../../core/testing/gate.ts'
import { TurnedClock } from '../../../core/testing/turned-clock.ts'
import type { Entry } from '../../../plugins/shared/cache/entry.ts'
import { Flights, type Landing } from '../../../plugins/cache-exact/flights.ts'
import { expectError } from '../../support/answer.ts'
import { hello, helloStream, Served, type ServeOptions } from '../../support/serve.ts'
import { until } from '../../support/until.ts'

const small: Entry = { status: 200, contentType: 'x', headers: [], body: Buffer.from('y'), createdAt: 1, model: 'm', provider: 'p' }

describe('identical requests in flight', () => {
  const exchange = (gone = false) => ({ gone }) as unknown as Exchange

  it('all get what their leader got', async () => {
    const flights = new Flights()
    const leader = exchange()
    expect(flights.board('k', leader)).to.equal(undefined)
    const waiting = [flights.board('k', exchange()), flights.board('k', exchange())]
    flights.land('k', leader, small)
    expect(await Promise.all(waiting.map(async landing => await landing))).to.deep.equal([small, small])
    expect(flights.board('k', exchange())).to.equal(undefined)
  })

  it('go on alone when their leader has nothing to share', async () => {
    const flights = new Flights()
    const leader = exchange()
    void flights.board('k', leader)
    const waiting = [flights.board('k', exchange()), flights.board('k', exchange())]
    flights.leave('k', leader)
    expect(await Promise.all(waiting.map(async landing => await landing))).to.deep.equal(['alone', 'alone'])
  })

  it('are led by another when the client of their leader leaves, but not by one who left himself', async () => {
    const flights = new Flights()
    const [leader, left, next, last] = [exchange(true), exchange(true), exchange(), exchange()]
    void flights.board('k', leader)
    void flights.board('k', left)
    const landings: (Landing | undefined)[] = []
    void flights.board('k', next)?.then(landing => landings.push(landing))
    const waiting = flights.board('k', last)
    flights.leave('k', left)
    flights.leave('k', leader)
    flights.land('k', next, small)
    expect(await waiting).to.equal(small)
    expect(landings).to.deep.equal(['lead'])
  })

  it('do not mind what a former leader says', () => {
    const flights = new Flights()
    const [leader, other] = [exchange(), exchange()]
    void flights.board('k', leader)
    flights.leave('k', leader)
    void flights.board('k', other)
    flights.leave('k', leader)
    flights.land('k', leader, small)
    expect(flights.board('k', exchange())).to.not.equal(undefined)
  })
})

const simple = { cache: { response: { simple: { redis: { ttl: 60 } } } }, resilience: { retry: { max_retries: 0 } } }
const cached = (options: ServeOptions = {}) => Served.start({ ...options, config: { ...simple, ...options.config } })
const fine = { body: chatCompletion() }

describe('cache-exact in the gateway', () => {
  it('answers an equal request with the bytes of the first answer, its age, and a new id', async () => {
    const clock = new TurnedClock()
    await using served = await cached({ clock })
    const spelled = JSON.stringify(chatCompletion(), undefined, 2)
    served.upstream.always({ body: spelled })
    const first = await served.chat()
    expect(first.headers['x-cache']).to.equal(undefined)
    clock.advance(42_900)
    const second = await served.chat()
    expect(second.headers).to.include({ 'x-cache': 'HIT (exact)', age: '42', 'content-type': 'application/json', 'x-tapline-provider': 'openai' })
    expect(second.headers['x-request-id']).to.not.equal(first.headers['x-request-id'])
    expect(second.body.toString()).to.equal(spelled)
    expect(served.upstream.requests).to.have.length(1)
    expect((await served.completions.ended(2)).cache).to.equal('hit')
  })

  it('answers a long answer, which is kept compressed', async () => {
    await using served = await cached()
    served.upstream.always({ body: chatCompletion({ content: 'long '.repeat(20_000) }) })
    const first = await served.chat()
    // Nobody waits for an entry to be compressed and kept.
    let second = await served.chat()
    while (second.headers['x-cache'] === undefined) second = await served.chat()
    expect(second.headers['x-cache']).to.equal('HIT (exact)')
    expect(second.body.equals(first.body)).to.equal(true)
  })

  it('calls the provider again when the entry is too old', async () => {
    const clock = new TurnedClock()
    await using served = await cached({ clock })
    served.upstream.always(fine)
    await served.chat()
    await served.chat({ ...hello, seed: 1 }, { 'x-cache-ttl': '600' })
    clock.advance(60_001)
    expect((await served.chat()).headers['x-cache']).to.equal(undefined)
    expect((await served.chat({ ...hello, seed: 1 })).headers['x-cache']).to.equal('HIT (exact)')
  })

  it('answers a body with shuffled members, and not one with 1.0 instead of 1', async () => {
    await using served = await cached()
    served.upstream.always(fine)
    await served.chat('{"model":"gpt-test","temperature":1,"messages":[{"role":"user","content":"hi"}]}')
    const shuffled = await served.chat('{"messages": [{"content": "hi", "role": "user"}], "temperature": 1, "model": "gpt-test"}')
    expect(shuffled.headers['x-cache']).to.equal('HIT (exact)')
    const other = await served.chat('{"model":"gpt-test","temperature":1.0,"messages":[{"role":"user","content":"hi"}]}')
    expect(other.headers['x-cache']).to.equal(undefined)
  })

  it('answers a caller who names the provider like one who does not', async () => {
    await using served = await cached()
    served.upstream.always(fine)
    await served.chat()
    expect((await served.chat({ ...hello, model: 'openai/gpt-test' })).headers['x-cache']).to.equal('HIT (exact)')
  })

  it('answers embeddings', async () => {
    await using served = await cached()
    served.upstream.always({ body: embeddings({ vectors: [[1, 2]] }) })
    const call = () => served.call('POST', '/v1/embeddings', { model: 'gpt-test', input: 'x' })
    await call()
    expect((await call()).headers['x-cache']).to.equal('HIT (exact)')
  })

  const bypassed: readonly [string, object, Record<string, string>][] = [
    ['Cache-Control: no-cache', hello, { 'cache-control': 'no-cache' }],
    ['a background request', { ...hello, background: true }, {}],
    ['a request that goes on from another', { ...hello, previous_response_id: 'resp_1' }, {}],
    ['a request whose conversation the provider keeps', { ...hello, thread: { type: 'create' } }, {}],
  ]
  for (const [what, body, headers] of bypassed) {
    it(`neither answers nor keeps ${what}`, async () => {
      await using served = await cached()
      served.upstream.always(fine)
      for (let i = 0; i < 2; i++) await served.chat(body, headers)
      expect(served.upstream.requests).to.have.length(2)
      expect((await served.completions.ended()).cache).to.equal('bypass')
    })
  }

  it('neither answers nor keeps a request that wants the other layer alone, and leaves it to that one', async () => {
    await using served = await cached()
    served.upstream.always(fine)
    for (let i = 0; i < 2; i++) await served.chat(hello, { 'x-cache-type': 'semantic' })
    expect(served.upstream.requests).to.have.length(2)
    expect((await served.completions.ended(2)).cache).to.equal(undefined)
  })

  const unkept: readonly [string, object][] = [
    ['an error', { status: 500, body: errorBody('oops') }],
    ['an answer of status 201', { status: 201, body: chatCompletion() }],
    ['an empty answer', { body: { ...chatCompletion(), choices: [] } }],
    ['an answer over max_entry_bytes', { body: chatCompletion({ content: 'x'.repeat(5000) }) }],
  ]
  for (const [what, script] of unkept) {
    it(`does not keep ${what}`, async () => {
      await using served = await Served.start({ config: { ...simple, cache: { response: { simple: { max_entry_bytes: '4K' } } } } })
      served.upstream.always(script)
      for (let i = 0; i < 2; i++) expect((await served.chat()).headers['x-cache']).to.equal(undefined)
      expect(served.upstream.requests).to.have.length(2)
    })
  }

  it('keeps what guardrails left of an answer, and looks up what they left of a prompt', async () => {
    const rules = [
      { name: 'in', type: 'string_replace', phase: 'prompt', config: { rules: 'alice => someone\nbob => someone' } },
      { name: 'out', type: 'string_replace', phase: 'response', config: { rules: 'secret => thing' } },
    ]
    await using served = await cached({ config: { guardrails: { rules } } })
    served.upstream.always({ body: chatCompletion({ content: 'the secret' }) })
    const ask = (who: string) => served.chat({ ...hello, messages: [{ role: 'user', content: `I am ${who}` }] })
    expect((await ask('alice')).body.toString()).to.contain('the thing')
    const hit = await ask('bob')
    expect(hit.headers['x-cache']).to.equal('HIT (exact)')
    expect(hit.body.toString()).to.contain('the thing')
  })

  it('keeps no answer that policy gave or took', async () => {
    const guard = (on_match: string) => [{ name: 'guard', type: 'string_replace', config: { rules: 'secret', on_match } }]
    for (const on_match of ['block', 'respond']) {
      await using served = await cached({ config: { guardrails: { rules: guard(on_match) } } })
      served.upstream.always({ body: chatCompletion({ content: 'a secret' }) })
      for (let i = 0; i < 2; i++) expect((await served.chat()).headers['x-cache']).to.equal(undefined)
      expect(served.upstream.requests).to.have.length(2)
    }
  })

  for (const [whose, edits, kept] of [
    ['policy', true, false],
    ['no policy', false, true],
  ] as const) {
    for (const body of [hello, helloStream]) {
      it(`keeps ${kept ? 'an' : 'no'} answer that a plugin should have seen which failed open and is ${whose}${body === helloStream ? ', streamed' : ''}`, async () => {
        const failing = `
          import { definePlugin } from 'tapline'
          const fail = () => { throw new Error('away') }
          export default definePlugin({ name: 'failing', edits: ${edits}, onError: 'open', setup: () => ({ response: fail, stream: { text: fail } }) })`
        await using served = await cached({
          files: { 'failing.ts': failing },
          config: { pipelines: { inference: [{ insert: { use: './failing.ts' }, before: 'retry' }] } },
        })
        served.upstream.always(body === hello ? fine : { chunks: chatChunks({ pieces: ['a'] }) })
        await served.chat(body)
        await until(() => served.completions.all.every(({ hasLeft }) => hasLeft))
        expect((await served.chat(body)).headers['x-cache'] !== undefined).to.equal(kept)
      })
    }
  }

  it('begins anew when a guardrail was changed', async () => {
    await using served = await cached()
    served.upstream.always(fine)
    await served.chat()
    expect((await served.chat()).headers['x-cache']).to.equal('HIT (exact)')
    await served.gateway.configure({
      ...simple,
      server: { master_key: 'sk-master' },
      guardrails: { rules: [{ name: 'g', type: 'string_replace', phase: 'stream', config: { rules: 'a => b' } }] },
    })
    expect(await served.gateway.gateway.reload()).to.equal(true)
    expect((await served.chat()).headers['x-cache']).to.equal(undefined)
  })

  it('keeps user paths apart when told to', async () => {
    const patch = { set: 'cache-exact', options: { partition: 'user_path' } }
    await using served = await cached({ config: { pipelines: { inference: [patch] } } })
    served.upstream.always(fine)
    const as = (path: string) => served.chat(hello, { 'x-tapline-user-path': path })
    await as('/a')
    expect((await as('/b')).headers['x-cache']).to.equal(undefined)
    expect((await as('/a')).headers['x-cache']).to.equal('HIT (exact)')
  })

  it('keeps callers apart whose headers go on to the provider', async () => {
    const providers = {
      tenants: {
        type: 'openai',
        api_key: 'sk-tenants',
        base_url: '${OPENAI_BASE_URL}',
        models: ['m'],
        passthrough_user_headers: true,
        passthrough_user_headers_skip: ['x-tenant'],
        passthrough_user_headers_skip_mode: 'allow',
      },
    }
    await using served = await cached({ config: { providers } })
    served.upstream.always(({ headers }) => ({ body: chatCompletion({ content: `for ${String(headers['x-tenant'])}` }) }))
    const as = async (tenant: string, other = 'x') => {
      const { body, headers } = await served.chat({ ...hello, model: 'tenants/m' }, { 'x-tenant': tenant, 'x-other': other })
      return `${(JSON.parse(body.toString()) as { choices: { message: { content: string } }[] }).choices[0]?.message.content} ${headers['x-cache'] ?? 'miss'}`
    }
    expect([await as('a'), await as('b'), await as('a', 'y'), await as('b')]).to.deep.equal([
      'for a miss',
      'for b miss',
      'for a HIT (exact)',
      'for b HIT (exact)',
    ])
  })

  it('is not there unless it is switched on', async () => {
    await using served = await Served.start()
    served.upstream.always(fine)
    for (let i = 0; i < 2; i++) await served.chat()
    expect(served.upstream.requests).to.have.length(2)
    expect((await served.completions.ended()).cache).to.equal(undefined)
  })

  it('counts what came of requests', async () => {
    await using served = await cached({ config: { metrics: { enabled: true } } })
    served.upstream.always(fine)
    await served.chat()
    await served.chat()
    await served.chat(hello, { 'cache-control': 'no-store' })
    const page = (await served.call('GET', '/metrics')).body.toString()
    for (const result of ['hit', 'miss', 'bypass']) expect(page).to.contain(`tapline_cache_requests_total{layer="exact",result="${result}"} 1`)
  })
})

describe('cache-exact: identical requests at the same time', () => {
  const many = (served: Served, count: number) => Array.from({ length: count }, () => served.chat())

  it('make one call, whose answer all of them get', async () => {
    await using served = await cached()
    const gate = new Gate()
    served.upstream.reply({ ...fine, gates: { beforeHeaders: gate } })
    const calls = many(served, 20)
    await gate.reached
    await arrived(served, 20)
    gate.open()
    const answers = await Promise.all(calls)
    expect(answers.map(({ status }) => status)).to.deep.equal(Array.from({ length: 20 }, () => 200))
    expect(answers.filter(({ headers }) => headers['x-cache'] === 'HIT (exact)')).to.have.length(19)
    expect(served.upstream.requests).to.have.length(1)
  })

  it('do not share a failure', async () => {
    await using served = await cached()
    const gate = new Gate()
    served.upstream.reply({ status: 500, body: errorBody('oops'), gates: { beforeHeaders: gate } }).always(fine)
    const calls = many(served, 20)
    await gate.reached
    await arrived(served, 20)
    gate.open()
    const answers = await Promise.all(calls)
    expect(answers.filter(({ status }) => status === 500)).to.have.length(1)
    expect(answers.filter(({ status }) => status === 200)).to.have.length(19)
  })

  it('go on with another leader when the first one leaves', async () => {
    await using served = await cached()
    const gate = new Gate()
    served.upstream.reply({ silent: true }, { ...fine, gates: { beforeHeaders: gate } })
    const leaving = new AbortController()
    const leader = served.open('POST', '/v1/chat/completions', hello, {}, leaving.signal).catch((cause: unknown) => cause)
    await served.upstream.received()
    const calls = many(served, 5)
    await arrived(served, 6)
    leaving.abort()
    await leader
    await gate.reached
    gate.open()
    const answers = await Promise.all(calls)
    expect(answers.every(({ status }) => status === 200)).to.equal(true)
    expect(served.upstream.requests).to.have.length(2)
  })

  it('let a waiting client leave', async () => {
    await using served = await cached()
    const gate = new Gate()
    served.upstream.reply({ ...fine, gates: { beforeHeaders: gate } })
    const first = served.chat()
    await gate.reached
    const leaving = new AbortController()
    const second = served.open('POST', '/v1/chat/completions', hello, {}, leaving.signal).catch((cause: unknown) => cause)
    await arrived(served, 2)
    leaving.abort()
    await second
    expect((await served.completions.ended()).status).to.equal(499)
    gate.open()
    expect((await first).status).to.equal(200)
  })
})

describe('cache-exact with a store that fails', () => {
  const files = {
    'bad-store.ts': `
import { definePlugin } from 'tapline'
export default definePlugin({
  name: 'bad-store', provides: 'cache',
  setup: () => ({ service: { get: () => Promise.reject(new Error('down')), set: () => { throw new Error('down') }, delete() {} } }),
})`,
  }

  it('calls the provider, and says so once', async () => {
    await using served = await cached({ files, config: { pipelines: { services: [{ replace: 'cache-store', with: './bad-store.ts' }] } } })
    served.upstream.always(fine)
    for (let i = 0; i < 3; i++) expect((await served.chat()).status).to.equal(200)
    expect((await served.completions.ended()).cache).to.equal('error')
    expect(served.gateway.log.filter(({ msg }) => msg === 'the cache store failed; going on without it')).to.have.length(1)
  })

  it('refuses no request for a request fault of the provider', async () => {
    await using served = await cached()
    served.upstream.always({ status: 400, body: errorBody('bad') })
    expectError(await served.chat(), { code: null, status: 400, message: 'bad' })
  })
})

/** Resolves when so many requests are in the gateway. */
async function arrived(served: Served, count: number): Promise<void> {
  while (served.gateway.gateway.current.inFlight < count) await new Promise(resolve => setImmediate(resolve))
  for (let i = 0; i < 20; i++) await new Promise(resolve => setImmediate(resolve))
}
