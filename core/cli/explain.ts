/** `tapline explain <pipeline>`: prints what was compiled. */

import pino from 'pino'
import { buildGeneration } from '../gateway/build.ts'
import type { ResolvedPlan } from '../gateway/generation.ts'
import { explainPipeline } from '../pipeline/explain.ts'
import { groundFor, type CommonFlags } from './ground.ts'

/** @throws ConfigError, or Error if there is no such pipeline */
export async function explain(flags: CommonFlags, name: string): Promise<void> {
  const generation = await buildGeneration(await groundFor(flags, pino({ enabled: false })), undefined, name)
  await generation.discard()
  console.log(explainPipeline(generation.plans.get(name) as ResolvedPlan))
}
