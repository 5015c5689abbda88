import { expect } from 'chai'
import { packageVersion } from '../../core/gateway/version.ts'
import { Gate } from '../../core/testing/gate.ts'
import type { Cue } from '../../core/testing/script.ts'
import { ScriptedUpstream } from '../../core/testing/scripted-upstream.ts'
import { TurnedClock } from '../../core/testing/turned-clock.ts'
import { Conflict, type PutOptions, type Records, type Stored } from '../../core/storage/records.ts'
import { VersionChecks, type Checked } from '../../plugins/version-check/checks.ts'
import { isNewer, readVersion } from '../../plugins/version-check/version-order.ts'
import { AdminGateway } from '../support/admin.ts'
import { Folder } from '../support/run-tapline.ts'
import type { ServeOptions } from '../support/serve.ts'
import { until } from '../support/until.ts'

const hourMs = 3_600_000
const { version } = await packageVersion()

/** A gateway that asks a server which version is the newest. */
class Asking {
  readonly clock = new TurnedClock()
  readonly gateway: AdminGateway
  readonly source: ScriptedUpstream

  private constructor(gateway: AdminGateway, source: ScriptedUpstream, clock: TurnedClock) {
    this.gateway = gateway
    this.source = source
    this.clock = clock
  }

  static async start(answer: Cue, settings: object = {}, { config, ...options }: ServeOptions = {}, clock = new TurnedClock()): Promise<Asking> {
    const source = await ScriptedUpstream.start()
    source.always(answer)
    const gateway = await AdminGateway.start({ ...options, clock, config: { version_check: { enabled: true, url: source.url, ...settings }, ...config } })
    return new Asking(gateway, source, clock)
  }

  async view(): Promise<Readonly<Record<string, unknown>>> {
    return (await this.gateway.call('GET', '/version')).json as Readonly<Record<string, unknown>>
  }

  /** What the plugin logged. */
  get said(): readonly string[] {
    return this.gateway.served.gateway.log.filter(({ plugin }) => plugin === 'version-check').map(({ msg }) => String(msg))
  }

  /** Resolves with what was logged first. */
  async told(): Promise<string> {
    await until(() => this.said.length > 0)
    return this.said[0] as string
  }

  /** Resolves with the view once somebody knows more than that nobody asked. */
  async known(): Promise<Readonly<Record<string, unknown>>> {
    let view = await this.view()
    while (view['latest'] === null) view = await this.view()
    return view
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.gateway[Symbol.asyncDispose]()
    await this.source.close()
  }
}

const newer = { body: { version: '99.1.0' } }

describe('looking for a newer version', () => {
  it('is done by nobody who did not ask for it', async () => {
    await using asking = await Asking.start(newer, { enabled: false })
    asking.clock.advance(48 * hourMs)
    expect(await asking.view()).to.include({ app: 'tapline', version, latest: null, update_available: false, checked_at: null, enabled: false })
    expect(asking.source.requests).to.deep.equal([])
  })

  const answers: readonly [string, object, string][] = [
    ['npm', { name: 'tapline', version: '99.1.0' }, '99.1.0'],
    ['GitHub', { tag_name: 'v99.1.0', name: 'A release' }, '99.1.0'],
    ['a plain file', { latest: '99.1.0-rc.1' }, '99.1.0-rc.1'],
  ]
  for (const [who, body, latest] of answers) {
    it(`understands ${who}, and tells the log and administrators`, async () => {
      await using asking = await Asking.start({ body })
      expect(await asking.known()).to.include({
        version,
        latest,
        update_available: true,
        checked_at: new Date(asking.clock.now()).toISOString(),
        enabled: true,
      })
      expect(asking.said).to.deep.equal([`there is a newer version: ${latest}`])
    })
  }

  it('says nothing of who asks', async () => {
    await using asking = await Asking.start(newer)
    const { method, headers, body } = await asking.source.received()
    expect([method, body.length, Object.keys(headers).toSorted()]).to.deep.equal(['GET', 0, ['accept', 'connection', 'host', 'user-agent']])
    expect(headers['user-agent']).to.equal('tapline')
  })

  for (const latest of [version, '0.0.1']) {
    it(`keeps quiet about ${latest}`, async () => {
      await using asking = await Asking.start({ body: { version: latest } })
      expect(await asking.known()).to.include({ latest, update_available: false })
      expect(asking.said).to.deep.equal([])
    })
  }

  it('does not happen more often because processes start anew, or because there are several', async () => {
    await using folder = await Folder.make({})
    const config = { storage: { type: 'sqlite', sqlite: { path: `${folder.path}/shared.db` } } }
    const clock = new TurnedClock()
    await using first = await Asking.start(newer, {}, { config }, clock)
    await first.known()
    await using second = await Asking.start(newer, {}, { config }, clock)
    expect(await second.known()).to.include({ latest: '99.1.0', update_available: true })
    expect(second.said).to.have.length(1)
    expect(second.source.requests).to.deep.equal([])
  })

  for (const [name, options] of [
    ['the file', { config: { server: { master_key: 'sk-master', offline: true } } }],
    ['a variable', { env: { TAPLINE_OFFLINE: 'true' } }],
  ] as const) {
    it(`does not happen where ${name} says that the gateway is offline`, async () => {
      await using asking = await Asking.start(newer, {}, options)
      asking.clock.advance(48 * hourMs)
      expect(await asking.view()).to.include({ latest: null, enabled: false })
      expect([asking.source.requests, asking.said]).to.deep.equal([[], ['nobody looks for a newer version: the gateway is offline']])
    })
  }

  const failures: readonly [string, Cue][] = [
    ['an error', { status: 500, body: { version: '99.1.0' } }],
    ['a redirection', { status: 302, headers: { location: 'https://elsewhere.example' } }],
    ['no JSON', { body: '<html>' }],
    ['null', { body: 'null' }],
    ['no version', { body: { tag_name: 'nightly' } }],
    ['a reset', { refuse: true }],
    ['nothing', { silent: true }],
    ['too much', { body: { version: '99.1.0', changes: 'x'.repeat(2 << 20) } }],
  ]
  for (const [what, answer] of failures) {
    it(`is tried again when it is time again after ${what}`, async () => {
      await using asking = await Asking.start(answer, { timeout_seconds: 2 })
      expect(await asking.told()).to.match(/could not be looked up/)
      expect(await asking.view()).to.include({ latest: null, checked_at: null, enabled: true })
      asking.source.always(newer)
      await until(() => asking.clock.waitsMs.includes(24 * hourMs))
      asking.clock.advance(24 * hourMs)
      expect(await asking.known()).to.include({ latest: '99.1.0' })
    })
  }

  it('holds up neither the start nor the end', async () => {
    const gate = new Gate()
    const asking = await Asking.start({ ...newer, gates: { beforeHeaders: gate } }, { timeout_seconds: 300 })
    await gate.reached
    await asking.gateway[Symbol.asyncDispose]()
    gate.open()
    await asking.source.close()
  })

  const wrong: readonly [string, object][] = [
    ['url', { url: undefined }],
    ['url', { url: 'ftp://x' }],
    ['url', { url: 'https://me:pass@x.example' }],
    ['interval_hours', { interval_hours: 0 }],
    ['max_daily_checks', { max_daily_checks: 0 }],
  ]
  for (const [setting, settings] of wrong) {
    it(`is not begun with ${JSON.stringify(settings)}`, async () => {
      const cause = await AdminGateway.start({ config: { version_check: { enabled: true, url: 'https://x.example', ...settings } } }).then(
        () => undefined,
        (cause: unknown) => cause as Error,
      )
      expect(cause?.message).to.contain(`/version_check/${setting}`).and.not.contain('pass')
    })
  }

  it('is switched on by variables that bear the prefix, and by no others', async () => {
    await using source = await ScriptedUpstream.start()
    source.always(newer)
    await using bare = await AdminGateway.start({ env: { VERSION_CHECK_ENABLED: 'true', VERSION_CHECK_URL: source.url } })
    expect((await bare.call('GET', '/version')).json.enabled).to.equal(false)
    await using own = await AdminGateway.start({
      env: {
        TAPLINE_VERSION_CHECK_ENABLED: 'true',
        GOMODEL_VERSION_CHECK_URL: source.url,
        TAPLINE_VERSION_CHECK_INTERVAL_HOURS: '1',
        TAPLINE_VERSION_CHECK_TIMEOUT_SECONDS: '9',
        TAPLINE_VERSION_CHECK_MAX_DAILY: '3',
      },
    })
    await source.received()
    expect((await own.call('GET', '/version')).json.enabled).to.equal(true)
    expect(source.requests).to.have.length(1)
  })
})

/** A store that answers at once, so that time can be turned. */
class Shared implements Pick<Records<Checked>, 'get' | 'put' | 'watch'> {
  #stored: Stored<Checked> | undefined

  async get(): Promise<Stored<Checked> | undefined> {
    return this.#stored
  }

  async put(id: string, value: Checked, { expected }: PutOptions = {}): Promise<Stored<Checked>> {
    const revision = this.#stored?.revision ?? 0
    if (expected !== revision) throw new Conflict('version_check', id)
    return (this.#stored = { id, revision: revision + 1, owner: '', position: 0, value })
  }

  watch(): () => void {
    return () => {}
  }
}

describe('the checks of processes that share a store', () => {
  /** How many were made in so many hours, by so many processes. */
  async function made(
    hours: number,
    {
      intervalHours,
      mostInADay = 500,
      processes = 1,
      isFailing = false,
    }: { intervalHours: number; mostInADay?: number; processes?: number; isFailing?: boolean },
  ): Promise<number> {
    const clock = new TurnedClock()
    const records = new Shared() as unknown as Records<Checked>
    let asked = 0
    const ask = async () => {
      asked++
      if (isFailing) throw new Error('nobody knows')
      return '1.0.0'
    }
    const all = Array.from(
      { length: processes },
      () => new VersionChecks({ records, clock, intervalMs: intervalHours * hourMs, mostInADay, ask, found() {}, failed() {}, unread() {} }),
    )
    for (const checks of all) checks.start()
    await clock.armed(processes)
    for (let hour = 0; hour < hours; hour += intervalHours) {
      clock.advance(intervalHours * hourMs)
      await clock.armed(processes)
    }
    for (const checks of all) await checks.close()
    expect(clock.pending).to.equal(0)
    return asked
  }

  for (const [ahead, hours, expected] of [
    ['far', 24 * 365, 1],
    ['a little', 1, 0],
  ] as const) {
    it(`are ${expected === 1 ? 'made' : 'not made'} where the one before was made by a clock that was ${ahead} ahead`, async () => {
      const clock = new TurnedClock()
      const records = new Shared()
      await records.put('newest', { latest: null, checkedAt: null, askedAt: clock.now() + hours * hourMs, day: '', asked: 1 }, { expected: 0 })
      let asked = 0
      const ask = async () => {
        asked++
        return '1.0.0'
      }
      const checks = new VersionChecks({
        records: records as unknown as Records<Checked>,
        clock,
        intervalMs: 24 * hourMs,
        mostInADay: 5,
        ask,
        found() {},
        failed() {},
        unread() {},
      })
      checks.start()
      await clock.armed()
      await checks.close()
      expect(asked).to.equal(expected)
    })
  }

  it('are one at the start and one in each interval', async () => expect(await made(24, { intervalHours: 6 })).to.equal(5))
  it('are as many when nobody knows', async () => expect(await made(24, { intervalHours: 6, isFailing: true })).to.equal(5))
  it('are as many for three processes', async () => expect(await made(24, { intervalHours: 6, processes: 3 })).to.equal(5))
  it('are so many in a day, and again in the next', async () => {
    expect(await made(23, { intervalHours: 1, mostInADay: 2 })).to.equal(2)
    expect(await made(24, { intervalHours: 1, mostInADay: 2 })).to.equal(3)
  })
})

describe('the order of versions', () => {
  const pairs: readonly [string, string, boolean][] = [
    ['1.0.1', '1.0.0', true],
    ['1.10.0', '1.9.9', true],
    ['2.0.0', '1.99.99', true],
    ['1.0.0', '1.0.0', false],
    ['1.0.0', '1.0.1', false],
    ['1.0.0', '1.0.0-rc.1', true],
    ['1.0.0-rc.1', '1.0.0', false],
    ['1.0.1-rc.1', '1.0.0', true],
    ['1.0.0+build', '1.0.0', false],
  ]
  for (const [one, other, answer] of pairs) it(`has ${one} ${answer ? '' : 'not '}newer than ${other}`, () => expect(isNewer(one, other)).to.equal(answer))

  for (const text of ['v1.2.3', ' 1.2.3 ', '1.2', 'latest', '', 1.2, undefined, null, '1.2.3; rm']) {
    it(`reads ${JSON.stringify(text)}`, () =>
      expect(readVersion(text)).to.equal(String(text).includes('1.2.3') && !String(text).includes('rm') ? '1.2.3' : undefined))
  }
})
