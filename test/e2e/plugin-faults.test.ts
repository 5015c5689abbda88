import { expect } from 'chai'
import { ConfigError } from '../../core/config/problems/problems.ts'
import { chatChunks, chatCompletion, errorBody } from '../../core/testing/chat-samples.ts'
import { Gate } from '../../core/testing/gate.ts'
import { TurnedClock } from '../../core/testing/turned-clock.ts'
import { expectError, type Answer } from '../support/answer.ts'
import { judge } from '../support/guardrails.ts'
import { Folder, tapline } from '../support/run-tapline.ts'
import { hello, helloStream, Served } from '../support/serve.ts'
import { streamTexts } from '../support/stream-texts.ts'
import { until } from '../support/until.ts'

/** Fails in one phase, in the way that a header says. */
const faulty = (edits: boolean | undefined) => `
import { definePlugin } from 'tapline'
const nonsense = { number: 42, text: 'yes', object: { do: 'dance' }, list: [], true: true, null: null, 'a half retry': { do: 'retry', afterMs: NaN } }
const fail = how => {
  if (how === 'throws') throw new Error('the inner reason')
  if (how === 'throws nothing') throw undefined
  if (how === 'rejects') return Promise.reject(new Error('the inner reason'))
  if (how === 'hangs') return new Promise(() => {})
  return how.startsWith('promises ') ? Promise.resolve(nonsense[how.slice(9)]) : nonsense[how]
}
export default definePlugin({
  name: 'faulty',
  edits: ${String(edits)},
  schema: { type: 'object', properties: { phase: { type: 'string' } }, required: ['phase'] },
  setup: ({ options: { phase } }) => ({ [phase]: exchange => fail(exchange.request.headers['x-how']), ...(phase === 'response' ? { stream: 'pass' } : {}) }),
})
`

/** What failing means by default; taps of some phases are not asked for an answer. */
const phases = {
  request: 'closed',
  route: 'closed',
  prompt: 'closed',
  lookup: 'closed',
  attempt: 'open',
  settled: 'listens',
  recover: 'open',
  response: 'closed',
  complete: 'listens',
  finished: 'listens',
} as const

const ways = [
  'throws',
  'throws nothing',
  'rejects',
  'hangs',
  'number',
  'text',
  'object',
  'list',
  'true',
  'null',
  'promises number',
  'promises null',
  'a half retry',
]

/** One that no other timer of the gateway has. */
const timeoutMs = 5_017

describe('a plugin', () => {
  let clock: TurnedClock
  let served: Served

  /** One pipeline for each phase and mode, and for a plugin that edits nothing. */
  before(async () => {
    clock = new TurnedClock()
    const pipeline = (use: string, phase: string, mode: string) => ({
      extends: 'chat',
      route: `POST /${phase}/${mode}${use === './editless.ts' ? '/editless' : ''}`,
      patches: [
        {
          insert: { use, name: 'secret-name', timeout: `${timeoutMs}ms`, options: { phase }, ...(mode === 'default' ? {} : { on_error: mode }) },
          after: 'auth',
        },
      ],
    })
    const faults = Object.keys(phases).flatMap(phase => ['default', 'open', 'closed'].map(mode => [`${phase}-${mode}`, pipeline('./faulty.ts', phase, mode)]))
    const editless = ['prompt', 'response'].map(phase => [`${phase}-editless`, pipeline('./editless.ts', phase, 'open')])
    served = await Served.start({
      clock,
      files: { 'faulty.ts': faulty(undefined), 'editless.ts': faulty(false) },
      config: { resilience: { retry: { max_retries: 0 }, circuit_breaker: { enabled: false } }, pipelines: Object.fromEntries([...faults, ...editless]) },
    })
  })
  after(() => served.close())
  beforeEach(() => {
    served.completions.all.length = 0
    served.upstream.requests.length = 0
  })

  const run = async (path: string, how: string): Promise<Answer> => {
    served.upstream.always(path.startsWith('/recover') ? { status: 400, body: errorBody('no') } : { body: chatCompletion() })
    const call = served.call('POST', path, hello, { 'x-how': how })
    if (how === 'hangs' && !/settled|complete|finished/.test(path)) {
      await until(() => clock.waitsMs.includes(timeoutMs))
      clock.advance(timeoutMs)
    }
    return await call
  }

  for (const [phase, byDefault] of Object.entries(phases)) {
    for (const mode of ['default', 'open', 'closed'] as const) {
      for (const how of ways) {
        const isLate = how === 'hangs' && (phase === 'prompt' || phase === 'response')
        const isClosed = byDefault !== 'listens' && (isLate || (mode === 'default' ? byDefault : mode) === 'closed')
        const name = /throws|rejects|hangs/.test(how) ? how : `answers nonsense (${how})`

        it(`that ${name} in ${phase}, failing ${mode === 'default' ? 'as by default' : mode}, ${isClosed ? 'ends the request' : 'is passed over'}`, async () => {
          const answer = await run(`/${phase}/${mode}`, how)
          if (!isClosed) expect(answer.status, answer.body.toString()).to.equal(phase === 'recover' ? 400 : 200)
          else {
            expectError(answer, { code: 'plugin_failure' })
            expect(answer.body.toString()).to.not.match(/secret-name|faulty|inner reason/)
            expect(served.upstream.requests).to.have.length(phase === 'response' || phase === 'recover' ? 1 : 0)
          }
          const exchange = await served.completions.ended()
          const isUnheard = byDefault === 'listens' && !/throws|rejects/.test(how)
          await until(() => isUnheard || exchange.failures.length > 0)
          expect(exchange.failures.map(({ instance, phase, mode }) => ({ instance, phase, mode }))).to.deep.equal(
            isUnheard ? [] : [{ instance: 'secret-name', phase, mode: isClosed ? 'closed' : 'open' }],
          )
          if (!isUnheard) {
            const lines = served.gateway.log.filter(line => line['request_id'] === exchange.id && line['instance'] === 'secret-name')
            expect(lines).to.have.length(1)
            expect(lines[0]).to.include({ phase, msg: isClosed || byDefault === 'listens' ? 'a plugin failed' : 'a plugin failed; going on without it' })
          }
          expect(clock.waitsMs).to.not.include(timeoutMs)
        })
      }
    }
  }

  for (const phase of ['prompt', 'response']) {
    it(`that says it edits nothing may hang in ${phase} and be passed over`, async () => {
      expect((await run(`/${phase}/open/editless`, 'hangs')).status).to.equal(200)
    })
  }

  it('that failed leaves the next request alone', async () => {
    for (let i = 0; i < 3; i++) expect((await run('/prompt/open', 'throws')).status).to.equal(200)
  })

  it('that may take as long as it likes is waited for', async () => {
    const clock = new TurnedClock()
    await using patient = await Served.start({
      clock,
      files: { 'faulty.ts': faulty(undefined) },
      config: { pipelines: { chat: [{ insert: { use: './faulty.ts', timeout: 0, options: { phase: 'prompt' } }, after: 'auth' }] } },
    })
    const controller = new AbortController()
    const call = patient.open('POST', '/v1/chat/completions', hello, { 'x-how': 'hangs' }, controller.signal).catch(() => undefined)
    await until(() => patient.gateway.gateway.current.inFlight === 1)
    clock.advance(60_000)
    expect(patient.gateway.gateway.current.inFlight).to.equal(1)
    expect(patient.completions.all).to.have.length(0)
    controller.abort()
    await call
    expect((await patient.completions.ended()).status).to.equal(499)
  })

  it('that hangs while it is set up keeps the gateway from starting', async () => {
    const clock = new TurnedClock()
    const starting = Served.start({
      clock,
      files: { 'slow.ts': `import { definePlugin } from 'tapline'\nexport default definePlugin({ name: 'slow', setup: () => new Promise(() => {}) })` },
      config: { pipelines: { chat: [{ insert: './slow.ts', after: 'auth' }] } },
    })
    await until(() => clock.waitsMs.includes(10_000))
    clock.advance(10_000)
    const cause = await starting.then(
      () => undefined,
      (cause: unknown) => cause,
    )
    expect(cause).to.be.instanceOf(ConfigError)
    expect((cause as ConfigError).problems[0]?.message).to.match(/slow cannot be set up: set-up took longer than 10 s/)
  })

  it('that hangs while it is set up is told of by "tapline check", once its time is over', async function () {
    this.timeout(180_000)
    await using folder = await Folder.make({
      'slow.ts': `import { definePlugin } from 'tapline'\nexport default definePlugin({ name: 'slow', setup: () => new Promise(() => {}) })`,
      'tapline.yaml': { pipelines: { chat: [{ insert: './slow.ts', after: 'auth' }] } },
    })
    const { code, stderr } = await tapline(folder, 'check')
    expect(stderr).to.include('slow cannot be set up: set-up took longer than 10 s')
    expect(code).to.equal(78)
  })

  it('that is never open has the start fail, with a word', async function () {
    this.timeout(180_000)
    await using folder = await Folder.make({
      'slow.ts': `import { definePlugin } from 'tapline'\nexport default definePlugin({ name: 'slow', setup: () => ({ open: () => new Promise(() => {}) }) })`,
      'tapline.yaml': { pipelines: { chat: [{ insert: './slow.ts', after: 'auth' }] } },
    })
    const { code, stderr } = await tapline(folder)
    expect(stderr).to.include('tapline: ended before it was done: a plugin waits for what never comes')
    expect(code).to.equal(1)
  })

  it('that fails to close keeps nobody from closing', async () => {
    await using served = await Served.start({
      files: {
        'bad-end.ts': `import { definePlugin } from 'tapline'\nexport default definePlugin({ name: 'bad-end', setup: () => ({ close() { throw new Error('cannot close') } }) })`,
      },
      config: { pipelines: { chat: [{ insert: './bad-end.ts', after: 'auth' }] } },
    })
    await served.gateway.configure({ server: { master_key: 'sk-master' } })
    expect(await served.gateway.gateway.reload()).to.equal(true)
    await until(() => served.gateway.log.some(line => JSON.stringify(line).includes('cannot close')))
    expect((await served.call('GET', '/v1/models')).status).to.equal(200)
  })
})

/** Fails in one member of its stream tap, at the second event that carries text. */
const faultyStream = `
import { definePlugin } from 'tapline'
const nonsense = { number: 42, true: true, null: null, undefined: undefined, object: {}, promise: Promise.resolve('late') }
const fail = how => {
  if (how === 'throws') throw new Error('the inner reason')
  return how === 'rejection' ? Promise.reject(new Error('the inner reason')) : nonsense[how]
}
export default definePlugin({
  name: 'faulty-stream',
  schema: { type: 'object', properties: { member: { type: 'string' }, how: { type: 'string' }, after: { type: 'integer' } }, required: ['member', 'how', 'after'] },
  setup({ options: { member, how, after } }) {
    return {
      stream: {
        open: () => { if (member === 'open') fail(how); return { seen: 0 } },
        text: (text, channel, state) => member === 'text' && state.seen > after ? fail(how) : text,
        observe: (event, state) => { state.seen += 1; if (member === 'observe' && state.seen > after) return fail(how) },
        end: () => { if (member === 'end') fail(how) },
      },
    }
  },
})
`

describe('a plugin that taps streams', () => {
  const events = chatChunks({ pieces: ['Good', ' day', ', sir'] })
  const start = (options: object, step: object = {}) =>
    Served.start({
      files: { 'faulty.ts': faultyStream },
      config: { pipelines: { chat: [{ insert: { use: './faulty.ts', name: 'secret-name', ...step, options }, after: 'auth' }] } },
    })

  for (const [member, how] of [
    ['open', 'throws'],
    ['text', 'throws'],
    ['text', 'number'],
    ['text', 'undefined'],
    ['text', 'object'],
    ['text', 'promise'],
    ['text', 'rejection'],
    ['observe', 'throws'],
    ['observe', 'number'],
    ['observe', 'true'],
    ['observe', 'null'],
    ['observe', 'object'],
    ['observe', 'promise'],
    ['observe', 'rejection'],
  ] as const) {
    const what = how === 'throws' ? `throws in ${member}` : `answers ${how} in ${member}`

    it(`and ${what} before anything has left ends the request with 500`, async () => {
      await using served = await start({ member, how, after: 0 })
      const gate = new Gate()
      served.upstream.always({ chunks: events.slice(1), gates: { beforeEnd: gate } })
      expectError(await served.chat(helloStream), { code: 'plugin_failure' })
      await served.upstream.requests[0]?.aborted
    })

    if (member !== 'open') {
      it(`and ${what} later ends the stream with one error event`, async () => {
        await using served = await start({ member, how, after: 2 })
        const gate = new Gate()
        served.upstream.always({ chunks: events, gates: { beforeEnd: gate } })
        const { status, body } = await served.chat(helloStream)
        gate.open()
        const { texts, errors, dones, finishReasons } = streamTexts(body)
        expect(status).to.equal(200)
        expect(errors.map(({ code, message }) => ({ code, isDiscreet: !/secret-name|faulty|inner/.test(message) }))).to.deep.equal([
          { code: 'plugin_failure', isDiscreet: true },
        ])
        expect({ texts, dones, finishReasons }).to.deep.equal({ texts: { '0/content': 'Good' }, dones: 0, finishReasons: [] })
      })
    }

    it(`and ${what}, failing open, is passed over`, async () => {
      await using served = await start({ member, how, after: 0 }, { on_error: 'open' })
      served.upstream.always({ chunks: events })
      const { body } = await served.chat(helloStream)
      expect(body.toString()).to.equal(events.join(''))
      const { failures } = await served.completions.ended()
      expect(failures.length).to.be.above(0)
      expect(failures[0]).to.include({ instance: 'secret-name', phase: 'stream', mode: 'open' })
    })
  }

  it('and throws when the stream is over hurts nobody', async () => {
    await using served = await start({ member: 'end', how: 'throws', after: 0 })
    served.upstream.always({ chunks: events })
    expect((await served.chat(helloStream)).body.toString()).to.equal(events.join(''))
    expect((await served.chat(helloStream)).body.toString()).to.equal(events.join(''))
  })
})

describe('a head that HTTP has no room for', () => {
  const odd = `
import { block, definePlugin, Reply } from 'tapline'
const said = {
  header: ({ replyHeaders }) => { replyHeaders.push('X-Odd', 'żółw', 'X-Fine', 'yes') },
  lines: ({ replyHeaders }) => { replyHeaders.push('X-Odd', 'a\\nX-Injected: b', 'X-Fine', 'yes') },
  name: ({ replyHeaders }) => { replyHeaders.push('X Odd', 'a', 'X-Fine', 'yes') },
  number: ({ replyHeaders }) => { replyHeaders.push('X-Odd', undefined, 'X-Fine', 'yes') },
  half: ({ replyHeaders }) => { replyHeaders.push('X-Fine', 'yes', 'X-Odd') },
  length: ({ replyHeaders }) => { replyHeaders.push('Content-Length', '1', 'X-Fine', 'yes') },
  chunks: ({ replyHeaders }) => { replyHeaders.push('X-Fine', 'yes', 'transfer-encoding', 'chunked') },
  replyOfALength: () => new Reply({ status: 200, headers: { 'content-length': '1', 'X-Fine': 'yes', 'Content-Type': 'text/plain' }, body: Buffer.from('fine') }),
  refusalOfALength: () => block('no', 'no', { headers: { 'Content-Length': '1', 'X-Fine': 'yes' } }),
  reply: () => new Reply({ status: 200, headers: ['X-Odd', 'żółw', 'X-Fine', 'yes', 'Content-Type', 'text/plain'], body: Buffer.from('fine') }),
  status: () => new Reply({ status: 1000, headers: ['X-Fine', 'yes', 'Content-Type', 'text/plain'], body: Buffer.from('fine') }),
  early: () => new Reply({ status: 103, headers: ['X-Fine', 'yes', 'Content-Type', 'text/plain'], body: Buffer.from('fine') }),
  refusal: ({ replyHeaders }) => { replyHeaders.push('X-Fine', 'yes'); return block('no', 'no', { status: 200 }) },
}
export default definePlugin({ name: 'odd', setup: () => ({ prompt: exchange => said[exchange.request.headers['x-how']]?.(exchange) }) })
`
  const statuses = {
    header: 200,
    lines: 200,
    name: 200,
    number: 200,
    half: 200,
    length: 200,
    chunks: 200,
    replyOfALength: 200,
    refusalOfALength: 400,
    reply: 200,
    status: 500,
    early: 500,
    refusal: 500,
  } as const
  let served: Served
  before(async () => {
    served = await Served.start({ files: { 'odd.ts': odd }, config: { pipelines: { chat: [{ insert: './odd.ts', before: 'retry' }] } } })
  })
  after(() => served.close())

  for (const [how, status] of Object.entries(statuses)) {
    for (const body of [hello, helloStream]) {
      // A reply of one's own has no events.
      if (body === helloStream && ['reply', 'replyOfALength', 'status', 'early'].includes(how)) continue
      it(`leaves without it (${how}${body === hello ? '' : ', streamed'}), and nobody else suffers`, async () => {
        served.upstream.always(body === hello ? { body: chatCompletion() } : { chunks: chatChunks() })
        const [answer, other] = await Promise.all([served.call('POST', '/v1/chat/completions', body, { 'x-how': how }), served.chat(body)])
        expect(answer.status, answer.body.toString()).to.equal(status)
        expect(answer.headers['x-fine']).to.equal('yes')
        expect(answer.headers).to.not.have.any.keys('x-odd', 'x odd', 'x-injected')
        expect(answer.headers['x-request-id']).to.be.a('string').and.not.equal('')
        expect(other.status).to.equal(200)
        if (how === 'refusal') expectError(answer, { code: 'plugin_failure' })
        else expect(served.gateway.log.some(({ msg }) => /cannot be sent/.test(String(msg)))).to.equal(true)
      })
    }
  }
})

/** Leaves for others what a header says: at once, or after a while. */
const leaving = `
import { definePlugin } from 'tapline'
const left = {
  'targets that are texts': exchange => { exchange.targets = ['x'] },
  'a target beside others': exchange => { exchange.targets.push('x') },
  'targets that are no list': exchange => { exchange.targets = 'x' },
  'a target without a model': exchange => { exchange.targets = exchange.targets.map(({ provider }) => ({ provider })) },
  'a value with a line end': (_, attempt) => { attempt.headers.push('X-Fine', 'yes', 'X-Odd', 'a\\nX-Injected: b') },
  'a value beyond Latin-1': (_, attempt) => { attempt.headers.push('X-Odd', 'żółw') },
  'a value that is an object': (_, attempt) => { attempt.headers.push('X-Odd', {}) },
  'a name with a blank': (_, attempt) => { attempt.headers.push('X Odd', 'a') },
  'a name alone': (_, attempt) => { attempt.headers.push('X-Odd') },
  'a header of the transport': (_, attempt) => { attempt.headers.push('Transfer-Encoding', 'chunked') },
  'headers that are a map': (_, attempt) => { attempt.headers = { 'X-Odd': 'a' } },
}
const tap = phase => (exchange, attempt) => {
  const { 'x-what': what, 'x-when': when } = exchange.request.headers
  const leave = () => { if (phase === (/target/.test(what) ? 'route' : 'attempt')) left[what]?.(exchange, attempt) }
  return when === 'later' ? Promise.resolve().then(leave) : leave()
}
export default definePlugin({ name: 'leaving', setup: () => ({ route: tap('route'), attempt: tap('attempt') }) })
`

describe('a plugin that leaves what nobody can use', () => {
  const ofTargets = ['targets that are texts', 'a target beside others', 'targets that are no list', 'a target without a model']
  const ofHeaders = [
    'a value with a line end',
    'a value beyond Latin-1',
    'a value that is an object',
    'a name with a blank',
    'a name alone',
    'a header of the transport',
    'headers that are a map',
  ]
  let served: Served
  before(async () => {
    const patches = (mode: string) => [{ insert: { use: './leaving.ts', name: 'secret-name', on_error: mode }, before: 'retry' }]
    const pipeline = (mode: string) => ({ extends: 'chat', route: `POST /${mode}`, patches: patches(mode) })
    served = await Served.start({ files: { 'leaving.ts': leaving }, config: { pipelines: { open: pipeline('open'), closed: pipeline('closed') } } })
    served.upstream.always({ body: chatCompletion() })
  })
  after(() => served.close())
  beforeEach(() => {
    served.upstream.requests.length = 0
  })

  for (const what of [...ofTargets, ...ofHeaders]) {
    for (const when of ['at once', 'later']) {
      const leave = (path: string) => served.call('POST', path, hello, { 'x-what': what, 'x-when': when })

      it(`has failed, and neither the provider nor the gateway (${what}, ${when})`, async () => {
        expectError(await leave('/closed'), { status: 500, code: 'plugin_failure' })
        expect(served.upstream.requests).to.deep.equal([])
      })

      it(`is passed over where it may fail, with all that it left (${what}, ${when})`, async () => {
        const before = served.gateway.log.length
        expect((await leave('/open')).status).to.equal(200)
        expect(served.upstream.requests[0]?.headers).to.not.have.any.keys('x-odd', 'x-fine', 'x-injected', 'x odd')
        const failures = served.gateway.log.slice(before).filter(({ msg }) => msg === 'a plugin failed; going on without it')
        expect(failures.map(({ instance, phase }) => [instance, phase])).to.deep.equal([['secret-name', ofTargets.includes(what) ? 'route' : 'attempt']])
      })
    }
  }
})

/** Answers in one phase with what a header says. */
const answering = `
import { answer, definePlugin, Reply } from 'tapline'
const json = ['Content-Type', 'application/json']
const replies = {
  text: () => new Reply({ status: 403, headers: ['Content-Type', 'text/plain'], body: Buffer.from('no') }),
  json: () => new Reply({ status: 403, headers: json, body: Buffer.from('{"no":1}') }),
  other: () => new Reply({ status: 200, headers: json, body: Buffer.from('{"no":1}') }),
  list: () => new Reply({ status: 200, headers: json, body: Buffer.from('[1]') }),
  chat: () => new Reply({ status: 200, headers: json, body: Buffer.from(${JSON.stringify(JSON.stringify(chatCompletion({ content: 'Good day' })))}) }),
  turn: () => answer('Good day'),
  nothing: () => answer(undefined),
}
export default definePlugin({
  name: 'answering',
  schema: { type: 'object', properties: { phase: { type: 'string' } }, required: ['phase'] },
  setup: ({ options: { phase } }) => ({ [phase]: exchange => replies[exchange.request.headers['x-what']]?.(), ...(phase === 'response' ? { stream: { buffer: true } } : {}) }),
})
`

describe('a plugin that answers', () => {
  let served: Served
  before(async () => {
    const pipeline = (phase: string, from: string) => ({
      extends: from,
      route: `POST /${phase}/${from}`,
      patches: [{ insert: { use: './answering.ts', options: { phase } }, after: 'auth' }],
    })
    const phases = ['request', 'route', 'prompt', 'response']
    served = await Served.start({
      files: { 'answering.ts': answering },
      config: {
        pipelines: Object.fromEntries([
          ...phases.flatMap(phase => ['chat', 'messages', 'responses'].map((path): [string, object] => [`${phase}-${path}`, pipeline(phase, path)])),
          [
            'request-version',
            {
              extends: 'version',
              route: 'GET /request/version',
              patches: [{ insert: { use: './answering.ts', options: { phase: 'request' } }, before: 'version' }],
            },
          ],
        ]),
      },
    })
    served.upstream.always(({ body }) =>
      (JSON.parse(body.toString()) as { stream?: boolean }).stream === true
        ? { chunks: chatChunks({ pieces: ['Good', ' day'] }) }
        : { body: { ...chatCompletion(), output: [] } },
    )
  })
  after(() => served.close())

  const call = (path: string, what: string, stream: boolean, request: object = hello) => served.call('POST', path, { ...request, stream }, { 'x-what': what })

  for (const phase of ['route', 'prompt', 'response']) {
    for (const [what, status, type, body] of [
      ['text', 403, 'text/plain', 'no'],
      ['json', 403, 'application/json', '{"no":1}'],
      ['other', 200, 'application/json', '{"no":1}'],
      ['list', 200, 'application/json', '[1]'],
    ] as const) {
      for (const stream of [false, true]) {
        it(`in ${phase} with any reply (${what}) has it sent as it is to who asked for ${stream ? 'a stream' : 'none'}`, async () => {
          const answer = await call(`/${phase}/chat`, what, stream)
          expect({ status: answer.status, type: answer.headers['content-type'], body: answer.body.toString() }).to.deep.equal({ status, type, body })
        })
      }
    }

    it(`in ${phase} with a reply of the caller's dialect has it sent as events to who asked for a stream`, async () => {
      const { status, headers, body } = await call(`/${phase}/chat`, 'chat', true)
      expect([status, headers['content-type']]).to.deep.equal([200, 'text/event-stream; charset=utf-8'])
      expect(streamTexts(body).texts).to.deep.equal({ '0/content': 'Good day' })
    })
  }

  for (const phase of ['request', 'route', 'prompt', 'response']) {
    for (const [path, request] of [
      ['chat', hello],
      ['messages', { ...hello, max_tokens: 9 }],
      ['responses', { model: 'gpt-test', input: 'hello' }],
    ] as const) {
      for (const stream of [false, true]) {
        it(`in ${phase} with a turn has it spelled for who calls ${path} and asks for ${stream ? 'a stream' : 'none'}`, async () => {
          const { status, headers, body } = await call(`/${phase}/${path}`, 'turn', stream, request)
          expect(status, body.toString()).to.equal(200)
          expect(headers['content-type']).to.match(stream ? /^text\/event-stream/ : /^application\/json/)
          expect(body.toString()).to.include('Good day')
        })
      }
    }

    it(`in ${phase} with a turn that is no text has failed`, async () => {
      expectError(await call(`/${phase}/chat`, 'nothing', false), { code: 'plugin_failure' })
    })
  }

  it('in request with a turn leaves a body that cannot be read refused', async () => {
    expectError(await served.call('POST', '/request/chat', '{', { 'x-what': 'turn' }), { code: 'invalid_json' })
  })

  it('with a turn where no dialect is spoken has failed, and the log says why', async () => {
    expectError(await served.call('GET', '/request/version', undefined, { 'x-what': 'turn' }), { code: 'plugin_failure' })
    expect(served.gateway.log.some(({ instance, msg }) => instance === 'answering' && String(msg).includes('no dialect'))).to.equal(true)
  })
})

describe('a dialect that fails on a stream which policy collects', () => {
  for (const member of ['ending', 'assemble']) {
    it(`in ${member}() fails the call, and the log says why`, async () => {
      const odd = `
        import chat from '${import.meta.resolve('../../plugins/dialects/openai-chat/index.ts')}'
        export default { ...chat, stream: { ...chat.stream, ${member}() { throw new Error('the inner reason') } } }`
      const patches = [{ insert: { use: './judge.ts', options: { word: 'bad' } }, before: 'retry' }]
      await using served = await Served.start({
        files: { 'odd.ts': odd, 'judge.ts': judge },
        config: { pipelines: { chat: { extends: 'inference', route: 'POST /v1/chat/completions', operation: 'chat', dialect: './odd.ts', patches } } },
      })
      served.upstream.always({ chunks: chatChunks({}) })
      expectError(await served.chat(helloStream), { code: 'internal_error' })
      expect(served.gateway.log.some(({ err }) => (err as Error | undefined)?.message === 'the inner reason')).to.equal(true)
    })
  }
})
