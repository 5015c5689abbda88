import { expect } from 'chai'
import { TurnedClock } from '../../core/testing/turned-clock.ts'
import type { Caller } from '../../core/pipeline/caller.ts'
import { AdminGateway } from '../support/admin.ts'
import { expectError, type Answer, type ExpectedError } from '../support/answer.ts'
import { collected } from '../support/collector.ts'
import type { ServeOptions } from '../support/serve.ts'
import { until } from '../support/until.ts'

const secondMs = 1000

class Profiled {
  readonly clock: TurnedClock
  readonly gateway: AdminGateway

  private constructor(gateway: AdminGateway, clock: TurnedClock) {
    this.gateway = gateway
    this.clock = clock
  }

  static async start({ config, ...options }: ServeOptions = {}): Promise<Profiled> {
    const clock = new TurnedClock()
    const pipelines = { profile: [{ insert: './impostor.ts', before: 'auth' }] }
    return new Profiled(
      await AdminGateway.start({ clock, config: { server: { master_key: 'sk-master', pprof_enabled: true }, pipelines, ...config }, ...options }),
      clock,
    )
  }

  call(path: string, headers: Readonly<Record<string, string>> = {}, method = 'GET'): Promise<Answer> {
    return this.gateway.served.call(method, `/debug/profile${path}`, undefined, headers)
  }

  /** Lets the time of one profile go by. */
  async after(seconds: number, call: Promise<Answer>): Promise<Answer> {
    await this.waits(seconds)
    this.clock.advance(seconds * secondMs)
    return await call
  }

  waits(seconds: number): Promise<void> {
    return until(() => this.clock.waitsMs.includes(seconds * secondMs))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.gateway[Symbol.asyncDispose]()
  }
}

const as = (caller: Caller) => ({ 'x-test-caller': JSON.stringify(caller) })

describe('a profile of the process', () => {
  const kinds: readonly [string, string, readonly string[]][] = [
    ['cpu', 'cpuprofile', ['nodes', 'startTime', 'endTime', 'samples', 'timeDeltas']],
    ['heap', 'heapprofile', ['head', 'samples']],
  ]
  for (const [kind, extension, members] of kinds) {
    it(`of its ${kind} is a file for DevTools, of so many seconds`, async () => {
      await using profiled = await Profiled.start()
      const answer = await profiled.after(17, profiled.call(`/${kind}?seconds=17`))
      expect(answer.status).to.equal(200)
      expect(answer.headers['content-type']).to.equal('application/json')
      expect(answer.headers['cache-control']).to.equal('no-store')
      expect(answer.headers['content-disposition']).to.match(new RegExp(`^attachment; filename="tapline-${kind}-2026-01-01T00-00-00\\.000Z\\.${extension}"$`))
      expect(JSON.parse(answer.body.toString())).to.include.all.keys(...members)
    })
  }

  it('holds no data', async () => {
    await using profiled = await Profiled.start()
    for (const kind of ['cpu', 'heap'])
      expect((await profiled.after(17, profiled.call(`/${kind}?seconds=17`))).body.includes('sk-master'), kind).to.equal(false)
  })

  it('takes 30 seconds where nobody says otherwise', async () => {
    await using profiled = await Profiled.start()
    const call = profiled.call('/cpu')
    await profiled.waits(30)
    profiled.clock.advance(30_000)
    expect((await call).status).to.equal(200)
  })

  it('is taken one at a time, whichever it is, and then again', async () => {
    await using profiled = await Profiled.start()
    const first = profiled.call('/cpu?seconds=17')
    await profiled.waits(17)
    for (const kind of ['cpu', 'heap']) expectError(await profiled.call(`/${kind}`), { code: 'conflict', type: 'invalid_request_error' })
    expect((await profiled.after(17, first)).status).to.equal(200)
    expect((await profiled.after(17, profiled.call('/heap?seconds=17'))).status).to.equal(200)
  })

  it('ends when the caller leaves', async () => {
    await using profiled = await Profiled.start()
    const leaving = new AbortController()
    const call = profiled.gateway.served.open('GET', '/debug/profile/cpu?seconds=17', undefined, {}, leaving.signal).catch(() => undefined)
    await profiled.waits(17)
    leaving.abort()
    await call
    await until(() => !profiled.clock.waitsMs.includes(17 * secondMs))
    expect((await profiled.after(19, profiled.call('/cpu?seconds=19'))).status).to.equal(200)
  })

  const refusals: readonly [string, string, Readonly<Record<string, string>>, string, ExpectedError][] = [
    ['who shows no key', '/cpu', { authorization: '' }, 'GET', { code: 'invalid_api_key' }],
    ['whose key may administer nothing', '/cpu', as({ method: 'api_key' }), 'GET', { code: 'dashboard_access_denied' }],
    ['who may administer one path alone', '/heap', as({ method: 'api_key', admin: { root: '/team', isGlobal: false } }), 'GET', { code: 'admin_scope_denied' }],
    [
      'whose page of another site asks where no key is asked for',
      '/cpu',
      { ...as({ method: 'no_key', admin: { root: '/', isGlobal: true } }), 'sec-fetch-site': 'cross-site' },
      'GET',
      { code: 'dashboard_access_denied' },
    ],
    ['who wants none of a second', '/cpu?seconds=0', {}, 'GET', { code: 'invalid_value', param: 'seconds' }],
    ['who wants too much', '/cpu?seconds=301', {}, 'GET', { code: 'invalid_value', param: 'seconds' }],
    ['who writes no number', '/heap?seconds=1e1', {}, 'GET', { code: 'invalid_value', param: 'seconds' }],
    ['who posts', '/cpu', {}, 'POST', { code: 'method_not_allowed' }],
    ['who wants another profile', '/threads', {}, 'GET', { code: 'unknown_url' }],
    ['who shouts', '/CPU', {}, 'GET', { code: 'unknown_url' }],
  ]
  for (const [who, path, headers, method, expected] of refusals) {
    it(`is refused to a caller ${who}`, async () => {
      await using profiled = await Profiled.start()
      expectError(await profiled.call(path, headers, method), expected)
    })
  }

  it('is not taken for the head of an answer', async () => {
    await using profiled = await Profiled.start()
    expect((await profiled.call('/cpu', {}, 'HEAD')).status).to.equal(405)
  })

  it('is 404 by default, and there where a variable says so', async () => {
    await using off = await Profiled.start({ config: { server: { master_key: 'sk-master' } } })
    for (const kind of ['cpu', 'heap']) expectError(await off.call(`/${kind}`), { code: 'unknown_url' })
    await using on = await Profiled.start({ config: { server: { master_key: 'sk-master' } }, env: { TAPLINE_PPROF_ENABLED: 'true' } })
    expect((await on.after(17, on.call('/cpu?seconds=17'))).status).to.equal(200)
  })

  it('is neither traced nor counted', async () => {
    const { spans, series } = await collected(
      async served => {
        expect((await served.call('GET', '/debug/profile/cpu?seconds=1')).status).to.equal(200)
        expect((await served.call('GET', '/metrics')).body.toString()).to.not.contain('debug')
      },
      {},
      { config: { server: { pprof_enabled: true }, metrics: { enabled: true } } },
    )
    expect([spans, series]).to.deep.equal([[], []])
  })
})
