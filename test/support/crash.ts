/** Kills a gateway under load, starts it again, and compares what callers got with what was recorded. */

import { readdir } from 'node:fs/promises'
import { Pool } from 'undici'
import { GatewayProcesses, recordedIn, spillOf } from './gateway-processes.ts'
import type { Folder, Tapline } from './run-tapline.ts'
import type { TestStore } from './stores.ts'

const callers = 16

export interface CrashOptions {
  readonly store: TestStore
  /** How often the process is killed … */
  readonly kills: number
  /** … each time when so many requests were completed since the last. */
  readonly completedBetween: number
}

/** What callers got, and what was recorded of it. */
export interface Books {
  /** Ids of requests whose whole reply was received. */
  readonly completed: ReadonlySet<string>
  /** By request id, how many records there are. */
  readonly records: ReadonlyMap<string, number>
}

export interface CrashReport extends Books {
  /** Completed requests of each round. */
  readonly rounds: readonly number[]
}

/** What is wrong, if anything: ids without a record, and ids with several. */
export function faultsOf({ completed, records }: Books): { readonly lost: readonly string[]; readonly doubled: readonly string[] } {
  return {
    lost: [...completed].filter(id => !records.has(id)),
    doubled: [...records].filter(([, count]) => count > 1).map(([id]) => id),
  }
}

export async function crash({ store, kills, completedBetween }: CrashOptions): Promise<CrashReport> {
  const gateways = await GatewayProcesses.behind()
  try {
    await using folder = await gateways.folder(async made => ({ storage: await store.storage(made) }))
    const completed = new Set<string>()
    const rounds: number[] = []
    for (let kill = 0; kill < kills; kill++) {
      const before = completed.size
      await using gateway = gateways.start(folder)
      await killUnderLoad(gateway, completed, completedBetween)
      rounds.push(completed.size - before)
    }
    return { completed, records: await recordsOf(folder, gateways), rounds }
  } finally {
    gateways.close()
  }
}

async function killUnderLoad(gateway: Tapline, completed: Set<string>, count: number): Promise<void> {
  const pool = new Pool(await gateway.url(), { connections: callers })
  const goal = completed.size + count
  const call = async (caller: number) => {
    for (let i = 0; ; i++) {
      const body = JSON.stringify({ model: 'gpt-test', messages: [{ role: 'user', content: 'hello' }], ...((i + caller) % 2 === 0 ? { stream: true } : {}) })
      const answer = await pool.request({ method: 'POST', path: '/v1/chat/completions', headers: { 'content-type': 'application/json' }, body })
      await answer.body.bytes() // fails where it breaks off
      if (answer.statusCode === 200) completed.add(String(answer.headers['x-request-id']))
      if (completed.size >= goal) gateway.kill('SIGKILL')
    }
  }
  // Each caller goes on until the gateway is gone.
  await Promise.all(Array.from({ length: callers }, (_, caller) => call(caller).catch(() => {})))
  await gateway.ended
  await pool.destroy()
}

/** What a gateway finds that is started when nothing waits any more. */
async function recordsOf(folder: Folder, gateways: GatewayProcesses): Promise<ReadonlyMap<string, number>> {
  do await stopped(gateways.start(folder))
  while (await waits(folder))
  await using reader = gateways.start(folder)
  return countsOf(await recordedIn(await reader.url()))
}

/** How often each is there. */
export function countsOf(ids: readonly string[]): ReadonlyMap<string, number> {
  return new Map([...Map.groupBy(ids, id => id)].map(([id, all]) => [id, all.length]))
}

/** It stores what waits before it ends, if that takes no longer than it may. */
async function stopped(gateway: Tapline): Promise<void> {
  await gateway.url()
  gateway.kill('SIGTERM')
  await gateway.ended
}

async function waits(folder: Folder): Promise<boolean> {
  return (await readdir(spillOf(folder))).some(name => name.endsWith('.ndjson'))
}
