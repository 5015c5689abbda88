/** Kills a gateway under load, starts it again, and compares what callers got with what was recorded. */

import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { DatabaseSync } from 'node:sqlite'
import { join } from 'node:path'
import { Pool } from 'undici'
import { chatChunks, chatCompletion } from '../../core/testing/chat-samples.ts'
import { freePort } from '../../core/testing/port.ts'
import { Folder, Tapline } from './run-tapline.ts'

const usage = { prompt_tokens: 10, completion_tokens: 5 }
const plain = Buffer.from(JSON.stringify(chatCompletion({ usage })))
const stream = Buffer.from(chatChunks({ pieces: ['a', 'b', 'c'], usage }).join(''))
const callers = 16

export interface CrashReport {
  /** Ids of requests whose whole reply was received. */
  readonly completed: ReadonlySet<string>
  /** By request id, how many records there are. */
  readonly records: ReadonlyMap<string, number>
  /** Completed requests of each round. */
  readonly rounds: readonly number[]
}

/** What is wrong, if anything: ids without a record, and ids with several. */
export function faultsOf({ completed, records }: CrashReport): { readonly lost: readonly string[]; readonly doubled: readonly string[] } {
  return {
    lost: [...completed].filter(id => !records.has(id)),
    doubled: [...records].filter(([, count]) => count > 1).map(([id]) => id),
  }
}

/** @param kills how often the process is killed, each time when so many requests were completed since the last */
export async function crash(kills: number, completedBetween: number): Promise<CrashReport> {
  await using folder = await Folder.make({ 'tapline.yaml': { storage: { sqlite: { path: 'tapline.db' } }, server: { port: await freePort() } } })
  const upstream = await startUpstream()
  const env = { OPENAI_API_KEY: 'sk-upstream', OPENAI_BASE_URL: `http://127.0.0.1:${(upstream.address() as AddressInfo).port}/v1`, OPENAI_MODELS: 'gpt-test', CONFIGURED_PROVIDER_MODELS_MODE: 'allowlist' }
  const completed = new Set<string>()
  const rounds: number[] = []
  try {
    for (let kill = 0; kill < kills; kill++) {
      const before = completed.size
      await using gateway = new Tapline(folder, [], env)
      await killUnderLoad(gateway, completed, completedBetween)
      rounds.push(completed.size - before)
    }
    await using last = new Tapline(folder, [], env)
    await last.url()
    last.kill('SIGTERM')
    await last.ended
    return { completed, records: recordsIn(join(folder.path, 'tapline.db')), rounds }
  } finally {
    upstream.closeAllConnections()
    upstream.close()
  }
}

export async function startUpstream(): Promise<Server> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => { chunks.push(chunk) })
    request.on('end', () => {
      const isStream = Buffer.concat(chunks).includes('"stream":true')
      response.writeHead(200, { 'content-type': isStream ? 'text/event-stream' : 'application/json' })
      response.end(isStream ? stream : plain)
    })
  })
  await new Promise<void>(resolve => { server.listen(0, '127.0.0.1', resolve) })
  return server
}

async function killUnderLoad(gateway: Tapline, completed: Set<string>, count: number): Promise<void> {
  const pool = new Pool(await gateway.url(), { connections: callers })
  const goal = completed.size + count
  const call = async (caller: number) => {
    for (let i = 0; ; i++) {
      const body = JSON.stringify({ model: 'gpt-test', messages: [{ role: 'user', content: 'hello' }], ...((i + caller) % 2 === 0 ? { stream: true } : {}) })
      const answer = await pool.request({ method: 'POST', path: '/v1/chat/completions', headers: { 'content-type': 'application/json' }, body })
      await answer.body.dump()
      if (answer.statusCode === 200) completed.add(String(answer.headers['x-request-id']))
      if (completed.size >= goal) gateway.kill('SIGKILL')
    }
  }
  // Each caller goes on until the gateway is gone.
  await Promise.all(Array.from({ length: callers }, (_, caller) => call(caller).catch(() => {})))
  await gateway.ended
  await pool.destroy()
}

function recordsIn(file: string): ReadonlyMap<string, number> {
  const database = new DatabaseSync(file, { readOnly: true })
  try {
    const table = database.prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE '%request_id%' AND sql LIKE '%provider_name%' LIMIT 1").get() as { name: string }
    const rows = database.prepare(`SELECT request_id AS id, count(*) AS rows FROM "${table.name}" GROUP BY request_id`).all() as { id: string; rows: number }[]
    return new Map(rows.map(({ id, rows: count }) => [id, count]))
  } finally {
    database.close()
  }
}
