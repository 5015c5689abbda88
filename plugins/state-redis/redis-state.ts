/** Counters, holds and notes in Redis, each step a script. */

import type { Redis } from 'ioredis'
import type { Claim, ClaimAnswer, Clock, Hold, Notes, Question, Settlement, Standing, State } from '../../core/index.ts'
import { StateUnavailable } from '../../core/services/state.ts'
import { redisAt } from '../shared/redis.ts'
import { baseScript, claimScript, forgetScript, readNotesScript, readScript, renewScript, replaceNoteScript, settleScript } from './scripts.ts'

const commandMs = 2_000
/** After a failure, nobody waits for the next one so long. */
const pauseMs = 1_000
/** What a probe wrote ends by itself. */
const probeMs = 1_000

type Script = (...parameters: readonly string[]) => Promise<unknown>
const scripts = {
  claim: claimScript,
  settle: settleScript,
  renew: renewScript,
  read: readScript,
  base: baseScript,
  forget: forgetScript,
  readNotes: readNotesScript,
  replaceNote: replaceNoteScript,
} as const

export interface RedisStateOptions {
  readonly url: string
  /** Of all keys. */
  readonly prefix: string
  readonly clock: Clock
  /** The connection broke, or could not be made. */
  readonly lost: (cause: Error) => void
  /** It is there. */
  readonly found: () => void
}

export class RedisState implements State {
  readonly isShared = true
  readonly notes: Notes = {
    read: async (keys, nowMs) => ((await this.#run('readNotes', keys, nowMs)) as (string | null)[]).map(text => text ?? undefined),
    replace: async (change, nowMs) => (await this.#run('replaceNote', change, nowMs)) === 1,
  }
  readonly #redis: Redis
  readonly #prefix: string
  readonly #clock: Clock
  /** Monotonic: until then, questions are refused at once. */
  #pausedUntil = Number.NEGATIVE_INFINITY

  constructor({ url, prefix, clock, lost, found }: RedisStateOptions) {
    this.#prefix = prefix
    this.#clock = clock
    this.#redis = redisAt(url, commandMs)
    this.#redis.on('error', lost).on('ready', found)
    for (const [name, lua] of Object.entries(scripts)) this.#redis.defineCommand(name, { numberOfKeys: 0, lua })
  }

  /** Connects; where that fails, it goes on trying. */
  async open(): Promise<void> {
    await this.#redis.connect().catch(() => {}) // told by 'error'
  }

  async close(): Promise<void> {
    this.#redis.removeAllListeners('error').on('error', () => {}) // what ends now was to end
    await this.#redis.quit().catch(() => {})
    this.#redis.disconnect()
  }

  /** By a write: a server that has no room, or that only reads, answers all else. */
  async probe(): Promise<'ok' | 'down'> {
    return await this.#redis.set(`${this.#prefix}probe`, '', 'PX', probeMs).then(
      () => 'ok' as const,
      () => 'down' as const,
    )
  }

  async claim(claims: readonly Claim[], nowMs: number): Promise<ClaimAnswer> {
    const [admitted, ...numbers] = (await this.#run('claim', claims, nowMs)) as string[]
    return { admitted: admitted === '1', standings: standingsOf(numbers) }
  }

  async settle(settlement: Settlement, nowMs: number): Promise<void> {
    await this.#run('settle', settlement, nowMs)
  }

  async renew(holds: readonly Hold[], nowMs: number): Promise<void> {
    await this.#run('renew', holds, nowMs)
  }

  async read(questions: readonly Question[], nowMs: number): Promise<readonly Standing[]> {
    return standingsOf((await this.#run('read', questions, nowMs)) as string[])
  }

  async base(counter: string, sinceMs: number, value: number): Promise<void> {
    await this.#run('base', { counter, sinceMs, value }, sinceMs)
  }

  async forget(counters: readonly string[]): Promise<void> {
    await this.#run('forget', counters, 0)
  }

  /** @throws StateUnavailable */
  async #run(name: keyof typeof scripts, asked: object, nowMs: number): Promise<unknown> {
    if (this.#clock.elapsed() < this.#pausedUntil) throw new StateUnavailable('Redis did not answer a moment ago')
    try {
      return await this.#send(name, asked, nowMs)
    } catch (cause) {
      this.#pausedUntil = this.#clock.elapsed() + pauseMs
      if (name === 'claim') this.#giveBack(asked as readonly Claim[], nowMs)
      throw new StateUnavailable(`Redis: ${(cause as Error).message}`, { cause })
    }
  }

  async #send(name: keyof typeof scripts, asked: object, nowMs: number): Promise<unknown> {
    return await (this.#redis as unknown as Record<string, Script>)[name]?.(this.#prefix, String(nowMs), JSON.stringify(asked))
  }

  /** A server that was frozen does later what nobody waits for any more, in the order in which it was asked. */
  #giveBack(claims: readonly Claim[], nowMs: number): void {
    const releases = claims.flatMap(({ hold }) => hold ?? [])
    if (releases.length > 0) this.#send('settle', { releases, adds: [] }, nowMs).catch(() => {}) // then they lapse
  }
}

/** @param numbers four for each: counted now, counted before, held, and since when it waits */
function standingsOf(numbers: readonly string[]): readonly Standing[] {
  return Array.from({ length: numbers.length / 4 }, (_, index) => {
    const [current, previous, held, waits = ''] = numbers.slice(index * 4, index * 4 + 4)
    return { current: Number(current), previous: Number(previous), held: Number(held), ...(waits === '' ? {} : { waitsSinceMs: Number(waits) }) }
  })
}
