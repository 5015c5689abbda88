import { expect } from 'chai'
import { type NoteChange, type Notes, type Processes, type State } from '../../../core/index.ts'
import { MemoryState } from '../../../core/services/memory-state.ts'
import { StateUnavailable } from '../../../core/services/state.ts'
import { Gate } from '../../../core/testing/gate.ts'
import { TurnedClock } from '../../../core/testing/turned-clock.ts'
import { Breaker, type Permit } from '../../../plugins/circuit-breaker/breaker.ts'
import { Guard } from '../../../plugins/circuit-breaker/guard.ts'
import type { BreakerPolicy } from '../../../plugins/circuit-breaker/policy.ts'
import { SharedGuards } from '../../../plugins/circuit-breaker/shared-guards.ts'
import { after, type BreakerNews, type BreakerState, type Standing } from '../../../plugins/circuit-breaker/standing.ts'
import { until } from '../../support/until.ts'

const rules = { failureThreshold: 3, successThreshold: 2, timeoutMs: 30_000 }

describe('how a breaker stands', () => {
  const now = 1_000
  const closed = (count = 0): Standing => ({ state: 'closed', count, untilMs: 0 })
  const half = (count = 0): Standing => ({ state: 'half-open', count, untilMs: 0 })
  const open = (untilMs = now + 30_000): Standing => ({ state: 'open', count: 0, untilMs })

  const cases: readonly (readonly [string, Standing, BreakerNews, Standing])[] = [
    ['a failure', closed(), { did: 'fail' }, closed(1)],
    ['as many failures as there may be', closed(2), { did: 'fail' }, open()],
    ['a late failure, once open', open(5), { did: 'fail' }, open(5)],
    ['a late failure, once half-open', half(1), { did: 'fail' }, half(1)],
    ['a success', closed(2), { did: 'succeed' }, closed()],
    ['a late success, once open', open(5), { did: 'succeed' }, open(5)],
    ['what the provider says of a quota', closed(1), { did: 'open', forMs: 7 }, open(now + 7)],
    ['a probe that failed', half(1), { did: 'open', forMs: 30_000 }, open()],
    ['a probe that is sent', open(5), { did: 'probe' }, half()],
    ['another probe that is sent', half(1), { did: 'probe' }, half(1)],
    ['a probe that is sent where others have closed it', closed(1), { did: 'probe' }, closed(1)],
    ['a probe that passed', half(), { did: 'pass-probe' }, half(1)],
    ['enough probes that passed', half(1), { did: 'pass-probe' }, closed()],
    ['a probe that passed and was not told of', open(5), { did: 'pass-probe' }, half(1)],
    ['a probe that passed where others have closed it', closed(1), { did: 'pass-probe' }, closed()],
    ['the last probe, by who counted them', half(), { did: 'close' }, closed()],
  ]
  for (const [title, before, news, expected] of cases) {
    it(`after ${title}: ${expected.state}, ${expected.count}`, () => expect(after(before, news, rules, now)).to.deep.equal(expected))
  }
})

/** One of the processes: its guard of the provider `acme`, and what it said of changes that it saw itself. */
interface Member {
  readonly guard: Guard
  readonly shared: SharedGuards
  readonly own: BreakerState[]
  enter(model?: string): Permit
  state(model?: string): BreakerState
}

class Family {
  readonly clock = new TurnedClock()
  readonly store = new MemoryState()
  readonly #handlers: (() => unknown)[] = []
  /** None of them can reach the store. */
  isAway = false
  /** Called once, when a note was read and is not replaced yet. */
  between: (() => void) | undefined
  /** What the next reading says comes once it is open. */
  slow: Gate | undefined

  /** @param isOnOneMachine whether they hear each other */
  member({ isPerModel = false, isOnOneMachine = false } = {}): Member {
    const own: BreakerState[] = []
    const processes = isOnOneMachine ? this.#processes() : undefined
    const shared = new SharedGuards({ state: this.#state, notes: this.#state.notes!, processes, clock: this.clock })
    const guard = new Guard(
      'acme',
      { isPerModel, rules } as BreakerPolicy,
      model =>
        new Breaker(rules, this.clock, {
          changed: (state, isOwn) => {
            if (isOwn) own.push(state)
          },
          news: news => shared.tell('acme', { model, news }),
        }),
    )
    shared.add(guard)
    shared.follow()
    return {
      guard,
      shared,
      own,
      enter: (model = '') => guard.breaker(model).enter() as Permit,
      state: (model = '') => guard.breaker(model).state,
    }
  }

  /** Time goes on until all have looked. */
  async look(...states: readonly [Member, BreakerState][]): Promise<void> {
    await until(() => {
      this.clock.advance(1_000)
      return states.every(([member, state]) => member.state() === state)
    })
  }

  note(): string | undefined {
    return this.store.notes.read(['breakers:acme'], this.clock.now())[0]
  }

  #processes(): Processes {
    return {
      answer: (_: string, handle: () => unknown) => {
        this.#handlers.push(handle)
        return () => {}
      },
      ask: async () => {
        for (const handle of this.#handlers) handle()
      },
    } as unknown as Processes
  }

  get #state(): State {
    const { store } = this
    const ask = async <T>(answer: () => T): Promise<T> => {
      if (this.isAway) throw new StateUnavailable('it is away')
      return answer()
    }
    const notes: Notes = {
      read: async (keys, nowMs) => {
        const { slow } = this
        this.slow = undefined
        const said = await ask(() => store.notes.read(keys, nowMs))
        this.between?.()
        this.between = undefined
        await slow
        return said
      },
      replace: (change: NoteChange, nowMs) => ask(() => store.notes.replace(change, nowMs)),
    }
    return {
      isShared: true,
      notes,
      claim: (claims: Parameters<State['claim']>[0], nowMs: number) => ask(() => store.claim(claims, nowMs)),
      settle: (settlement: Parameters<State['settle']>[0], nowMs: number) => ask(() => store.settle(settlement, nowMs)),
    } as unknown as State
  }
}

/** Two processes, both with the breaker open. */
async function opened() {
  const family = new Family()
  const [one, other] = [family.member(), family.member()]
  one.enter().tripped(30_000)
  await family.look([other, 'open'])
  return { family, one, other }
}

describe('a breaker of several processes', () => {
  it('counts the failures of all: whoever adds the last one opens it', async () => {
    const family = new Family()
    const [one, other] = [family.member(), family.member()]
    one.enter().failed()
    one.enter().failed()
    await until(() => family.note()?.includes('"count":2') === true)
    other.enter().failed()
    await until(() => other.state() === 'open')
    await family.look([one, 'open'])
    expect([one.own, other.own]).to.deep.equal([[], ['open']])
  })

  it('begins to count anew after a success of any', async () => {
    const family = new Family()
    const [one, other] = [family.member({ isOnOneMachine: true }), family.member({ isOnOneMachine: true })]
    one.enter().failed()
    one.enter().failed()
    await until(() => family.note()?.includes('"count":2') === true)
    await until(() => {
      other.enter().succeeded()
      return family.note() === undefined
    })
    one.enter().failed()
    one.enter().failed()
    await until(() => family.note()?.includes('"count":2') === true)
    expect([one.state(), other.state()]).to.deep.equal(['closed', 'closed'])
  })

  it('is not taken for what it was, by a look that takes longer than the one after it', async () => {
    const family = new Family()
    const [one, other] = [family.member(), family.member()]
    const slow = (family.slow = new Gate())
    family.clock.advance(1_000)
    await slow.reached
    other.enter().tripped(30_000)
    await family.look([one, 'open'])
    slow.open()
    await new Promise(resolve => {
      setImmediate(resolve)
    })
    expect(one.state()).to.equal('open')
  })

  it('is looked at once by those of one machine', async () => {
    const family = new Family()
    const [one, other] = [family.member({ isOnOneMachine: true }), family.member({ isOnOneMachine: true })]
    one.enter().tripped(5_000)
    await until(() => other.state() === 'open')
  })

  it('stays open for as long as the provider told one of them, and for one that begins later', async () => {
    const { family } = await opened()
    const late = family.member()
    await until(() => late.state() === 'open')
    expect(late.guard.breaker('').waitMs).to.be.within(1, 29_000)
    expect(late.enter()).to.equal(undefined)
  })

  it('has one probe at a time, whoever sends it', async () => {
    const { family, one, other } = await opened()
    const release = await one.shared.probe('acme', '', 30_000)
    expect(await other.shared.probe('acme', '', 30_000)).to.equal(undefined)
    expect(await other.shared.probe('acme', 'm', 30_000)).to.be.a('function')
    release?.()
    expect(await other.shared.probe('acme', '', 30_000)).to.be.a('function')
    family.clock.advance(30_000)
    expect(await one.shared.probe('acme', '', 30_000), 'the last one never ended').to.be.a('function')
  })

  it('closes after enough probes, whoever sends them', async () => {
    const { family, one, other } = await opened()
    family.clock.advance(30_000)
    const first = one.enter()
    one.guard.breaker('').probing()
    first.succeeded()
    await family.look([other, 'half-open'])
    const second = other.enter()
    other.guard.breaker('').probing()
    second.succeeded()
    await until(() => family.note() === undefined)
    await family.look([one, 'closed'], [other, 'closed'])
    expect([one.own, other.own]).to.deep.equal([['open', 'half-open'], ['closed']])
  })

  it('opens for all again when the probe fails', async () => {
    const { family, one, other } = await opened()
    family.clock.advance(30_000)
    const probe = one.enter()
    one.guard.breaker('').probing()
    probe.failed()
    await until(() => family.note()?.includes('"open"') === true)
    await family.look([other, 'open'])
    expect(other.enter()).to.equal(undefined)
  })

  it('is not asked for again at once where another process sends the probe', async () => {
    const { family, one } = await opened()
    family.clock.advance(30_000)
    one.guard.breaker('').leaveProbe(one.enter(), 1_000)
    expect([one.enter(), one.guard.breaker('').waitMs]).to.deep.equal([undefined, 1_000])
    family.clock.advance(1_000)
    expect(one.enter().isProbe).to.equal(true)
  })

  it('closes for all when it is reset in one, models that this one does not know included', async () => {
    const family = new Family()
    const [one, other] = [family.member({ isPerModel: true }), family.member({ isPerModel: true })]
    other.enter('m').tripped(30_000)
    await until(() => family.note() !== undefined)
    one.guard.reset()
    one.shared.tell('acme', 'reset')
    await until(() => family.note() === undefined)
    await until(() => {
      family.clock.advance(1_000)
      return other.state('m') === 'closed'
    })
  })

  it('is that of its model, in any spelling', async () => {
    const family = new Family()
    const [one, other] = [family.member({ isPerModel: true }), family.member({ isPerModel: true })]
    one.enter('__proto__').tripped(30_000)
    await until(() => {
      family.clock.advance(1_000)
      return other.state('__proto__') === 'open'
    })
    expect([one.state('n'), other.state('n')]).to.deep.equal(['closed', 'closed'])
  })

  it('loses nothing that two tell at once', async () => {
    const family = new Family()
    const [one, other] = [family.member(), family.member()]
    await until(() => one.state() === 'closed')
    family.between = () => other.enter().failed()
    one.enter().failed()
    await until(() => family.note()?.includes('"count":2') === true)
  })

  it('opens for this process alone while the store is away, and for all when it is back', async () => {
    const family = new Family()
    const [one, other] = [family.member(), family.member()]
    family.isAway = true
    for (let i = 0; i < 3; i++) one.enter().failed()
    expect([one.state(), other.state()]).to.deep.equal(['open', 'closed'])
    family.clock.advance(5_000)
    expect(one.state()).to.equal('open')
    family.isAway = false
    await family.look([other, 'open'])
    expect(one.state()).to.equal('open')
  })
})
