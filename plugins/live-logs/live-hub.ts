/** The service `live`: numbers what happens, keeps the latest of it, and tells all who look. */

import type { Logger } from 'pino'
import type { Clock, LiveFacts, LiveLog, LiveState, LiveUnderWay, Timer } from '../../core/index.ts'
import { Registrations } from '../../core/services/registrations.ts'
import type { LiveData, LiveEvent } from '../../schemas/admin/live.schema.ts'
import { EventBuffer, type SentEvent } from './event-buffer.ts'
import type { Sequence } from './sequence.ts'
import { notice, spelled } from './spelling.ts'
import { Subscriber } from './subscriber.ts'

/** So long after the last one left, events are still noted: who comes back within this time misses none. */
const returnMs = 60_000
/** So many records may wait for their store while somebody looks. Of older ones it is not told what became of them. */
const mostWaiting = 10_000

export interface HubOptions {
  readonly bufferSize: number
  readonly replayLimit: number
  readonly heartbeatMs: number
  readonly sequence: Sequence
  readonly clock: Clock
  readonly log: Logger
}

/** From where, and of what, somebody wants to know. */
export interface Wish {
  /** The number of the last event that they have; 0 is none: they are new, unless they say who told them so. */
  readonly cursor: number
  /** Who told them of it; undefined if they do not say. */
  readonly replica: string | undefined
  readonly kinds: ReadonlySet<string>
}

interface Listing {
  readonly kind: string
  readonly list: () => readonly LiveUnderWay[]
}

interface Snapshot {
  readonly type: LiveEvent['type']
  readonly facts: LiveFacts
}

type Notice = 'heartbeat' | 'reset' | 'bye'

export class LiveHub implements LiveLog {
  isWatched = false
  readonly #options: HubOptions
  readonly #buffer: EventBuffer
  readonly #subscribers = new Set<Subscriber>()
  /** Records that are not stored yet, by kind and id; none while nobody looks. */
  readonly #waiting = new Map<string, LiveFacts>()
  readonly #lists = new Registrations<Listing>()
  #heartbeat: Timer | undefined
  #lapse: Timer | undefined
  #isClosed = false

  constructor(options: HubOptions) {
    this.#options = options
    this.#buffer = new EventBuffer(options)
  }

  tell(kind: string, state: LiveState, make: () => LiveFacts): void {
    if (this.isWatched) this.#carefully(() => this.#publish(typeOf(kind, state), make()))
  }

  completed(kind: string, id: string, make: () => LiveFacts): void {
    if (!this.isWatched) return
    this.#carefully(() => {
      const facts = make()
      this.#waiting.set(keyOf(kind, id), facts)
      if (this.#waiting.size > mostWaiting) this.#waiting.delete(this.#waiting.keys().next().value as string)
      this.#publish(typeOf(kind, 'completed'), facts)
    })
  }

  settled(kind: string, ids: readonly string[], how: 'flushed' | 'failed'): void {
    if (!this.isWatched) return
    for (const id of ids) this.#carefully(() => this.#settle(keyOf(kind, id), typeOf(kind, how)))
  }

  showUnderWay(kind: string, list: () => readonly LiveUnderWay[]): () => void {
    return this.#lists.add({ kind, list })
  }

  /** What somebody missed and what comes next have nothing between them, and nothing in common: both are settled in one go. */
  subscribe({ cursor, replica, kinds }: Wish): Subscriber {
    const subscriber = new Subscriber(kinds, this.#opening(cursor, replica), one => this.#lost(one))
    this.#subscribers.add(subscriber)
    this.#watch()
    return subscriber
  }

  /** All who look are sent away, and come back to nothing that was: they begin anew. */
  dismiss(reason: 'shutdown' | 'reload'): void {
    for (const subscriber of this.#subscribers) this.#carefully(() => subscriber.finish(this.#notice('bye', { reason })))
    this.#forget()
  }

  close(): void {
    this.dismiss('reload')
    this.#isClosed = true
    this.isWatched = false
    this.#waiting.clear()
    this.#lapse?.cancel()
  }

  #publish(type: LiveEvent['type'], facts: LiveFacts): void {
    const event = spelled(this.#eventOf(this.#options.sequence.next(), type, facts))
    this.#buffer.add(event)
    this.#tellAll(event)
  }

  #settle(key: string, type: LiveEvent['type']): void {
    const facts = this.#waiting.get(key)
    if (facts === undefined) return
    this.#waiting.delete(key)
    this.#publish(type, facts)
  }

  #opening(cursor: number, replica: string | undefined): readonly SentEvent[] {
    const { sequence } = this.#options
    const comesBack = cursor > 0 || replica !== undefined
    const isOurs = replica === undefined || replica === sequence.replicaId
    const missed = comesBack && isOurs ? this.#buffer.behind(cursor, sequence.last) : undefined
    return missed ?? [...(comesBack ? [this.#notice('reset')] : []), ...this.#snapshots()]
  }

  /** The latest of each request that is not over: of one that has no record, and of each record that waits. */
  #snapshots(): readonly SentEvent[] {
    const { last } = this.#options.sequence
    const waiting = [...this.#waiting].map(([key, facts]) => ({ type: typeOf(kindOf(key), 'completed'), facts }))
    return [...this.#underWay(), ...waiting].map(({ type, facts }) => spelled(this.#eventOf(last, type, facts)))
  }

  /** Of two configurations, one of which finishes what it began, each lists what runs on both. */
  #underWay(): readonly Snapshot[] {
    const shown: Snapshot[] = []
    for (const listing of this.#lists) {
      const known = new Set(shown.map(({ facts }) => facts.requestId))
      shown.push(...this.#listed(listing).filter(({ facts }) => !known.has(facts.requestId)))
    }
    return shown
  }

  #listed({ kind, list }: Listing): readonly Snapshot[] {
    try {
      return list().map(({ state, ...facts }) => ({ type: typeOf(kind, state), facts }))
    } catch (cause) {
      this.#complain(cause)
      return []
    }
  }

  #eventOf(seq: number, type: LiveEvent['type'], { requestId, preview }: LiveFacts): LiveEvent {
    return { seq, type, request_id: requestId, timestamp: this.#now(), data: { ...preview, replica_id: this.#options.sequence.replicaId } }
  }

  #notice(type: Notice, more: Partial<LiveData> = {}): SentEvent {
    const {
      sequence: { last, replicaId },
    } = this.#options
    return notice({ seq: last, type, timestamp: this.#now(), data: { replica_id: replicaId, ...more } })
  }

  #now(): string {
    return new Date(this.#options.clock.now()).toISOString()
  }

  #tellAll(event: SentEvent): void {
    for (const subscriber of this.#subscribers) this.#carefully(() => subscriber.tell(event))
  }

  #watch(): void {
    this.isWatched = true
    this.#lapse?.cancel()
    this.#lapse = undefined
    if (this.#heartbeat === undefined) this.#beat()
  }

  #beat(): void {
    this.#heartbeat = this.#options.clock.after(this.#options.heartbeatMs, () => {
      this.#beat()
      this.#tellAll(this.#notice('heartbeat'))
    })
  }

  #lost(subscriber: Subscriber): void {
    this.#subscribers.delete(subscriber)
    if (this.#subscribers.size > 0) return
    this.#heartbeat?.cancel()
    this.#heartbeat = undefined
    this.#lapse?.cancel()
    this.#lapse = this.#isClosed ? undefined : this.#options.clock.after(returnMs, () => this.#unwatch())
  }

  #unwatch(): void {
    this.#waiting.clear()
    this.#forget()
    this.isWatched = false
  }

  /** A number is passed over: whoever has the one before it, or was told that there is none yet, has a gap behind them. */
  #forget(): void {
    this.#buffer.clear()
    if (this.isWatched || this.#options.sequence.last > 0) this.#options.sequence.next()
  }

  /** What is told stands in the way of nothing. */
  #carefully(work: () => void): void {
    try {
      work()
    } catch (cause) {
      this.#complain(cause)
    }
  }

  #complain(cause: unknown): void {
    this.#options.log.error({ err: cause }, 'something could not be told to those who look at the live logs')
  }
}

function keyOf(kind: string, id: string): string {
  return `${kind} ${id}`
}

function kindOf(key: string): string {
  return key.slice(0, key.indexOf(' '))
}

function typeOf(kind: string, what: LiveState | 'completed' | 'flushed' | 'failed'): LiveEvent['type'] {
  return `${kind}.${what}` as LiveEvent['type']
}
