/** `tapline explain <pipeline>`: prints what was compiled; of a request with certain facts, which workflow it meets. */

import type { Flags } from '../config/sources/layers.ts'
import { buildGeneration } from '../gateway/loading/build.ts'
import type { Generation } from '../gateway/generation.ts'
import type { ResolvedPlan } from '../gateway/variants/plans.ts'
import { explainPipeline, shortened } from '../pipeline/plan/explain.ts'
import type { WorkflowExplanation } from '../services/workflows.ts'
import { processContext } from './process-context.ts'

/** What is known of a request; without any of it, the pipeline is explained as it is for all. */
export interface RequestFacts {
  readonly model?: string
  readonly provider?: string
  readonly userPath?: string
}

/** @throws ConfigError, or Error if there is no such pipeline */
export async function explain(flags: Flags, name: string, facts: RequestFacts = {}): Promise<void> {
  const generation = await buildGeneration(await processContext(flags), { wanted: name })
  try {
    const plan = generation.plans.get(name) as ResolvedPlan
    console.log(Object.keys(facts).length === 0 ? explainPipeline(plan, generation.config) : await explainRequest(generation, name, facts))
  } finally {
    await generation.discard()
  }
}

/** Workflows are in the store: it is opened, and nothing else. */
async function explainRequest(generation: Generation, pipeline: string, facts: RequestFacts): Promise<string> {
  const workflows = await generation.openService('workflows')
  if (workflows === undefined) throw new Error('no step of the pipelines chooses workflows')
  const explanation = workflows.explain({ pipeline, ...facts })
  const isPlaced = facts.model === undefined || explanation.candidates.some(({ scope }) => scope.scope_provider_name !== '')
  return [
    explained(pipeline, explanation),
    ...(isPlaced ? [] : ['', `which provider serves ${facts.model} is known to the running gateway alone: say --provider, or GET /admin/workflows/explain`]),
  ].join('\n')
}

function explained(pipeline: string, { matched, candidates, steps }: WorkflowExplanation): string {
  const marked = candidates.map(({ scope_display: scope, matched: isMatch, reason }) => `  ${isMatch ? '→' : ' '} ${scope}: ${reason}`)
  const phases = Object.entries(Object.groupBy(steps, ({ phase }) => phase)).flatMap(([phase, taps = []]) => [
    `  ${phase}`,
    ...taps.map(({ step, from }) => `    ${step}  ${shortened(from)}`),
  ])
  return [
    `pipeline ${pipeline}`,
    `  workflow   ${matched.name}, version ${matched.version} (${matched.id})`,
    `  scope      ${matched.scope_display}`,
    '',
    'candidates, the first that is there counts',
    ...marked,
    '',
    'phases',
    ...phases,
  ].join('\n')
}
