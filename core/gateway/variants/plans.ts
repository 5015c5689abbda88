/** Plans of pipelines whose plugins are set up. */

import { dirname } from 'node:path'
import type { Config } from '../../config/config.ts'
import type { ResolvedPipeline, ResolvedStep } from '../../pipeline/plan/compile.ts'
import { buildPlan } from '../../pipeline/plan/place-taps.ts'
import { timeoutOf, withEverywhere, type PlacedStep } from '../../pipeline/plan/placed-step.ts'
import type { Limits, Plan } from '../../pipeline/plan/plan.ts'
import { isForCallers, type Dialect, type UpstreamDialect } from '../../plugin/dialect.ts'
import type { Instance } from '../../plugin/instance.ts'
import type { Loaded } from '../../plugin/load.ts'
import { nameFrom } from '../../plugin/resolve.ts'
import type { ProcessContext } from '../process-context.ts'

export type Dialects = ReadonlyMap<string, Loaded<Dialect | UpstreamDialect>>

/** Instances by the keys of their specs. */
type Instances = Pick<ReadonlyMap<string, Instance>, 'get'>

/** A pipeline with its steps set up, and the plan that was made of them. */
export interface ResolvedPlan extends ResolvedPipeline {
  readonly plan: Plan
  readonly placed: readonly PlacedStep[]
}

/** Makes a plan of a pipeline. */
export type PlanMaker = (resolved: ResolvedPipeline, instances: Instances) => ResolvedPlan

export function planMaker(dialects: Dialects, config: Config, { clock, log }: ProcessContext): PlanMaker {
  const limits = limitsOf(config)
  return (resolved, instances) => {
    const { pipeline, steps } = resolved
    const placed = withEverywhere(steps.flatMap(step => placedStep(step, instances)))
    const dialect = callersDialect(pipeline.dialect, pipeline, dialects)
    const dialectWhen = pipeline.dialectWhen.flatMap(rule => {
      const spoken = callersDialect(rule.dialect, pipeline, dialects)
      return spoken === undefined ? [] : [{ ...rule, dialect: spoken }]
    })
    const facts = {
      name: pipeline.name,
      operation: pipeline.operation,
      dialect,
      dialectWhen,
      body: pipeline.body,
      clock,
      log,
      limits,
      compatHeaders: config.values.server.compat_headers,
    }
    return { ...resolved, placed, plan: buildPlan(facts, placed) }
  }
}

function callersDialect(name: string | undefined, { place }: ResolvedPipeline['pipeline'], dialects: Dialects): Dialect | undefined {
  const spoken = name === undefined ? undefined : dialects.get(nameFrom(name, dirname(place?.file ?? '/')))?.definition
  return spoken !== undefined && isForCallers(spoken) ? spoken : undefined
}

/** A step with its instance; none if it is off. */
export function placedStep({ step, spec, phases, off }: ResolvedStep, instances: Instances): readonly PlacedStep[] {
  const instance = instances.get(spec.key)
  if (off !== undefined || instance === undefined) return []
  return [
    {
      name: step.name,
      instance,
      onError: step.on_error,
      timeoutMs: timeoutOf(step.timeout, spec.definition),
      phases,
      together: step.together,
      exempts: step.exempts,
    },
  ]
}

function limitsOf({ values: { http, server } }: Config): Limits {
  return {
    totalMs: http.timeout,
    responseHeaderMs: http.response_header_timeout,
    streamIdleMs: http.stream_idle_timeout,
    streamStallMs: server.stream_stall_timeout,
  }
}
