/** Prints what recording usage costs on the way of a request, and behind it: `node test/bench/ledger.ts [requests]`. */

import { setImmediate as turn } from 'node:timers/promises'
import pino from 'pino'
import { checkOptions } from '../../core/config/schema/options.ts'
import { GatewayHealth } from '../../core/gateway/health.ts'
import { realClock } from '../../core/gateway/clock.ts'
import type { PluginDefinition, Services } from '../../core/index.ts'
import { Instance } from '../../core/plugin/instance.ts'
import { runPlugin } from '../../core/testing/run-plugin.ts'
import plugin from '../../plugins/usage/index.ts'
import { UsageLab } from '../support/usage.ts'

/** So many requests end in one turn of a loop under load. */
const inOneTurn = 16

const count = Number(process.argv[2] ?? '200000')
await using deps = await UsageLab.start()
const { exchange } = await runPlugin(plugin, { services: deps.services, answer: 'Hello!' })
const log = pino({ enabled: false })
const definition: PluginDefinition = plugin
const services = { health: new GatewayHealth(realClock), providers: new Map(), ...deps.services, clock: realClock } as Services
const instance = await Instance.setUp(
  { key: 'usage', name: 'usage', definition, options: checkOptions(definition.schema, {}, () => undefined).value },
  services,
  log,
  realClock,
)
instance.hold()
await instance.open()

await run(count / 10)
const cpuBefore = process.cpuUsage()
const onTheWayMs = await run(count)
await instance.release()
const { user, system } = process.cpuUsage(cpuBefore)
console.log(`on the way of a request: ${((onTheWayMs * 1000) / count).toFixed(2)} µs, its share of the write to the disk included`)
console.log(`all of it, with storing in the background: ${((user + system) / count).toFixed(1)} µs of CPU`)

/** @returns the milliseconds that noting and writing took */
async function run(requests: number): Promise<number> {
  let ms = 0
  for (let i = 0; i < requests; i += inOneTurn) {
    const started = performance.now()
    for (let j = 0; j < inOneTurn; j++) void instance.taps.complete?.(exchange)
    deps.spool.leave()
    ms += performance.now() - started
    await turn()
  }
  return ms
}
