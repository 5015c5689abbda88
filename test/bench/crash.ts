/** Kills the gateway under load many times, and prints what was lost: `node test/bench/crash.ts [sqlite|postgresql|mongodb] [kills] [requests between]`. */

import { crash, faultsOf } from '../support/crash.ts'
import { stopServers } from '../support/server-process.ts'
import { absence } from '../support/servers.ts'
import { stores } from '../support/stores.ts'

const [name = 'sqlite', kills = '20', between = '2000'] = process.argv.slice(2)
const store = stores.find(one => one.name === name)
if (store === undefined) throw new Error(`there is no store ${name}`)
if (store.server !== undefined && (await store.server.url()) === undefined) throw new Error(absence(store.server.shared.facts))
try {
  const report = await crash({ store, kills: Number(kills), completedBetween: Number(between) })
  const { lost, doubled } = faultsOf(report)
  console.log(
    `${name}: ${kills} kills, ${report.completed.size} completed requests (${Math.min(...report.rounds)} to ${Math.max(...report.rounds)} between two kills), ${report.records.size} recorded`,
  )
  console.log(`completed without a record: ${lost.length}; recorded twice: ${doubled.length}`)
  process.exitCode = lost.length + doubled.length === 0 ? 0 : 1
} finally {
  await stopServers()
}
