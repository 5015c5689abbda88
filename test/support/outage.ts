/** Takes the database away from a gateway under load, gives it back, and compares what callers got with what was recorded. */

import { setTimeout as wait } from 'node:timers/promises'
import { Pool } from 'undici'
import { countsOf, faultsOf, type Books } from './crash.ts'
import { GatewayProcesses, ready, recordedIn } from './gateway-processes.ts'
import type { ServerProcess } from './server-process.ts'
import type { Storage } from './stores.ts'
import { eventually } from './until.ts'

const callers = 8

export interface Outage {
  readonly database: ServerProcess
  readonly storage: Storage
  readonly kind: 'killed' | 'frozen'
  readonly seconds: number
}

export interface OutageReport extends Books {
  /** Requests that were completed while the database was away. */
  readonly meanwhile: number
  /** Requests that were not answered with 200. */
  readonly failed: number
  /** How long the longest took, in milliseconds. */
  readonly longestMs: number
  /** What readiness said before the end of the outage. */
  readonly status: string
}

export async function outage({ database, storage, kind, seconds }: Outage): Promise<OutageReport> {
  const gateways = await GatewayProcesses.behind()
  try {
    await using folder = await gateways.folder(() => ({ storage }))
    await using gateway = gateways.start(folder)
    const url = await gateway.url()
    const load = new Load(url)
    await load.until(wait(1000))
    const before = load.completed.size
    await (kind === 'killed' ? database.kill() : database.freeze())
    await load.until(wait(seconds * 1000))
    const { status } = await ready(url)
    const meanwhile = load.completed.size - before
    kind === 'killed' ? await database.restart() : database.thaw()
    await load.until(wait(1000))
    const { completed, failed, longestMs } = load
    let records = countsOf([])
    await eventually(async () => {
      await wait(1000)
      records = countsOf(await recordedIn(url))
      if (faultsOf({ completed, records }).lost.length > 0) throw new Error('not all is recorded yet')
    }).catch(() => {}) // the report says what is missing
    return { completed, records, meanwhile, failed, longestMs, status }
  } finally {
    gateways.close()
  }
}

class Load {
  readonly completed = new Set<string>()
  failed = 0
  longestMs = 0
  readonly #pool: Pool

  constructor(url: string) {
    this.#pool = new Pool(url, { connections: callers })
  }

  /** Calls again and again, until something is over. */
  async until(over: Promise<unknown>): Promise<void> {
    const load = { isOn: true }
    void over.finally(() => {
      load.isOn = false
    })
    await Promise.all(
      Array.from({ length: callers }, async () => {
        while (load.isOn) await this.#call()
      }),
    )
  }

  async #call(): Promise<void> {
    const began = performance.now()
    const answer = await this.#pool.request({
      method: 'POST',
      path: '/v1/chat/completions',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'gpt-test', messages: [{ role: 'user', content: 'hello' }] }),
    })
    await answer.body.dump()
    this.longestMs = Math.max(this.longestMs, performance.now() - began)
    if (answer.statusCode === 200) this.completed.add(String(answer.headers['x-request-id']))
    else this.failed += 1
  }
}
