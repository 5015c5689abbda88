/** `tapline explain <pipeline>`: prints what was compiled. */

import pino from 'pino'
import { suggestion } from '../config/suggestion.ts'
import { buildGeneration } from '../gateway/generation.ts'
import { explainPipeline } from '../pipeline/explain.ts'
import { groundFor, type CommonFlags } from './ground.ts'

export async function explain(flags: CommonFlags, name: string): Promise<void> {
  const generation = await buildGeneration(await groundFor(flags, pino({ enabled: false })))
  const pipeline = generation.plans.get(name)
  await generation.discard()
  if (pipeline === undefined) throw new Error(`there is no pipeline "${name}"${suggestion(name, generation.plans.keys())}; there are: ${[...generation.plans.keys()].join(', ')}`)
  console.log(explainPipeline(pipeline))
}
