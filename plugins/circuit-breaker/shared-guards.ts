/** The breakers of several processes as one: what a process sees is noted for all, and each reads the notes every second, or at once where another calls. */

import { randomUUID } from 'node:crypto'
import type { Clock, Notes, Processes, State } from '../../core/index.ts'
import { readAgain } from '../shared/records/read-again.ts'
import type { Guard } from './guard.ts'
import { after, untouched, type BreakerNews, type Standing } from './standing.ts'

const lookMs = 1_000
/** How long a note outlives what it says. */
const keptMs = 24 * 60 * 60_000
/** What the other processes of this machine are told, and for how long they are waited for; nobody reads what they say. */
const subject = 'circuit-breaker'
const patienceMs = 1_000

/** About one of the provider's breakers; the model is empty where all have one. */
interface GuardNews {
  readonly model: string
  readonly news: BreakerNews
}

/** Of the breakers that are not as at the beginning, by model. */
type Standings = ReadonlyMap<string, Standing>

/** The breakers of one provider, and what of them is not noted yet. */
interface SharedGuard {
  readonly guard: Guard
  readonly key: string
  readonly untold: (GuardNews | 'reset')[]
  isWriting: boolean
  /** How often something was told: a note that was read before is an old one. */
  told: number
  /** What was told last found nobody. */
  isAlone: boolean
}

export interface SharedGuardsOptions {
  readonly state: State
  readonly notes: Notes
  /** Those of this machine, which need not wait for a second. */
  readonly processes: Processes | undefined
  readonly clock: Clock
}

export class SharedGuards {
  readonly #state: State
  readonly #notes: Notes
  readonly #processes: Processes | undefined
  readonly #clock: Clock
  readonly #holder = randomUUID()
  readonly #guards = new Map<string, SharedGuard>()
  /** Looks, in the order in which they began: the last one, and the last one that brought something. */
  #lastLook = 0
  #lastSeen = 0

  constructor({ state, notes, processes, clock }: SharedGuardsOptions) {
    this.#state = state
    this.#notes = notes
    this.#processes = processes
    this.#clock = clock
  }

  add(guard: Guard): void {
    this.#guards.set(guard.provider, { guard, key: `breakers:${guard.provider}`, untold: [], isWriting: false, told: 0, isAlone: false })
  }

  tell(provider: string, news: GuardNews | 'reset'): void {
    const one = this.#guards.get(provider)
    if (one === undefined) return
    one.untold.push(news)
    one.told += 1
    if (!one.isWriting) void this.#write(one)
  }

  /** Takes over how the breakers stand, and keeps to it. @returns how to end that */
  follow(): () => void {
    const alone = () => {}
    const look = () => this.#look().catch(alone)
    const withdraw = this.#processes?.answer(subject, () => void look())
    const end = readAgain(this.#clock, lookMs, look, alone)
    void look()
    return () => {
      end()
      withdraw?.()
    }
  }

  /** Asks to send a probe. @returns what to call when it is over; undefined where another process sends one. @throws StateUnavailable */
  async probe(provider: string, model: string, forMs: number): Promise<(() => void) | undefined> {
    const now = this.#clock.now()
    const hold = { key: `breaker:${provider}:${model}`, holder: this.#holder, amount: 1, untilMs: now + forMs }
    const { admitted } = await this.#state.claim([{ hold, limit: 1 }], now)
    if (!admitted) return undefined
    return () => {
      Promise.resolve(this.#state.settle({ releases: [hold], adds: [] }, this.#clock.now())).catch(() => {})
    } // it lapses
  }

  async #write(one: SharedGuard): Promise<void> {
    one.isWriting = true
    try {
      const changed = new Set<string>()
      let standings: Standings = new Map()
      while (one.untold.length > 0) {
        standings = await this.#note(one, changed)
      }
      one.guard.take(standings, model => changed.has(model))
      this.#processes?.ask(subject, {}, patienceMs).catch(() => {}) // they look within a second
    } catch {
      one.untold.length = 0
      one.isAlone = true
    } finally {
      one.isWriting = false
    }
  }

  /** Notes what is untold, unless somebody else wrote meanwhile. @param changed gets the models whose state is another now */
  async #note(one: SharedGuard, changed: Set<string>): Promise<Standings> {
    const nowMs = this.#clock.now()
    const told = [...one.untold]
    const [before] = await this.#notes.read([one.key], nowMs)
    const was = standingsOf(before)
    const is = told.reduce((standings, news) => withNews(standings, news, one.guard, nowMs), was)
    const text = is.size === 0 ? undefined : JSON.stringify([...is])
    const expiresAtMs = Math.max(nowMs, ...[...is.values()].map(({ untilMs }) => untilMs)) + keptMs
    if (text !== before && !(await this.#notes.replace({ key: one.key, before, after: text, expiresAtMs }, nowMs))) return was
    one.untold.splice(0, told.length)
    for (const model of new Set([...was.keys(), ...is.keys()])) if (stateOf(was, model) !== stateOf(is, model)) changed.add(model)
    return is
  }

  /** @throws StateUnavailable */
  async #look(): Promise<void> {
    const idle = [...this.#guards.values()].filter(({ isWriting }) => !isWriting).map(one => ({ one, told: one.told }))
    if (idle.length === 0) return
    const keys = idle.map(({ one }) => one.key)
    const number = (this.#lastLook += 1)
    const texts = await this.#notes.read(keys, this.#clock.now())
    // What it saw is old: one that began later was sooner.
    if (number < this.#lastSeen) return
    this.#lastSeen = number
    for (const [at, { one, told }] of idle.entries()) if (one.told === told) this.#take(one, standingsOf(texts[at]))
  }

  /** What this process opened while nobody could be told is told now. */
  #take(one: SharedGuard, standings: Standings): void {
    const own = one.isAlone ? one.guard.open : []
    one.isAlone = false
    if (own.length === 0) return one.guard.take(standings, () => false)
    for (const { model, forMs } of own) this.tell(one.guard.provider, { model, news: { did: 'open', forMs } })
  }
}

function withNews(standings: Standings, told: GuardNews | 'reset', { policy }: Guard, nowMs: number): Standings {
  if (told === 'reset') return new Map()
  const { model, news } = told
  const is = after(standings.get(model) ?? untouched, news, policy.rules, nowMs)
  const others = [...standings].filter(([other]) => other !== model)
  return new Map(is === untouched ? others : [...others, [model, is]])
}

function standingsOf(note: string | undefined): Standings {
  return new Map(note === undefined ? [] : (JSON.parse(note) as [string, Standing][]))
}

function stateOf(standings: Standings, model: string): Standing['state'] {
  return (standings.get(model) ?? untouched).state
}
