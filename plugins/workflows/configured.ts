/** The workflows that the configuration says, and the one that it means for everybody. */

import { join, keysOf } from '../../core/config/pointer.ts'
import type { Problem } from '../../core/config/problems/place.ts'
import { SettingFault } from '../../core/config/problems/setting-fault.ts'
import { check } from '../../core/config/schema/check.ts'
import { inlined } from '../../core/config/schema/inlined.ts'
import { GatewayError, type OptionsOf, type OptionsSchema, type Variants } from '../../core/index.ts'
import file from '../../schemas/admin/workflows.schema.json' with { type: 'json' }
import type { WorkflowPayload } from '../../schemas/admin/workflows.schema.ts'
import { readScope, refuseReserved } from './endpoints.ts'
import { wrong, type Books } from './payload.ts'
import type { schema } from './schema.ts'
import { keyOf } from './scope.ts'
import { defaultVersion, managedVersion, type Version } from './version.ts'

interface DefaultParts extends Books {
  readonly variants: Variants
  readonly guardrailsEnabled: boolean
}

type Rule = OptionsOf<typeof schema>['rules'][number]

/**
 * @param providers the names of all instances that are declared, also of those that are not there
 * @throws SettingFault with all members at fault
 */
export function configuredVersions(rules: readonly Rule[], providers: readonly string[]): readonly Version[] {
  const read = rules.map(rule => versionOf(rule, providers))
  const problems = read.flatMap((version, index) => {
    if ('faults' in version) return version.faults.flatMap(fault => ruleFaults(index, fault))
    const before = read.find(other => !('faults' in other) && keyOf(other) === keyOf(version)) as Version
    return before === version ? [] : [{ pointer: pointerOf(index), message: `${JSON.stringify(before.name)} has this scope already` }]
  })
  if (problems.length > 0) throw new SettingFault(problems)
  return read as readonly Version[]
}

/** What the configuration alone makes of the pipelines, spelled as a workflow. */
export async function configuredDefault({ variants, guardrails: { configured }, headerPolicies, guardrailsEnabled }: DefaultParts): Promise<Version> {
  const standing = await standingSteps(variants)
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

/** @param faults by the index of the rule @throws SettingFault that says where they stand */
export function refuseFaults(faults: readonly (GatewayError | undefined)[]): void {
  const problems = faults.flatMap((fault, index) => ruleFaults(index, fault))
  if (problems.length > 0) throw new SettingFault(problems)
}

/** What is wrong with a rule, where it stands in the configuration. */
function ruleFaults(index: number, fault: GatewayError | undefined): readonly Problem[] {
  if (fault === undefined) return []
  return [{ pointer: join(pointerOf(index), ...(fault.param?.split('.') ?? [])), message: fault.message }]
}

/** The types of all steps of the pipelines as they are. */
async function standingSteps(variants: Variants): Promise<ReadonlySet<string>> {
  const base = await variants.compile([])
  const types = new Set(variants.pipelines.flatMap(pipeline => base.steps(pipeline).map(({ type }) => type)))
  await base.release()
  return types
}

function pointerOf(index: number): string {
  return join('/workflows/rules', String(index))
}

function versionOf(rule: Rule, providers: readonly string[]): Version | { readonly faults: readonly GatewayError[] } {
  const { name, description, workflow_payload: payload } = rule
  try {
    refuseReserved(rule)
    const faults = faultsOf(payload)
    if (faults.length > 0) return { faults }
    return managedVersion({ ...readScope(rule, providers), name, description, workflow_payload: payload as unknown as WorkflowPayload })
  } catch (cause) {
    if (cause instanceof GatewayError) return { faults: [cause] }
    throw cause
  }
}

/** What a payload says, in form. */
const payloadSchema = inlined(file.$defs.WorkflowPayload, file.$defs) as OptionsSchema

function faultsOf(payload: unknown): readonly GatewayError[] {
  return check(payloadSchema, payload).findings.map(({ pointer, message }) => wrong(keysOf(pointer).join('.'), message))
}

function isWorkflowPhase(phase: string): phase is 'prompt' | 'response' | 'stream' {
  return phase === 'prompt' || phase === 'response' || phase === 'stream'
}
