/** A process that opens a store, writes to it, and ends: `opening-process.ts <file of the store> <options> <number>`. */

import { realClock } from '../../gateway/clock.ts'
import { load } from '../../plugin/load.ts'
import { OpenStore } from './open-store.ts'
import { summedCalls } from './calls.ts'

const [file = '', options = '{}', number = '0'] = process.argv.slice(2)
const { definition } = await load('plugin', file, process.cwd(), { searchPaths: [], foreignAllowed: true })
{
  await using opened = await OpenStore.open(definition, JSON.parse(options) as Record<string, unknown>, realClock)
  await opened.storage.records('started').put(number, {})
  await (await opened.storage.journal(summedCalls('started'))).append([{ id: number, timestamp: 1, tokens: Number(number) }])
}
console.log('ok')
