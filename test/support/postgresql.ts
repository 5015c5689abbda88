/** A real PostgreSQL for tests: the installed one, or the tester's by `TAPLINE_TEST_POSTGRESQL_URL`. */

import { execFile } from 'node:child_process'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { Client } from 'pg'
import { ServerProcess, type ServerProgram } from './server-process.ts'
import { atEnd, findProgram, uniqueName, unprivileged, type TestServer } from './servers.ts'
import { SharedServer } from './shared-server.ts'

const run = promisify(execFile)

const shared = new SharedServer({
  name: 'PostgreSQL',
  advice: 'apt-get install postgresql, or set TAPLINE_TEST_POSTGRESQL_URL',
  variable: 'TAPLINE_TEST_POSTGRESQL_URL',
  start: startPostgresql,
})
export const postgresql: TestServer = { shared, url: postgresqlUrl }

/** The URL of a new, empty database on the server of this run; undefined if no server can be had. */
export async function postgresqlUrl(): Promise<string | undefined> {
  const server = await shared.url()
  return server === undefined ? undefined : await newDatabase(server)
}

/** A server of one's own, to be stopped, frozen and killed. Its `url` has an empty database. */
export async function startPostgresql(): Promise<(ServerProcess & { readonly url: string }) | undefined> {
  const program = postgresqlProgram()
  if (program === undefined) return undefined
  const server = await ServerProcess.start(program)
  return Object.assign(server, { url: urlOf(server) })
}

function urlOf({ port }: ServerProcess): string {
  return `postgresql://tapline@127.0.0.1:${port}/postgres`
}

function postgresqlProgram(): ServerProgram | undefined {
  const file = findProgram('postgres', '/usr/lib/postgresql/*/bin')
  const user = unprivileged('postgres', 'nobody')
  if (file === undefined) return undefined
  return {
    name: 'PostgreSQL',
    ...(user === undefined ? {} : { user }),
    async prepare(folder) {
      await run(join(dirname(file), 'initdb'), ['-D', join(folder, 'data'), '-U', 'tapline', '--auth=trust', '--encoding=UTF8', '--no-locale', '--no-sync'], {
        ...user,
        cwd: folder,
      })
    },
    command: (folder, port) => [file, '-D', join(folder, 'data'), '-p', String(port), '-h', '127.0.0.1', ...settings.flatMap(setting => ['-c', setting])],
    ready: /ready to accept connections/,
    stopSignal: 'SIGINT',
  }
}

/** What is written outlives the process, not the machine. */
const settings = ['unix_socket_directories=', 'fsync=off', 'full_page_writes=off', 'max_connections=200']

async function newDatabase(server: string): Promise<string> {
  const name = uniqueName()
  await tell(server, `CREATE DATABASE ${name}`)
  if (shared.isLent) atEnd(async () => await tell(server, `DROP DATABASE ${name} WITH (FORCE)`))
  return Object.assign(new URL(server), { pathname: `/${name}` }).href
}

async function tell(connectionString: string, statement: string): Promise<void> {
  const client = new Client({ connectionString })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}
