/** A process that opens a store, writes to it, and ends: `opening-process.ts <store> <options> <number>`. */

import { realClock } from '../../../../core/gateway/clock.ts'
import { load } from '../../../../core/plugin/load.ts'
import { OpenStore } from './open-store.ts'
import { summedCalls } from './calls.ts'

const [name = '', options = '{}', number = '0'] = process.argv.slice(2)
const { definition } = await load('plugin', name, process.cwd(), { searchPaths: [], foreignAllowed: false })
{
  await using opened = await OpenStore.open(definition, JSON.parse(options) as Record<string, unknown>, realClock)
  await opened.storage.records('started').put(number, {})
  await (await opened.storage.journal(summedCalls('started'))).append([{ id: number, timestamp: 1, tokens: Number(number) }])
}
console.log('ok')
