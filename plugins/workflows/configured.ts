/** The workflows that the configuration says, and the one that it means for everybody. */

import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js'
import type { OptionsOf, Variant, Variants } from '../../core/index.ts'
import { definition } from '../shared/admin/definition.ts'
import file from '../../schemas/admin/workflows.schema.json' with { type: 'json' }
import type { WorkflowPayload } from '../../schemas/admin/workflows.schema.ts'
import { readScope, refuseReserved } from './endpoints.ts'
import type { Books } from './payload.ts'
import type { schema } from './schema.ts'
import { keyOf } from './scope.ts'
import { defaultVersion, managedVersion, type Version } from './version.ts'

type Rule = OptionsOf<typeof schema>['rules'][number]

/**
 * @param providers the names of all instances that are declared, also of those that are not there
 * @throws Error that names the rule at fault
 */
export function configuredVersions(rules: readonly Rule[], providers: readonly string[]): readonly Version[] {
  const versions = rules.map((rule, index) => {
    const { name, description, workflow_payload: payload } = rule
    refuseReserved(rule)
    const problem = problemOf(payload)
    if (problem !== undefined) throw new Error(`workflows.rules[${index}].workflow_payload${saidOf(problem)}`)
    return managedVersion({ ...readScope(rule, providers), name, description, workflow_payload: payload as unknown as WorkflowPayload })
  })
  const twice = versions.find((version, index) => versions.findIndex(other => keyOf(other) === keyOf(version)) !== index)
  if (twice !== undefined) throw new Error(`workflows.rules: two workflows have the scope of "${twice.name}"`)
  return versions
}

let validate: ValidateFunction | undefined

function problemOf(payload: unknown): ErrorObject | undefined {
  validate ??= new Ajv2020({ strict: false }).compile(definition(file, 'WorkflowPayload'))
  return validate(payload) ? undefined : validate.errors?.[0]
}

function saidOf({ instancePath, keyword, params, message = 'is not valid' }: ErrorObject): string {
  if (keyword === 'additionalProperties') return `${instancePath}/${String(params['additionalProperty'])} is not known`
  if (keyword === 'enum') return `${instancePath} is none of ${(params['allowedValues'] as readonly unknown[]).join(', ')}`
  return `${instancePath} ${message}`
}

/** What the configuration alone makes of the pipelines, spelled as a workflow. @param base the pipelines as they are */
export function configuredDefault(
  base: Variant,
  { pipelines }: Variants,
  { guardrails: { configured }, headerPolicies, guardrailsEnabled }: Books & { readonly guardrailsEnabled: boolean },
): Version {
  const standing = new Set(pipelines.flatMap(pipeline => base.steps(pipeline).map(({ type }) => type)))
  const steps = configured.flatMap(({ rule: { name, order, phase }, phases }) =>
    (phase === undefined ? phases : [phase]).flatMap(at => (isWorkflowPhase(at) ? [{ ref: name, phase: at, step: order }] : [])),
  )
  return defaultVersion({
    schema_version: 2,
    features: {
      cache: standing.has('cache-exact') || standing.has('cache-semantic'),
      audit: standing.has('audit'),
      usage: standing.has('usage'),
      budget: standing.has('budgets'),
      guardrails: guardrailsEnabled,
      failover: standing.has('failover'),
    },
    steps: guardrailsEnabled ? steps : [],
    ...(headerPolicies.configured.length === 0 ? {} : { header_policies: headerPolicies.configured.map(({ name, step }) => ({ ref: name, step })) }),
  })
}

function isWorkflowPhase(phase: string): phase is 'prompt' | 'response' | 'stream' {
  return phase === 'prompt' || phase === 'response' || phase === 'stream'
}
