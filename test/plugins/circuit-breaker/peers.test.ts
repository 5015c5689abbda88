import { setImmediate as turn } from 'node:timers/promises'
import { expect } from 'chai'
import { TurnedClock } from '../../../core/testing/turned-clock.ts'
import type { Processes } from '../../../core/index.ts'
import { MemoryState } from '../../../core/services/memory-state.ts'
import { Breaker, type Permit } from '../../../plugins/circuit-breaker/breaker.ts'
import { Peers, type BreakerName } from '../../../plugins/circuit-breaker/peers.ts'

const rules = { failureThreshold: 3, successThreshold: 2, timeoutMs: 30_000 }
const name: BreakerName = { provider: 'openai', model: '' }

/** The same breaker in two processes, and what each of them said of its changes. */
function make() {
  const clock = new TurnedClock()
  const own: string[][] = [[], []]
  const breakers: Breaker[] = own.map(
    (said, at) =>
      new Breaker(rules, clock, {
        changed: (state, isOwn) => {
          if (isOwn) said.push(state)
        },
        news: news => breakers[1 - at]?.hear(news),
      }),
  )
  const [one, other] = breakers as [Breaker, Breaker]
  return { clock, own, one, other }
}
const enter = (breaker: Breaker) => breaker.enter() as Permit

/** Opens both. */
function opened() {
  const made = make()
  for (const breaker of [made.one, made.other, made.one]) enter(breaker).failed()
  return made
}

describe('a breaker in two processes', () => {
  it('counts the failures of both, opens in both, and is told of by one', () => {
    const { one, other, own } = opened()
    expect([one.state, other.state, own]).to.deep.equal(['open', 'open', [['open'], []]])
    expect([one.enter(), other.enter()]).to.deep.equal([undefined, undefined])
  })

  it('begins to count anew after a success of either', () => {
    const { one, other } = make()
    enter(one).failed()
    enter(one).failed()
    enter(other).succeeded()
    enter(one).failed()
    enter(other).failed()
    expect([one.state, other.state]).to.deep.equal(['closed', 'closed'])
    enter(one).failed()
    expect([one.state, other.state]).to.deep.equal(['open', 'open'])
  })

  it('stays open in both for as long as the provider told one of them', () => {
    const { one, other, clock } = make()
    enter(one).tripped(120_000)
    clock.advance(119_999)
    expect([other.state, other.waitMs, other.enter()]).to.deep.equal(['open', 1, undefined])
  })

  it('has one probe, and closes in both after enough of them, whoever sends them', () => {
    const { one, other, clock, own } = opened()
    clock.advance(30_000)
    const first = enter(one)
    one.probing()
    expect([other.state, other.enter()]).to.deep.equal(['half-open', undefined])
    first.succeeded()
    const second = enter(other)
    other.probing()
    expect(one.enter()).to.equal(undefined)
    second.succeeded()
    expect([one.state, other.state]).to.deep.equal(['closed', 'closed'])
    expect(own).to.deep.equal([['open', 'half-open'], ['closed']])
  })

  it('opens in both again when the probe fails, and lets another through when it says nothing', () => {
    const { one, other, clock } = opened()
    clock.advance(30_000)
    const probe = enter(one)
    one.probing()
    probe.giveBack()
    const next = enter(other)
    other.probing()
    next.failed()
    expect([one.state, other.state, one.waitMs]).to.deep.equal(['open', 'open', 30_000])
  })

  it('closes in both when it is reset in one, whatever that one knew', () => {
    const { one, other } = make()
    other.hear({ did: 'open', forMs: 5_000 })
    expect([one.state, other.state]).to.deep.equal(['closed', 'open'])
    one.reset()
    expect(other.state).to.equal('closed')
  })
})

describe('processes that have one breaker', () => {
  const peers = (state: MemoryState, clock: TurnedClock) => new Peers({ state } as unknown as Processes, clock)

  it('send one probe at a time, and the next when it is over', async () => {
    const [state, clock] = [new MemoryState(), new TurnedClock()]
    const [one, other] = [peers(state, clock), peers(state, clock)]
    const release = await one.probe(name, 30_000)
    expect(await other.probe(name, 30_000)).to.equal(undefined)
    expect(await other.probe({ ...name, provider: 'groq' }, 30_000)).to.be.a('function')
    release?.()
    expect(await other.probe(name, 30_000)).to.be.a('function')
  })

  it('tell one that begins how theirs stand, but not what it has seen itself since', async () => {
    const clock = new TurnedClock()
    const { one: open } = opened()
    const asked: string[] = []
    const processes = {
      answer: () => () => {},
      ask: (what: string) => {
        asked.push(what)
        return Promise.resolve([
          undefined,
          [
            { name, news: open.standing },
            { name: { provider: 'groq', model: '' }, news: { did: 'open', forMs: 1 } },
          ],
        ])
      },
    } as unknown as Processes
    const begun = new Breaker(rules, clock, { changed: () => {} })
    const seen = new Breaker(rules, clock, { changed: () => {} })
    seen.hear({ did: 'open', forMs: 5_000 })
    for (const breaker of [begun, seen])
      new Peers(processes, clock).follow(
        ({ provider }) => (provider === 'openai' ? breaker : undefined),
        () => [],
      )
    await turn()
    expect([begun.state, begun.waitMs, seen.waitMs, asked.length]).to.deep.equal(['open', 30_000, 5_000, 2])
  })

  it('wait no longer than the timeout for one that never ends', async () => {
    const [state, clock] = [new MemoryState(), new TurnedClock()]
    await peers(state, clock).probe(name, 30_000)
    clock.advance(30_000)
    expect(await peers(state, clock).probe(name, 30_000)).to.be.a('function')
  })
})
