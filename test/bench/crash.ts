/** Kills the gateway under load many times, and prints what was lost: `node test/bench/crash.ts [kills] [requests between]`. */

import { crash, faultsOf } from '../support/crash.ts'

const [kills = '20', between = '2000'] = process.argv.slice(2)
const report = await crash(Number(kills), Number(between))
const { lost, doubled } = faultsOf(report)
console.log(`${kills} kills, ${report.completed.size} completed requests (${Math.min(...report.rounds)} to ${Math.max(...report.rounds)} between two kills), ${report.records.size} recorded`)
console.log(`completed without a record: ${lost.length}; recorded twice: ${doubled.length}`)
process.exitCode = lost.length + doubled.length === 0 ? 0 : 1
