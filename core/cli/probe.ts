/** `tapline --health` and `--ready`: asks the gateway on this machine, for container health checks. */

import { request } from 'node:http'
import pino from 'pino'
import { loadFor } from '../gateway/loading/load-for.ts'
import { readDuration } from '../config/schema/grammar.ts'
import { processContext, type CommonFlags } from './process-context.ts'

export async function probe(flags: CommonFlags & { readonly ready?: true; readonly healthTimeout: string; readonly readyTimeout: string }): Promise<void> {
  const { server } = (await loadFor(await processContext(flags, pino({ enabled: false })))).values
  const isReady = flags.ready === true
  const path = `${server.base_path === '/' ? '' : server.base_path}/health${isReady ? '/ready' : ''}`
  const timeoutMs = readDuration(isReady ? flags.readyTimeout : flags.healthTimeout) ?? 2_000
  const status = await ask(server.port, path, timeoutMs)
  console.log(status ?? 'no answer')
  process.exitCode = (isReady ? ['ready', 'degraded'] : ['ok']).includes(status ?? '') ? 0 : 1
}

/** The status that the gateway says; undefined if it does not answer with 200 in time. */
function ask(port: number, path: string, timeoutMs: number): Promise<string | undefined> {
  return new Promise(resolve => {
    const call = request({ host: 'localhost', port, path, timeout: timeoutMs }, response => {
      const chunks: Buffer[] = []
      response
        .on('data', (chunk: Buffer) => chunks.push(chunk))
        .on('end', () => {
          const said = JSON.parse(Buffer.concat(chunks).toString()) as { status?: string }
          resolve(response.statusCode === 200 ? said.status : undefined)
        })
    })
    call
      .on('timeout', () => call.destroy())
      .on('error', () => resolve(undefined))
      .end()
  })
}
