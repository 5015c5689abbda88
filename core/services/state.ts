/** The service `state`: the numbers that limits are counted by, the same for all who share it, and what somebody holds of them for a while. */

type Now<T> = T | Promise<T>

/**
 * Counts under keys. Numbers are whole; times are milliseconds since 1970, and the caller's own. Every method does all that it was asked in one
 * step: nobody sees half of it. Memory answers at once, a database later.
 */
export interface State {
  /** Whether other processes count by the same numbers. */
  readonly isShared: boolean
  /** Counts and holds what all claims ask for, if none of them goes over its limit; else nothing. */
  claim(claims: readonly Claim[], nowMs: number): Now<ClaimAnswer>
  /** Ends what was held, and adds to counters. */
  settle(settlement: Settlement, nowMs: number): Now<void>
  /** Holds go on longer, or become larger; those that are gone begin anew. */
  renew(holds: readonly Hold[], nowMs: number): Now<void>
  /** How things stand; nothing is counted. */
  read(questions: readonly Question[], nowMs: number): Now<readonly Standing[]>
  /** Says what a counter had before it began to count. Ignored if it began at another time. */
  base(counter: string, sinceMs: number, value: number): Now<void>
  /** Counters begin anew. */
  forget(counters: readonly string[]): Now<void>
  /** Counters that end with this process, unless somebody keeps them; absent where they do not. */
  readonly volatile?: VolatileCounters
  /** Absent where nothing but numbers is shared. */
  readonly notes?: Notes
}

/** What is asked for under one limit. */
export interface Claim {
  /** What was counted, and is to be counted now. */
  readonly counter?: CountedClaim
  /** What is to be held until it is settled; what others hold counts, too. */
  readonly hold?: Hold
  readonly limit: number
  /** Where nobody else holds anything, less than the limit being counted is enough. */
  readonly alone?: true
}

export interface CountedClaim extends Question {
  readonly counter: string
  readonly add: number
  /** How much of `previous` counts: 0 to 1. */
  readonly weight?: number
  readonly expiresAtMs: number
  /** It counts from a base, without which no claim is admitted; see `State.base`. */
  readonly based?: true
}

export interface Hold {
  readonly key: string
  /** Whose it is; one holder has one hold of a key. */
  readonly holder: string
  readonly amount: number
  readonly untilMs: number
}

export interface Question {
  readonly counter?: string
  /** Another counter: that of the period before. */
  readonly previous?: string
  /** The key of holds. */
  readonly held?: string
}

export interface Standing {
  readonly current: number
  readonly previous: number
  /** What all hold together. */
  readonly held: number
  /** The counter is there since then, and waits for its base. */
  readonly waitsSinceMs?: number
}

export interface ClaimAnswer {
  readonly admitted: boolean
  /** How each claim's numbers stood before. */
  readonly standings: readonly Standing[]
}

export interface Settlement {
  readonly releases: readonly Pick<Hold, 'key' | 'holder'>[]
  readonly adds: readonly Addition[]
}

export interface Addition {
  readonly counter: string
  readonly amount: number
  readonly expiresAtMs: number
  /** When it came about. What is older than the counter is in its base. */
  readonly atMs?: number
}

/** Short texts under keys, which all who share the numbers read and replace. */
export interface Notes {
  /** @returns undefined for each key where nothing stands */
  read(keys: readonly string[], nowMs: number): Now<readonly (string | undefined)[]>
  /** @returns false, with nothing done, if something else stands there than the writer read */
  replace(change: NoteChange, nowMs: number): Now<boolean>
}

/** From one text to another, to the first, or to none. */
export interface NoteChange {
  readonly key: string
  /** What the writer read. */
  readonly before?: string | undefined
  /** Nothing stands there afterwards where this is absent. */
  readonly after?: string | undefined
  /** From then on, nothing stands there. */
  readonly expiresAtMs: number
}

/** Counters with their ends, by key. */
export interface VolatileCounters {
  /**
   * @param prefix of the keys that are asked for
   * @param isLast whether who asks will not ask again
   * @returns undefined where somebody else keeps them, and this is not the last
   */
  save(prefix: string, isLast?: boolean): Now<CounterValues | undefined>
  /** Counters that are there stay. */
  restore(counters: CounterValues, nowMs: number): Now<void>
}

export type CounterValues = Readonly<Record<string, readonly [value: number, expiresAtMs: number]>>

/** The shared numbers cannot be had now. */
export class StateUnavailable extends Error {
  override readonly name = 'StateUnavailable'
}

/** Whether a claim may be admitted where its numbers stand so: the one rule, which every implementation follows. */
export function admits({ counter, hold, limit, alone }: Claim, { current, previous, held, waitsSinceMs }: Standing): boolean {
  if (waitsSinceMs !== undefined) return false
  const counted = current + previous * (counter?.weight ?? 0)
  if (counted >= limit) return false
  return counted + held + (counter?.add ?? 0) + (hold?.amount ?? 0) <= limit || (alone === true && held === 0)
}
