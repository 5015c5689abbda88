/** Counts for several replicas, in tables of this database; each step is one statement. */

import type { Claim, ClaimAnswer, Clock, Hold, NoteChange, Notes, Question, Settlement, Standing, State, Timer } from '../../../core/index.ts'
import type { Database } from '../shared/sql/database.ts'
import { join, sql, type Sql } from '../shared/sql/sql.ts'
import { stateSchema } from './state-schema.ts'

const sweepMs = 600_000

/** Counted now, counted before, held, and since when it waits for its base. */
type Numbers = readonly [number, number, number, number | null]

export class PostgresqlState implements State {
  readonly isShared = true
  readonly notes: Notes = {
    read: async (keys, nowMs) => {
      const rows = await this.#database.ask(sql`SELECT key, text FROM tapline_notes WHERE key = ANY(${keys}::text[]) AND expires_at > ${nowMs}`, 'lookup')
      const texts = new Map(rows.map(({ key, text }) => [key, String(text)]))
      return keys.map(key => texts.get(key))
    },
    replace: async (change, nowMs) => (await this.#database.change(replacement(change, nowMs))) === 1,
  }
  readonly #database: Database
  readonly #clock: Clock
  readonly #settling = new Set<Promise<unknown>>()
  readonly #renewing = new Set<Promise<unknown>>()
  #sweep: Timer | undefined

  constructor(database: Database, clock: Clock) {
    this.#database = database
    this.#clock = clock
  }

  /** Makes what it needs in the database. @throws StorageUnavailable */
  async open(): Promise<void> {
    const [row] = await this.#database.ask(sql`SELECT to_regclass('tapline_notes')::text AS made`, 'lookup')
    if ((row?.['made'] ?? null) === null) await this.#database.alone(connection => connection.define(stateSchema))
  }

  /** Deletes from time to time what nobody asks for any more. */
  start(): void {
    this.#sweep = this.#clock.after(sweepMs, () => {
      void this.#purge().catch(() => {}) // the health check tells
      this.start()
    })
  }

  close(): void {
    this.#sweep?.cancel()
  }

  /** What this process is about to give back is free: connections overtake each other. */
  async claim(claims: readonly Claim[], nowMs: number): Promise<ClaimAnswer> {
    const settling = [...this.#settling]
    const answer = await this.#claim(claims, nowMs)
    if (answer.admitted || settling.length === 0 || answer.standings.every(({ held }) => held === 0)) return answer
    await Promise.allSettled(settling)
    return await this.#claim(claims, nowMs)
  }

  async settle(settlement: Settlement, nowMs: number): Promise<void> {
    await listedIn(this.#settling, this.#settle(settlement, nowMs))
  }

  async renew(holds: readonly Hold[]): Promise<void> {
    await listedIn(
      this.#renewing,
      this.#database.ask(sql`SELECT tapline_hold_state(value) FROM jsonb_array_elements(${JSON.stringify(holds)}::jsonb)`, 'lookup'),
    )
  }

  async read(questions: readonly Question[], nowMs: number): Promise<readonly Standing[]> {
    if (questions.length === 0) return []
    const each = questions.map(
      ({ counter, previous, held }) => sql`to_jsonb(tapline_read_state(${counter ?? null}, ${previous ?? null}, ${held ?? null}, ${nowMs}))`,
    )
    const [row] = await this.#database.ask(sql`SELECT jsonb_build_array(${join(each)})::text AS said`, 'lookup')
    return (JSON.parse(String(row?.['said'])) as readonly Numbers[]).map(standingOf)
  }

  async base(counter: string, sinceMs: number, value: number): Promise<void> {
    await this.#database.change(sql`UPDATE tapline_counters SET base = ${value} WHERE key = ${counter} AND since = ${sinceMs}`)
  }

  async forget(counters: readonly string[]): Promise<void> {
    await this.#database.change(sql`DELETE FROM tapline_counters WHERE key = ANY(${counters}::text[])`)
  }

  /** Behind what is renewed now: a hold that was given back first would be there again. */
  async #settle(settlement: Settlement, nowMs: number): Promise<void> {
    if (this.#renewing.size > 0) await Promise.allSettled(this.#renewing)
    await this.#database.ask(sql`SELECT tapline_settle_state(${JSON.stringify(settlement)}::jsonb, ${nowMs})`, 'lookup')
  }

  async #claim(claims: readonly Claim[], nowMs: number): Promise<ClaimAnswer> {
    const [row] = await this.#database.ask(sql`SELECT tapline_claim_state(${JSON.stringify(claims)}::jsonb, ${nowMs})::text AS said`, 'lookup')
    const { admitted, numbers } = JSON.parse(String(row?.['said'])) as { readonly admitted: boolean; readonly numbers: readonly Numbers[] }
    return { admitted, standings: numbers.map(standingOf) }
  }

  async #purge(): Promise<void> {
    const now = this.#clock.now()
    await this.#database.change(sql`DELETE FROM tapline_counters WHERE expires_at <= ${now}`)
    await this.#database.change(sql`DELETE FROM tapline_holds WHERE until <= ${now}`)
    await this.#database.change(sql`DELETE FROM tapline_notes WHERE expires_at <= ${now}`)
  }
}

/** What changes one row, or none if something else stands there. */
function replacement({ key, before, after, expiresAtMs }: NoteChange, nowMs: number): Sql {
  if (after === undefined) return sql`DELETE FROM tapline_notes WHERE key = ${key} AND text = ${before ?? null} AND expires_at > ${nowMs}`
  if (before !== undefined)
    return sql`UPDATE tapline_notes SET text = ${after}, expires_at = ${expiresAtMs} WHERE key = ${key} AND text = ${before} AND expires_at > ${nowMs}`
  return sql`INSERT INTO tapline_notes AS n (key, text, expires_at) VALUES (${key}, ${after}, ${expiresAtMs})
    ON CONFLICT (key) DO UPDATE SET text = excluded.text, expires_at = excluded.expires_at WHERE n.expires_at <= ${nowMs}`
}

/** Waits for what is on its way, and says so as long. */
async function listedIn(underWay: Set<Promise<unknown>>, work: Promise<unknown>): Promise<void> {
  underWay.add(work)
  try {
    await work
  } finally {
    underWay.delete(work)
  }
}

function standingOf([current, previous, held, waits]: Numbers): Standing {
  return { current, previous, held, ...(waits === null ? {} : { waitsSinceMs: waits }) }
}
