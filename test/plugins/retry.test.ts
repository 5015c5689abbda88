import { expect } from 'chai'
import { setImmediate as turn } from 'node:timers/promises'
import { gatewayError, type Failure } from '../../core/index.ts'
import { chatCompletion, errorBody, sampleStream } from '../../core/testing/chat-samples.ts'
import type { Script } from '../../core/testing/script.ts'
import { seededRandom } from '../../core/testing/seeded-random.ts'
import { TurnedClock } from '../../core/testing/turned-clock.ts'
import { RetryPolicy, type RetryOptions } from '../../plugins/retry/policy.ts'
import { hello, helloStream, Served } from '../support/serve.ts'

const defaults: RetryOptions = {
  max_retries: 3,
  initial_backoff: 1000,
  max_backoff: 30_000,
  backoff_factor: 2,
  jitter_factor: 0.1,
  retry_on_statuses: ['429', '502', '503', '504', '522', '524', '529'],
}
type Case = readonly [string, Partial<Failure>, boolean]
const failure = (facts: Partial<Failure>): Failure => ({ kind: 'status', error: gatewayError('bad_upstream_response', 'x'), text: '', ...facts })

describe('retry: what may pass', () => {
  const policy = new RetryPolicy(defaults, () => 0.5)
  const cases: readonly Case[] = [
    ['a connection that failed', { kind: 'transport' }, true],
    ...[429, 502, 503, 504, 522, 524, 529].map((status): Case => [`status ${status}`, { status }, true]),
    ...[400, 401, 404, 408, 424, 500, 501].map((status): Case => [`status ${status}`, { status }, false]),
    ['a timeout of the gateway itself', { kind: 'timeout' }, false],
    ['an answer with nothing in it', { kind: 'empty' }, false],
    ['a call that was kept back', { kind: 'refused', status: 503 }, false],
  ]
  for (const [what, facts, expected] of cases)
    it(`${expected ? 'repeats' : 'does not repeat'} ${what}`, () => {
      expect(policy.mayPass(failure(facts))).to.equal(expected)
    })

  it('knows classes, and treats an empty list as "connections only"', () => {
    const classes = new RetryPolicy({ ...defaults, retry_on_statuses: ['5xx'] }, Math.random)
    expect([500, 599, 408, 424, 429].map(status => classes.mayPass(failure({ status })))).to.deep.equal([true, true, true, true, false])
    const none = new RetryPolicy({ ...defaults, retry_on_statuses: [] }, Math.random)
    expect(none.mayPass(failure({ status: 503 }))).to.equal(false)
    expect(none.mayPass(failure({ kind: 'transport' }))).to.equal(true)
  })
})

describe('retry: waits', () => {
  it('grow by the factor up to the cap', () => {
    const policy = new RetryPolicy({ ...defaults, jitter_factor: 0 }, () => 0.5)
    expect([0, 1, 2, 3, 4, 5, 9].map(n => policy.waitMs(n))).to.deep.equal([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000])
  })

  it('stay within the jitter, and under the cap', () => {
    const policy = new RetryPolicy(defaults, seededRandom(7))
    for (let i = 0; i < 500; i++) {
      expect(policy.waitMs(1)).to.be.within(1800, 2200)
      expect(policy.waitMs(9)).to.be.within(27_000, 30_000)
    }
  })

  it('are raised to what the provider asks for, unless that is more than may be waited', () => {
    const policy = new RetryPolicy({ ...defaults, jitter_factor: 0 }, () => 0.5)
    expect(policy.waitMs(0, 5000)).to.equal(5000)
    expect(policy.waitMs(3, 5000)).to.equal(8000)
    expect(policy.waitMs(0, 30_000)).to.equal(30_000)
    expect(policy.waitMs(0, 30_001)).to.equal(undefined)
  })
})

const busy: Script = { status: 503, body: errorBody('busy') }
const fine: Script = { body: chatCompletion() }
/** Waits that a test does not notice. */
const quick = { retry: { initial_backoff: '1ms', max_backoff: '20ms' } }
/** Waits that no other plugin has. */
const slow = { initial_backoff: '7s' }

describe('retry in the gateway', () => {
  it('takes a 503 twice and answers the third time, without a failure for the breaker', async () => {
    const clock = new TurnedClock()
    await using served = await Served.start({
      clock,
      config: { resilience: { retry: { ...slow, jitter_factor: 0.1 }, circuit_breaker: { failure_threshold: 1 } } },
    })
    served.upstream.reply(busy, busy, fine)
    const call = served.chat()
    for (const [least, most] of [
      [6300, 7700],
      [12_600, 15_400],
    ] as const) {
      const wait = await timerWithin(clock, least, most)
      clock.advance(wait)
    }
    expect((await call).status).to.equal(200)
    expect((await served.completions.ended()).attempts.map(({ kind }) => kind)).to.deep.equal(['primary', 'retry', 'retry'])
    served.upstream.reply(fine)
    expect((await served.chat()).status).to.equal(200)
  })

  it('gives up after max_retries, with the last error', async () => {
    await using served = await Served.start({ config: { resilience: { retry: { ...quick.retry, max_retries: 2 } } } })
    served.upstream.reply(busy, busy, { status: 503, body: errorBody('still busy') })
    const answer = await served.chat()
    expect(answer.status).to.equal(503)
    expect(answer.body.toString()).to.contain('still busy')
    expect(served.upstream.requests).to.have.length(3)
  })

  const cases: readonly [string, Script, object, number][] = [
    ['repeats after a reset connection', { refuse: true }, hello, 2],
    ['repeats a stream that was refused', busy, helloStream, 2],
    ['does not repeat a 500', { status: 500, body: errorBody('oops') }, hello, 1],
    ['does not repeat a request that is at fault', { status: 400, body: errorBody('bad') }, hello, 1],
    ['does not repeat an answer with nothing in it', { body: { ...chatCompletion(), choices: [] } }, hello, 1],
    ['does not repeat a stream that was empty', { chunks: [] }, helloStream, 1],
    ['does not wait longer than max_backoff for a provider', { ...busy, headers: { 'retry-after': '1' } }, hello, 1],
    ['waits as long as the provider asks', { ...busy, headers: { 'retry-after-ms': '15' } }, hello, 2],
  ]
  for (const [sentence, first, request, calls] of cases) {
    it(sentence, async () => {
      await using served = await Served.start({ config: { resilience: quick } })
      served.upstream.reply(first).always(request === helloStream ? { chunks: sampleStream } : fine)
      const answer = await served.chat(request)
      expect(served.upstream.requests).to.have.length(calls)
      expect(answer.status).to.equal(calls === 2 ? 200 : (first.status ?? 502))
    })
  }

  it("does not repeat after the gateway's own timeout", async () => {
    const clock = new TurnedClock()
    await using served = await Served.start({ clock, config: { http: { timeout: '7s' } } })
    served.upstream.always({ silent: true })
    const call = served.chat()
    await served.upstream.received()
    clock.advance(7000)
    expect((await call).status).to.equal(504)
    expect(served.upstream.requests).to.have.length(1)
  })

  it('stops when the client leaves during a wait', async () => {
    const clock = new TurnedClock()
    await using served = await Served.start({ clock, config: { resilience: { retry: slow } } })
    served.upstream.always(busy)
    const leaving = new AbortController()
    const call = served.open('POST', '/v1/chat/completions', hello, {}, leaving.signal).catch((cause: unknown) => cause)
    const wait = await timerWithin(clock, 6300, 7700)
    leaving.abort()
    await call
    const exchange = await served.completions.ended()
    expect(clock.waitsMs).to.not.include(wait)
    clock.advance(wait)
    await turn()
    expect(exchange.status).to.equal(499)
    expect(served.upstream.requests).to.have.length(1)
  })

  const passed: readonly [string, string, Record<string, string>, number][] = [
    ['repeats a GET that is passed on', 'GET', {}, 2],
    ['does not repeat a POST that is passed on', 'POST', {}, 1],
    ['repeats a POST that is passed on with an Idempotency-Key', 'POST', { 'idempotency-key': '1' }, 2],
  ]
  for (const [sentence, method, headers, calls] of passed) {
    it(sentence, async () => {
      await using served = await Served.start({ config: { resilience: quick } })
      served.upstream.reply(busy).always({ body: { ok: true } })
      await served.call(method, '/p/openai/files', method === 'GET' ? undefined : { a: 1 }, headers)
      expect(served.upstream.requests).to.have.length(calls)
    })
  }

  it("heeds what a provider's own block says, member by member", async () => {
    await using served = await Served.start({ config: { resilience: quick, providers: { openai: { resilience: { retry: { max_retries: 1 } } } } } })
    served.upstream.always(busy)
    expect((await served.chat()).status).to.equal(503)
    expect(served.upstream.requests).to.have.length(2)
  })

  it("says where a provider's block is wrong", async () => {
    const start = Served.start({ config: { providers: { openai: { resilience: { retry: { initial_backoff: 'soon' } } } } } })
    const failed = await start.then(
      async served => {
        await served.close()
        return undefined
      },
      (cause: unknown) => cause as Error,
    )
    expect(
      JSON.stringify(failed?.message) + String((failed as { problems?: { message: string }[] } | undefined)?.problems?.map(({ message }) => message)),
    ).to.contain('/providers/openai/resilience/retry/initial_backoff')
  })

  it('is not there with max_retries: 0', async () => {
    await using served = await Served.start({ config: { resilience: { retry: { max_retries: 0 } } } })
    served.upstream.always(busy)
    expect((await served.chat()).status).to.equal(503)
    expect(served.upstream.requests).to.have.length(1)
  })
})

/** Resolves when a timer is armed that is due in so many milliseconds. */
async function timerWithin(clock: TurnedClock, least: number, most: number): Promise<number> {
  for (;;) {
    const wait = clock.waitsMs.find(ms => ms >= least && ms <= most)
    if (wait !== undefined) return wait
    await turn()
  }
}
