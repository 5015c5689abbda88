/** A real Redis for tests: the installed one, or the tester's by `TAPLINE_TEST_REDIS_URL`. */

import { ServerProcess, type ServerProgram } from './server-process.ts'
import { findProgram, type TestServer } from './servers.ts'
import { SharedServer } from './shared-server.ts'

const shared = new SharedServer({
  name: 'Redis',
  advice: 'apt-get install redis-server, or set TAPLINE_TEST_REDIS_URL',
  variable: 'TAPLINE_TEST_REDIS_URL',
  start: startRedis,
})
export const redis: TestServer = { shared, url: redisUrl }

/** The URL of the server of this run, which tests share: prefix your keys with what only you use. Undefined if no server can be had. */
export async function redisUrl(): Promise<string | undefined> {
  return await shared.url()
}

/** A server of one's own, to be stopped, frozen and killed. What it holds is gone with its process. */
export async function startRedis(): Promise<(ServerProcess & { readonly url: string }) | undefined> {
  const program = redisProgram()
  if (program === undefined) return undefined
  const server = await ServerProcess.start(program)
  return Object.assign(server, { url: `redis://127.0.0.1:${server.port}` })
}

function redisProgram(): ServerProgram | undefined {
  const file = findProgram('redis-server')
  if (file === undefined) return undefined
  return {
    name: 'Redis',
    command: (folder, port) => [file, '--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', '', '--appendonly', 'no'],
    ready: /Ready to accept connections/,
    stopSignal: 'SIGTERM',
  }
}
