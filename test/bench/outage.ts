/** Takes the database away under load, and prints what callers noticed and what was lost: `node test/bench/outage.ts [postgresql|mongodb] [killed|frozen] [seconds]`. */

import { faultsOf } from '../support/crash.ts'
import { startMongodb } from '../support/mongodb.ts'
import { outage } from '../support/outage.ts'
import { startPostgresql } from '../support/postgresql.ts'
import { stopServers } from '../support/server-process.ts'

const [name = 'postgresql', kind = 'frozen', seconds = '60'] = process.argv.slice(2)
const database = await (name === 'mongodb' ? startMongodb : startPostgresql)()
if (database === undefined) throw new Error(`there is no ${name} on this machine`)
try {
  const report = await outage({
    database,
    storage: { type: name, [name]: { url: database.url } },
    kind: kind === 'killed' ? 'killed' : 'frozen',
    seconds: Number(seconds),
  })
  const { lost, doubled } = faultsOf(report)
  console.log(
    `${name} ${kind} for ${seconds} s: ${report.meanwhile} completed requests meanwhile, ${report.failed} failed, the longest took ${Math.round(report.longestMs)} ms; readiness said ${report.status}`,
  )
  console.log(`completed without a record: ${lost.length} of ${report.completed.size}; recorded twice: ${doubled.length}`)
  process.exitCode = lost.length + doubled.length + report.failed === 0 ? 0 : 1
} finally {
  await stopServers()
}
