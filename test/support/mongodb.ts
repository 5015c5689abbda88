/** A server that speaks MongoDB's protocol, for tests: an installed `mongod`, else FerretDB as `.ci/run` builds it, or the tester's by `TAPLINE_TEST_MONGODB_URL`. */

import { fileURLToPath } from 'node:url'
import { MongoClient } from 'mongodb'
import { OneAtATime } from './one-at-a-time.ts'
import { ServerProcess, type ServerProgram } from './server-process.ts'
import { atEnd, findProgram, uniqueName, type TestServer } from './servers.ts'
import { SharedServer } from './shared-server.ts'

const shared = new SharedServer({
  name: 'MongoDB',
  advice: 'sh test/support/build-ferretdb.sh (needs Go), or set TAPLINE_TEST_MONGODB_URL',
  variable: 'TAPLINE_TEST_MONGODB_URL',
  start: startMongodb,
})
export const mongodb: TestServer = { shared, url: mongodbUrl }

const ferretdbFolder = fileURLToPath(new URL('../../node_modules/.cache/ferretdb', import.meta.url))

const ferretdbName = 'FerretDB'

/** The URL of a new, empty database on the server of this run; undefined if no server can be had. */
export async function mongodbUrl(): Promise<string | undefined> {
  const server = await shared.url()
  if (server === undefined) return undefined
  const url = Object.assign(new URL(server), { pathname: `/${uniqueName()}` }).href
  if (shared.isLent) atEnd(async () => await dropDatabase(url))
  return url
}

/** A server of one's own, to be stopped, frozen and killed. Its `url` has an empty database. */
export async function startMongodb(): Promise<(ServerProcess & { readonly url: string }) | undefined> {
  const program = mongod() ?? ferretdb()
  if (program === undefined) return undefined
  const server = await ServerProcess.start(program)
  const { port } = program.name === ferretdbName ? await OneAtATime.before(server.port) : server
  return Object.assign(server, { url: `mongodb://127.0.0.1:${port}/tapline` })
}

function mongod(): ServerProgram | undefined {
  const file = findProgram('mongod')
  if (file === undefined) return undefined
  return {
    name: 'MongoDB',
    command: (folder, port) => [file, '--dbpath', folder, '--port', String(port), '--bind_ip', '127.0.0.1', '--nounixsocket'],
    ready: /Waiting for connections/,
    stopSignal: 'SIGTERM',
  }
}

function ferretdb(): ServerProgram | undefined {
  const file = findProgram('ferretdb', ferretdbFolder)
  if (file === undefined) return undefined
  return {
    name: ferretdbName,
    command: (folder, port) => [
      file,
      `--listen-addr=127.0.0.1:${port}`,
      '--handler=sqlite',
      `--sqlite-url=file:${folder}/?_pragma=synchronous(off)`,
      `--state-dir=${folder}`,
      '--telemetry=disable',
      '--debug-addr=-',
    ],
    ready: /Listening on TCP/,
    stopSignal: 'SIGKILL', // otherwise it waits for its callers to go
  }
}

async function dropDatabase(url: string): Promise<void> {
  const client = await MongoClient.connect(url)
  try {
    await client.db().dropDatabase()
  } finally {
    await client.close()
  }
}
