/** Whether the gateway is ready, and why not. */

/** What readiness depends on. */
export interface Health {
  readonly draining: boolean
  /** Names a check that `/health/ready` reports; `down` makes the gateway degraded. Of one name, the latest counts. @returns how to withdraw it */
  check(name: string, probe: () => Promise<'ok' | 'down'>): () => void
  /** Names what has to happen once before the gateway is ready: what has happened is asked for no more, whatever is configured anew. */
  waitFor(name: string, hasHappened: () => boolean): void
  /** Counts records that are lost. @param name of what kept them */
  lost(name: string, records: number): void
  /** How many records were lost since the process began, by what kept them. */
  readonly lostRecords: Readonly<Record<string, number>>
  report(): Promise<{ readonly status: 'ready' | 'degraded' | 'not_ready'; readonly checks: Readonly<Record<string, string>> }>
}
