/** `tapline secrets reencrypt`: encrypts what stands in the database as it is, or under an older data key. */

import type { Flags } from '../config/sources/layers.ts'
import { buildGeneration } from '../gateway/loading/build.ts'
import { processContext } from './process-context.ts'

export async function reencrypt(flags: Flags, rotate: boolean): Promise<void> {
  const generation = await buildGeneration(await processContext(flags))
  const stay = setInterval(() => {}, 60_000) // a store may be all that is waited for, and keeps no process
  try {
    const secrets = await generation.openService('secrets')
    if (secrets === undefined) throw new Error('no plugin of this configuration offers secrets')
    const changed = await secrets.reencrypt({ rotate })
    console.log(`encrypted ${changed} ${changed === 1 ? 'document' : 'documents'}`)
  } finally {
    await generation.discard()
    clearInterval(stay)
  }
}
