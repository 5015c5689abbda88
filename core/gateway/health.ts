/** Readiness: whether the gateway is draining, what the plugins' checks say, and what they wait for. */

import type { Clock } from '../services/clock.ts'
import type { Health } from '../services/health.ts'
import { Registrations } from '../services/registrations.ts'

const probeLimitMs = 2_000
const reuseMs = 1_000

type Probe = Parameters<Health['check']>[1]
type Report = Awaited<ReturnType<Health['report']>>

export class GatewayHealth implements Health {
  draining = false
  readonly #clock: Clock
  readonly #checks = new Map<string, Registrations<Probe>>()
  readonly #awaited = new Map<string, () => boolean>()
  readonly #happened = new Set<string>()
  readonly #lost = new Map<string, number>()
  #last: { readonly at: number; readonly report: Promise<Report> } | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  check(name: string, probe: Probe): () => void {
    const probes = this.#checks.get(name) ?? new Registrations<Probe>()
    this.#checks.set(name, probes)
    return probes.add(probe)
  }

  waitFor(name: string, hasHappened: () => boolean): void {
    if (!this.#happened.has(name)) this.#awaited.set(name, hasHappened)
  }

  lost(name: string, records: number): void {
    this.#lost.set(name, (this.#lost.get(name) ?? 0) + records)
  }

  get lostRecords(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#lost)
  }

  /** Probes run together, each for at most 2 s; one result serves everybody for 1 s. */
  async report(): Promise<Report> {
    if (this.#last === undefined || this.#clock.elapsed() - this.#last.at > reuseMs) this.#last = { at: this.#clock.elapsed(), report: this.#probe() }
    const report = await this.#last.report
    const waiting = this.#waiting()
    if (!this.draining && waiting.length === 0) return report
    return { status: 'not_ready', checks: { ...report.checks, ...Object.fromEntries(waiting.map(name => [name, 'waiting'])) } }
  }

  #waiting(): readonly string[] {
    for (const [name, hasHappened] of this.#awaited) {
      if (!hasHappened()) continue
      this.#happened.add(name)
      this.#awaited.delete(name)
    }
    return [...this.#awaited.keys()]
  }

  async #probe(): Promise<Report> {
    const standing = [...this.#checks].flatMap(([name, { latest }]) => (latest === undefined ? [] : { name, probe: latest }))
    const results = await Promise.all(standing.map(async ({ name, probe }) => [name, await this.#inTime(probe)] as const))
    return { status: results.some(([, result]) => result === 'down') ? 'degraded' : 'ready', checks: Object.fromEntries(results) }
  }

  #inTime(probe: Probe): Promise<'ok' | 'down'> {
    return new Promise(resolve => {
      const timer = this.#clock.after(probeLimitMs, () => resolve('down'))
      probe()
        .catch(() => 'down' as const)
        .then(
          result => {
            timer.cancel()
            resolve(result)
          },
          () => resolve('down'),
        )
    })
  }
}
