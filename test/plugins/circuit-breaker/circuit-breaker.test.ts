import { setImmediate as turn } from 'node:timers/promises'
import { expect } from 'chai'
import { until } from '../../support/until.ts'
import { compilePattern } from '../../../core/plugin/pattern.ts'
import { gatewayError, type Failure } from '../../../core/index.ts'
import { chatCompletion, errorBody, sampleStream } from '../../../core/testing/chat-samples.ts'
import { Gate } from '../../../core/testing/gate.ts'
import type { Script } from '../../../core/testing/script.ts'
import { TurnedClock } from '../../../core/testing/turned-clock.ts'
import { Breaker, type Permit } from '../../../plugins/circuit-breaker/breaker.ts'
import { BreakerPolicy, type BreakerOptions } from '../../../plugins/circuit-breaker/policy.ts'
import type { BreakerState } from '../../../plugins/circuit-breaker/standing.ts'
import { tripRules, type TripRules } from '../../../plugins/circuit-breaker/trip-rules.ts'
import { expectError } from '../../support/answer.ts'
import { configuration, hello, helloStream, Served } from '../../support/serve.ts'

const rules = { failureThreshold: 3, successThreshold: 2, timeoutMs: 30_000 }

function make(): { breaker: Breaker; clock: TurnedClock; states: BreakerState[] } {
  const clock = new TurnedClock()
  const states: BreakerState[] = []
  return { clock, states, breaker: new Breaker(rules, clock, { changed: state => states.push(state) }) }
}
const enter = (breaker: Breaker) => breaker.enter() as Permit
const open = (breaker: Breaker) => {
  for (let i = 0; i < rules.failureThreshold; i++) enter(breaker).failed()
}

describe('a breaker', () => {
  it('opens at the threshold of consecutive failures, and a success begins the count anew', () => {
    const { breaker, states } = make()
    enter(breaker).failed()
    enter(breaker).failed()
    enter(breaker).succeeded()
    enter(breaker).failed()
    enter(breaker).failed()
    expect(breaker.state).to.equal('closed')
    enter(breaker).failed()
    expect(states).to.deep.equal(['open'])
    expect(breaker.enter()).to.equal(undefined)
  })

  it('lets one probe through after the timeout, and closes after enough successes', () => {
    const { breaker, clock, states } = make()
    open(breaker)
    clock.advance(29_999)
    expect(breaker.enter()).to.equal(undefined)
    expect(breaker.waitMs).to.equal(1)
    clock.advance(1)
    const probe = enter(breaker)
    expect(probe.isProbe).to.equal(true)
    expect(breaker.enter()).to.equal(undefined)
    probe.succeeded()
    expect(breaker.state).to.equal('half-open')
    enter(breaker).succeeded()
    expect(states).to.deep.equal(['open', 'half-open', 'closed'])
    expect(enter(breaker).isProbe).to.equal(false)
  })

  it('opens with a fresh timer when a probe fails', () => {
    const { breaker, clock } = make()
    open(breaker)
    clock.advance(40_000)
    enter(breaker).failed()
    expect(breaker.state).to.equal('open')
    expect(breaker.waitMs).to.equal(30_000)
  })

  it('makes the next request the probe when one gives its slot back', () => {
    const { breaker, clock } = make()
    open(breaker)
    clock.advance(30_000)
    enter(breaker).giveBack()
    expect(breaker.state).to.equal('half-open')
    expect(enter(breaker).isProbe).to.equal(true)
  })

  it('forgets a probe that never reports, and what it says later', () => {
    const { breaker, clock } = make()
    open(breaker)
    clock.advance(30_000)
    const lost = enter(breaker)
    clock.advance(30_000)
    const next = enter(breaker)
    expect(next.isProbe).to.equal(true)
    lost.failed()
    expect(breaker.state).to.equal('half-open')
    lost.giveBack()
    expect(breaker.enter()).to.equal(undefined)
  })

  it('does not heed calls that began before it opened', () => {
    const { breaker, clock } = make()
    const late = [1, 2, 3, 4, 5].map(() => enter(breaker))
    open(breaker)
    clock.advance(10_000)
    for (const permit of late) permit.failed()
    for (const permit of late) permit.succeeded()
    expect(breaker.state).to.equal('open')
    expect(breaker.waitMs).to.equal(20_000)
    clock.advance(20_000)
    const probe = enter(breaker)
    for (const permit of late) permit.giveBack()
    expect(breaker.enter()).to.equal(undefined)
    probe.succeeded()
    expect(breaker.state).to.equal('half-open')
  })

  it('opens at once for as long as a trip says', () => {
    const { breaker } = make()
    enter(breaker).tripped(4 * 3_600_000)
    expect(breaker.waitMs).to.equal(4 * 3_600_000)
  })
})

const defaults: BreakerOptions = {
  enabled: true,
  failure_threshold: 5,
  success_threshold: 2,
  timeout: 30_000,
  scope: 'provider',
  failure_on_statuses: ['5xx'],
  slow_call_threshold: 0,
  trip_on: {},
}
type Case = readonly [string, Partial<Failure>, string]
const failure = (facts: Partial<Failure>): Failure => ({ kind: 'status', error: gatewayError('bad_upstream_response', 'x'), text: '', ...facts })

describe('circuit-breaker: what failures mean', () => {
  const policy = new BreakerPolicy(defaults, compilePattern)
  const cases: readonly Case[] = [
    ['a connection that failed', { kind: 'transport' }, 'failure'],
    ['a timeout', { kind: 'timeout' }, 'failure'],
    ...[500, 503, 529, 408, 424].map((status): Case => [`status ${status}`, { status }, 'failure']),
    ['status 429', { status: 429 }, 'throttled'],
    ['status 400', { status: 400 }, 'success'],
    ['status 404', { status: 404 }, 'neutral'],
    ['an empty answer', { kind: 'empty' }, 'neutral'],
    ['a call that was kept back', { kind: 'refused', status: 503 }, 'neutral'],
  ]
  for (const [what, facts, expected] of cases)
    it(`takes ${what} for ${expected}`, () => {
      expect(policy.judge(failure(facts))).to.equal(expected)
    })

  it('leaves connections and timeouts when no status is listed', () => {
    const none = new BreakerPolicy({ ...defaults, failure_on_statuses: [] }, compilePattern)
    for (const status of [500, 408, 424]) expect(none.judge(failure({ status })), String(status)).to.equal('neutral')
    expect(none.judge(failure({ kind: 'transport' }))).to.equal('failure')
  })

  it('trips on the first rule by name whose pattern is in the text', () => {
    const tripping = new BreakerPolicy(
      { ...defaults, trip_on: { b: { match: 'quota', ttl: 1000 }, a: { match: 'Weekly (usage )?limit', ttl: 5000 } } },
      compilePattern,
    )
    expect(tripping.tripMs(failure({ text: 'weekly usage limit reached, quota gone' }))).to.equal(5000)
    expect(tripping.tripMs(failure({ text: 'quota gone' }))).to.equal(1000)
    expect(tripping.tripMs(failure({ text: 'busy' }))).to.equal(undefined)
  })
})

describe('circuit-breaker: the rules that open it at once', () => {
  const quota = { match: 'quota', ttl: 1000 }
  const cases: readonly (readonly [name: string, file: TripRules, variables: Readonly<Record<string, string>>, expected: TripRules | RegExp])[] = [
    ['come from the file, in lower case', { Quota: quota }, {}, { quota }],
    ['come from variables', {}, { WEEKLY_LIMIT_MATCH: 'weekly', WEEKLY_LIMIT_TTL: '4h' }, { weekly_limit: { match: 'weekly', ttl: 14_400_000 } }],
    ['last as long as usual if no variable says for how long', {}, { QUOTA_MATCH: 'quota' }, { quota: { match: 'quota', ttl: 0 } }],
    [
      'are one rule where names differ in case alone, and the variable counts',
      { Quota: quota },
      { quota_match: 'none left' },
      { quota: { match: 'none left', ttl: 1000 } },
    ],
    ['take a time from a variable for a pattern of the file', { quota }, { QUOTA_TTL: '2s' }, { quota: { match: 'quota', ttl: 2000 } }],
    [
      'cannot be a time without a pattern',
      {},
      { QUOTA_TTL: '2s' },
      /^\/at\/trip_on_variables\/QUOTA_TTL: there is no variable with _MATCH at its end beside it$/,
    ],
    [
      'cannot be named so that nobody knows what is meant',
      {},
      { QUOTA: 'quota' },
      /^\/at\/trip_on_variables\/QUOTA: the name ends neither in _MATCH nor in _TTL$/,
    ],
    ['cannot last for what is no time', {}, { QUOTA_MATCH: 'x', QUOTA_TTL: 'long' }, /\/QUOTA_TTL: expected duration/],
    ['cannot be no pattern', {}, { QUOTA_MATCH: '(' }, /\/QUOTA_MATCH: expected regular expression/],
  ]
  for (const [name, file, variables, expected] of cases) {
    it(name, () => {
      const read = () => tripRules({ trip_on: file, trip_on_variables: variables }, '/at')
      if (expected instanceof RegExp) expect(read).to.throw(expected)
      else expect(read()).to.deep.equal(expected)
    })
  }

  it('of one provider count before those of all', () => {
    const own = tripRules({ trip_on: {}, trip_on_variables: { QUOTA_TTL: '9s', OWN_MATCH: 'own' } }, '/at', { quota, other: quota })
    expect(own).to.deep.equal({ quota: { match: 'quota', ttl: 9000 }, other: quota, own: { match: 'own', ttl: 0 } })
  })

  it('come from variables of one provider, and leave the others alone', async () => {
    const clock = new TurnedClock()
    const env = {
      OPENAI_MODELS: 'gpt-test',
      OPENAI_CIRCUIT_BREAKER_TRIP_ON_WEEKLY_MATCH: 'Weekly usage limit',
      TAPLINE_CIRCUIT_BREAKER_TRIP_ON_WEEKLY_TTL: '4h',
      TAPLINE_CIRCUIT_BREAKER_TRIP_ON_WEEKLY_MATCH: 'monthly',
    }
    await using served = await Served.start({ clock, env, config: resilience() })
    served.upstream.reply({ status: 429, body: errorBody('weekly usage limit reached') })
    await served.chat()
    const answer = await served.chat()
    expectError(answer, { code: 'circuit_open', message })
    expect(answer.headers['retry-after']).to.equal(String(4 * 3600))
  })
})

const broken: Script = { status: 500, body: errorBody('oops') }
const fine: Script = { body: chatCompletion() }
const throttled: Script = { status: 429, body: errorBody('slow down') }
const message = 'circuit breaker is open - provider temporarily unavailable'
const resilience = (circuit_breaker: object = {}, retry: object = { max_retries: 0 }) => ({ resilience: { retry, circuit_breaker } })

/** A gateway whose breaker has just opened. */
async function opened(clock: TurnedClock, config: Readonly<Record<string, unknown>> = resilience()): Promise<Served> {
  const served = await Served.start({ clock, config })
  served.upstream.reply(broken, broken, broken, broken, broken)
  for (let i = 0; i < 5; i++) expect((await served.chat()).status).to.equal(500)
  return served
}

describe('circuit-breaker in the gateway', () => {
  it('opens after five requests that failed with 500, and the sixth never leaves the process', async () => {
    const clock = new TurnedClock()
    await using served = await opened(clock)
    const answer = await served.chat()
    expectError(answer, { code: 'circuit_open', message })
    expect(answer.headers['retry-after']).to.equal('30')
    expect(served.upstream.requests).to.have.length(5)
    expect(served.gateway.log.filter(({ msg }) => msg === 'the circuit breaker is open')).to.have.length(1)
  })

  it('counts a request once, however often it was repeated', async () => {
    await using served = await Served.start({ config: resilience({ failure_threshold: 2 }, { max_retries: 2, initial_backoff: '1ms', max_backoff: '1ms' }) })
    served.upstream.always({ status: 503, body: errorBody('busy') })
    await served.chat()
    await served.chat()
    expect(served.upstream.requests).to.have.length(6)
    expectError(await served.chat(), { code: 'circuit_open' })
  })

  for (const [what, said] of [
    ['goes on to the next target', 'next'],
    ['gives up', 'giveUp'],
    ['answers in its place', `{ do: 'answer', reply: answer('later') }`],
  ] as const) {
    it(`counts a request whose failure a plugin above has seen to, which ${what}`, async () => {
      const plugin = `
        import { answer, definePlugin, giveUp, next } from 'tapline'
        export default definePlugin({ name: 'own', setup: () => ({ recover: (_, { target }) => (target.provider.name === 'openai' ? ${said} : undefined) }) })`
      await using served = await Served.start({
        files: { 'own.ts': plugin },
        config: {
          ...resilience({ failure_threshold: 2 }),
          providers: { backup: { type: 'openai-compatible', base_url: '${OPENAI_BASE_URL}', models: ['b'] } },
          virtual_models: [{ source: 'smart', strategy: 'failover', targets: [{ model: 'openai/gpt-test' }, { model: 'backup/b' }] }],
          pipelines: { inference: [{ insert: { use: './own.ts' }, before: 'retry' }] },
        },
      })
      served.upstream.always(({ body }) => (body.includes('gpt-test') ? broken : fine))
      for (let i = 0; i < 3; i++) await served.chat({ ...hello, model: 'smart' })
      expect(served.upstream.requests.filter(({ body }) => body.includes('gpt-test'))).to.have.length(2)
    })
  }

  it('makes the next request the probe when the client of a probe leaves', async () => {
    const clock = new TurnedClock()
    await using served = await opened(clock)
    clock.advance(30_000)
    served.upstream.reply({ silent: true }, fine, fine)
    const leaving = new AbortController()
    const probe = served.open('POST', '/v1/chat/completions', hello, {}, leaving.signal).catch((cause: unknown) => cause)
    await served.upstream.received(6)
    expectError(await served.chat(), { code: 'circuit_open' })
    leaving.abort()
    await probe
    await served.completions.ended(7)
    expect((await served.chat()).status).to.equal(200)
    expect((await served.chat()).status).to.equal(200)
    expect(served.upstream.requests).to.have.length(8)
  })

  it('does not open for a hundred 429, and opens again for one that a probe gets', async () => {
    const clock = new TurnedClock()
    await using served = await Served.start({ clock, config: resilience() })
    served.upstream.always(throttled)
    for (let i = 0; i < 100; i++) expect((await served.chat()).status).to.equal(429)
    served.upstream.always(broken)
    for (let i = 0; i < 5; i++) await served.chat()
    clock.advance(30_000)
    served.upstream.always(throttled)
    expect((await served.chat()).status).to.equal(429)
    expectError(await served.chat(), { code: 'circuit_open' })
  })

  it('does not repeat a probe', async () => {
    const clock = new TurnedClock()
    await using served = await opened(clock, resilience({}, { max_retries: 3 }))
    clock.advance(30_000)
    served.upstream.always({ status: 503, body: errorBody('busy') })
    expect((await served.chat()).status).to.equal(503)
    expect(served.upstream.requests).to.have.length(6)
    expectError(await served.chat(), { code: 'circuit_open' })
  })

  it('keeps its deadline when slow failures come in after it opened', async () => {
    const clock = new TurnedClock()
    await using served = await Served.start({ clock, config: resilience() })
    const gates = [1, 2, 3, 4, 5].map(() => new Gate())
    served.upstream.reply(...gates.map(gate => ({ ...broken, gates: { beforeHeaders: gate } })), broken, broken, broken, broken, broken)
    const slow: Promise<unknown>[] = []
    for (const gate of gates) {
      slow.push(served.chat())
      await gate.reached
    }
    for (let i = 0; i < 5; i++) await served.chat()
    clock.advance(10_000)
    for (const gate of gates) gate.open()
    await Promise.all(slow)
    const answer = await served.chat()
    expectError(answer, { code: 'circuit_open' })
    expect(answer.headers['retry-after']).to.equal('20')
  })

  it('ends a request with what the provider said when it opens during the wait for a retry', async () => {
    const clock = new TurnedClock()
    await using served = await Served.start({
      clock,
      config: resilience({ failure_threshold: 1 }, { max_retries: 3, initial_backoff: '3017ms', jitter_factor: 0 }),
    })
    served.upstream.reply({ status: 503, body: errorBody('busy today') }, broken)
    const waiting = served.chat()
    await until(() => clock.waitsMs.includes(3_017))
    expect((await served.chat()).status).to.equal(500)
    clock.advance(3_017)
    const answer = await waiting
    expect(answer.status).to.equal(503)
    expect(answer.body.toString()).to.contain('busy today')
    expect(served.upstream.requests).to.have.length(2)
  })

  it('counts a success that took too long as a failure', async () => {
    const clock = new TurnedClock()
    await using served = await Served.start({ clock, config: resilience({ failure_threshold: 1, slow_call_threshold: '5s' }) })
    const gate = new Gate()
    served.upstream.reply({ ...fine, gates: { beforeHeaders: gate } })
    const slow = served.chat()
    await gate.reached
    clock.advance(5001)
    gate.open()
    expect((await slow).status).to.equal(200)
    expectError(await served.chat(), { code: 'circuit_open' })
  })

  it('takes an established stream for a success, however it ends', async () => {
    await using served = await Served.start({ config: resilience({ failure_threshold: 1 }) })
    served.upstream.reply({ chunks: sampleStream.slice(0, 5), cutAfter: 1_000_000 }, fine)
    await served.chat(helloStream)
    expect((await served.chat()).status).to.equal(200)
  })

  it('opens at once, and repeats nothing, when the provider says that a quota is used up', async () => {
    const clock = new TurnedClock()
    await using served = await Served.start({
      clock,
      config: resilience({ trip_on: { Weekly: { match: 'Weekly usage limit', ttl: '4h' } } }, { max_retries: 3 }),
    })
    served.upstream.always({ status: 429, body: errorBody('Your weekly usage limit is reached') })
    expect((await served.chat()).status).to.equal(429)
    const answer = await served.chat()
    expectError(answer, { code: 'circuit_open' })
    expect(answer.headers['retry-after']).to.equal('14400')
    expect(served.upstream.requests).to.have.length(1)
  })

  it('keeps models apart when the scope says so', async () => {
    await using served = await Served.start({
      env: { OPENAI_MODELS: 'gpt-test,gpt-other' },
      config: { metrics: { enabled: true }, ...resilience({ scope: 'model', failure_threshold: 1 }) },
    })
    served.upstream.reply(broken, fine)
    await served.chat()
    expect((await served.chat({ ...hello, model: 'gpt-other' })).status).to.equal(200)
    expectError(await served.chat(), { code: 'circuit_open' })
    const page = (await served.call('GET', '/metrics')).body.toString()
    expect(page).to.contain('tapline_circuit_breaker_state{provider="openai",model="gpt-test"} 2').and.to.contain('{provider="openai",model="gpt-other"} 0')
  })

  it('is shown open over a reload that fails, and not any more when it is switched off', async () => {
    const throwing = "export default { name: 'throwing', setup() { throw new Error('no') } }"
    const config = (breaker: object, more: object = {}) => ({ metrics: { enabled: true }, ...resilience(breaker), ...more })
    await using served = await Served.start({ config: config({ failure_threshold: 1 }), files: { 'throwing.ts': throwing } })
    const page = async () => (await served.call('GET', '/metrics')).body.toString()
    const reload = async (written: Readonly<Record<string, unknown>>) => {
      await served.gateway.configure(configuration(written, served.completions))
      return await served.gateway.gateway.reload()
    }
    served.upstream.always(broken)
    await served.chat()
    expect(await reload(config({ failure_threshold: 2 }, { pipelines: { chat: [{ insert: './throwing.ts', after: 'usage' }] } }))).to.equal(false)
    expect(await page()).to.contain('tapline_circuit_breaker_state{provider="openai"} 2')
    expect(await reload(config({ enabled: false }))).to.equal(true)
    while ((await page()).includes('circuit_breaker_state{')) await turn()
  })

  for (const off of [{ enabled: false }, { failure_threshold: 0 }]) {
    it(`is not there with ${JSON.stringify(off)}`, async () => {
      await using served = await Served.start({ config: { metrics: { enabled: true }, ...resilience(off) } })
      served.upstream.always(broken)
      for (let i = 0; i < 7; i++) expect((await served.chat()).status).to.equal(500)
      expect((await served.call('GET', '/metrics')).body.toString()).to.not.contain('circuit_breaker_state')
    })
  }

  it("heeds what a provider's own block says, member by member", async () => {
    await using served = await Served.start({
      config: { ...resilience({ timeout: '90s' }), providers: { openai: { resilience: { circuit_breaker: { failure_threshold: 1 } } } } },
    })
    served.upstream.always(broken)
    await served.chat()
    const answer = await served.chat()
    expectError(answer, { code: 'circuit_open' })
    expect(answer.headers['retry-after']).to.equal('90')
  })
})
