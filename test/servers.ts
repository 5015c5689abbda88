/** Keeps the servers that tests share, ends them, and says what could not be tested. */

import { mongodb } from './support/mongodb.ts'
import { postgresql } from './support/postgresql.ts'
import { redis } from './support/redis.ts'
import { stopServers } from './support/server-process.ts'
import { absence, cleanUp } from './support/servers.ts'
import { keepServers } from './support/shared-server.ts'

const servers = [mongodb, postgresql, redis].map(({ shared }) => shared)
let endKeeping: (() => void) | undefined

export async function mochaGlobalSetup() {
  endKeeping = await keepServers(servers)
}

export async function mochaGlobalTeardown() {
  endKeeping?.()
  for (const server of servers) if (await server.isMissing()) console.warn(`Not tested: ${absence(server.facts)}.`)
  await stopServers()
}

export const mochaHooks = {
  async afterAll(this: Mocha.Context) {
    this.timeout(180_000)
    await cleanUp()
  },
}
