/** `tapline secrets reencrypt`: encrypts what stands in the database as it is, or under an older data key. */

import pino from 'pino'
import { buildGeneration } from '../gateway/loading/build.ts'
import type { Generation } from '../gateway/generation.ts'
import type { Instance } from '../plugin/instance.ts'
import type { ServiceName } from '../services/services.ts'
import type { Secrets } from '../storage/secrets.ts'
import { processContext, type CommonFlags } from './process-context.ts'

export async function reencrypt(flags: CommonFlags, rotate: boolean): Promise<void> {
  const generation = await buildGeneration(await processContext(flags, pino({ enabled: false })))
  const stay = setInterval(() => {}, 60_000) // a store may be all that is waited for, and keeps no process
  try {
    const instance = await openWhatOffers(generation, 'secrets')
    const changed = await (instance.taps.service as Secrets).reencrypt({ rotate })
    console.log(`encrypted ${changed} ${changed === 1 ? 'document' : 'documents'}`)
  } finally {
    await generation.discard()
    clearInterval(stay)
  }
}

/** Opens one service, and those that it needs. */
async function openWhatOffers(generation: Generation, service: ServiceName): Promise<Instance> {
  const instance = [...generation.instances.values()].find(({ spec }) => spec.definition.provides === service)
  if (instance === undefined) throw new Error(`no plugin of this configuration offers ${service}`)
  for (const need of instance.spec.definition.needs ?? []) await openWhatOffers(generation, need)
  await instance.open()
  return instance
}
