/** `tapline --health` and `--ready`: asks the gateway on this machine, for container health checks. */

import { request } from 'node:http'
import { loadFor } from '../gateway/loading/load-for.ts'
import { readDuration } from '../config/schema/grammar.ts'
import type { Flags } from '../config/sources/layers.ts'
import { processContext } from './process-context.ts'

/** What is well, by the path that says so. */
const well: Readonly<Record<string, readonly string[]>> = { '/health': ['ok'], '/health/ready': ['ready', 'degraded'] }

export interface ProbeFlags extends Flags {
  readonly ready?: true
  readonly healthTimeout: string
  readonly readyTimeout: string
}

/** @throws ConfigError, or Error for a timeout that is none */
export async function probe(flags: ProbeFlags): Promise<void> {
  const [path, flag, timeout] =
    flags.ready === true ? ['/health/ready', '--ready-timeout', flags.readyTimeout] : ['/health', '--health-timeout', flags.healthTimeout]
  const timeoutMs = readDuration(timeout)
  if (timeoutMs === undefined) throw new Error(`${flag}: expected duration such as 500ms, got "${timeout}"`)
  const { server } = (await loadFor(await processContext(flags))).values
  const { code, status } = await ask(server.port, `${server.base_path === '/' ? '' : server.base_path}${path}`, timeoutMs)
  console.log(status ?? 'no answer')
  process.exitCode = code === 200 && well[path]?.includes(status ?? '') ? 0 : 1
}

interface Answer {
  readonly code?: number | undefined
  /** What the gateway says; undefined where nothing answers in time, or something else. */
  readonly status?: string | undefined
}

function ask(port: number, path: string, timeoutMs: number): Promise<Answer> {
  return new Promise(resolve => {
    const nobody = () => resolve({})
    request({ host: 'localhost', port, path, signal: AbortSignal.timeout(timeoutMs) }, response => {
      const chunks: Buffer[] = []
      response
        .on('data', (chunk: Buffer) => chunks.push(chunk))
        .on('error', nobody)
        .on('end', () => resolve({ code: response.statusCode, status: statusIn(Buffer.concat(chunks).toString()) }))
    })
      .on('error', nobody)
      .end()
  })
}

function statusIn(body: string): string | undefined {
  try {
    return (JSON.parse(body) as { status?: string } | null)?.status
  } catch {
    return undefined
  }
}
