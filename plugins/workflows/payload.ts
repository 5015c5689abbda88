/** The payload of a workflow: read, checked with pointers, and turned into patches. */

import { hash } from 'node:crypto'
import { gatewayError, GatewayError, type GuardrailBook, type HeaderPolicyBook, type NamedGuardrail, type Variants } from '../../core/index.ts'
import type { GuardrailRule } from '../../core/services/guardrail-rule.ts'
import type { Patch } from '../../core/pipeline/plan/source.ts'
import { suggestion } from '../../core/config/problems/suggestion.ts'
import { VariantError } from '../../core/services/variants.ts'
import type { WorkflowPayload } from '../../schemas/admin/workflows.schema.ts'
import { headerPoliciesIn, headerPolicyPatch } from './header-policies.ts'

export type Features = Readonly<Record<Feature, boolean>>
export type Feature = 'cache' | 'audit' | 'usage' | 'budget' | 'guardrails' | 'failover'

export type GuardrailPhase = 'prompt' | 'response' | 'stream'

/** What payloads name. */
export interface Books {
  readonly guardrails: GuardrailBook
  readonly headerPolicies: HeaderPolicyBook
}

/** A guardrail in its place. */
export interface GuardrailStep {
  readonly ref: string
  readonly phase: GuardrailPhase
  readonly step: number
  /** Where it stands in the payload: `steps.0`. */
  readonly at: string
}

export interface ResolvedPayload {
  /** Of a payload that says patches alone: those whose steps it leaves. */
  readonly features: Features
  readonly steps: readonly (GuardrailStep & { readonly guardrail: NamedGuardrail })[]
  /** The names of the header policies. */
  readonly headerPolicies: readonly string[]
  readonly patches: readonly Patch[]
}

const features = ['cache', 'audit', 'usage', 'budget', 'guardrails', 'failover'] as const

/** The steps that a feature is made of. */
const stepsOf: Readonly<Record<Feature, readonly string[]>> = {
  cache: ['cache-exact', 'cache-semantic'],
  audit: ['audit'],
  usage: ['usage'],
  budget: ['budgets'],
  guardrails: ['guardrails'],
  failover: ['failover'],
}

/**
 * Reads a payload that passed its schema.
 * @param standing the names of all steps of the pipelines
 * @param isConfigured the configuration says it, which may name any plugin
 * @throws GatewayError that names the member at fault
 */
export function resolvePayload(
  payload: WorkflowPayload,
  { guardrails, headerPolicies }: Books,
  standing: ReadonlySet<string>,
  isConfigured = false,
): ResolvedPayload {
  checkMembers(payload)
  if (payload.schema_version === 3) {
    const patches = isConfigured ? saidBy(payload) : patchesOf(payload)
    return { features: leftBy(patches), steps: [], headerPolicies: [], patches }
  }
  const said = featuresOf(payload)
  const policies = headerPoliciesIn(payload, headerPolicies)
  const steps = stepsIn(payload).map(step => ({ ...step, guardrail: guardrailOf(step, guardrails) }))
  checkSteps(steps)
  const patches = [...(said.guardrails ? [guardrailPatch(steps)] : []), headerPolicyPatch(policies), ...removals(said), ...partitioned(payload, said)]
  return { features: said, steps, headerPolicies: policies.map(({ name }) => name), patches: patches.filter(patch => isStanding(patch, standing)) }
}

/** The same of what the configuration means for everybody: it changes nothing, and the guardrails stand as the configuration has them. */
export function meaningOfDefault(payload: WorkflowPayload, { guardrails, headerPolicies }: Books): ResolvedPayload {
  const steps = stepsIn(payload).flatMap(step => {
    const guardrail = guardrails.find(step.ref)
    return guardrail === undefined ? [] : [{ ...step, guardrail }]
  })
  return { features: featuresOf(payload), steps, headerPolicies: headerPolicies.configured.map(({ name }) => name), patches: [] }
}

const membersOf: Readonly<Record<number, readonly string[]>> = {
  1: ['features', 'guardrails', 'header_policies', 'cache'],
  2: ['features', 'steps', 'header_policies', 'cache'],
  3: ['patch'],
}

function checkMembers({ schema_version: version, ...said }: WorkflowPayload): void {
  const foreign = Object.keys(said).find(member => membersOf[version]?.includes(member) === false)
  if (foreign !== undefined) throw wrong(foreign, `a payload of version ${version} has no ${foreign}, but ${membersOf[version]?.join(', ') ?? 'nothing'}`)
}

function leftBy(patches: readonly Patch[]): Features {
  const gone = new Set(patches.flatMap(patch => ('remove' in patch ? patch.remove : 'replace' in patch ? patch.replace : [])))
  return Object.fromEntries(features.map(feature => [feature, !stepsOf[feature].every(step => gone.has(step))])) as Record<Feature, boolean>
}

/** What is omitted is off, but for budgets and failover. Budgets count what usage records. */
function featuresOf({ features: said = {} }: WorkflowPayload): Features {
  const { cache = false, audit = false, usage = false, guardrails = false, budget = true, fallback = true, failover = fallback } = said
  return { cache, audit, usage, guardrails, budget: budget && usage, failover }
}

function stepsIn({ steps = [], guardrails = [] }: WorkflowPayload): readonly GuardrailStep[] {
  return [
    ...guardrails.map(({ ref, step = 0 }, index) => ({ ref, phase: 'prompt' as const, step, at: `guardrails.${index}` })),
    ...steps.map(({ ref, phase = 'prompt', step = 0 }, index) => ({ ref, phase, step, at: `steps.${index}` })),
  ]
}

function guardrailOf({ ref, phase, at }: GuardrailStep, book: GuardrailBook): NamedGuardrail {
  const guardrail = book.find(ref)
  if (guardrail === undefined)
    throw wrong(
      `${at}.ref`,
      `there is no guardrail ${JSON.stringify(ref)}${suggestion(
        ref,
        book.all.map(({ rule: { name } }) => name),
      )}`,
    )
  if (!guardrail.phases.includes(phase)) throw wrong(`${at}.phase`, `${JSON.stringify(ref)} does not act on ${phase}, but on ${guardrail.phases.join(', ')}`)
  return guardrail
}

function checkSteps(steps: ResolvedPayload['steps']): void {
  const seen = new Set<string>()
  const editing = new Map<string, string>()
  for (const {
    ref,
    phase,
    step,
    at,
    guardrail: { edits },
  } of steps) {
    const once = JSON.stringify([ref, phase])
    if (seen.has(once)) throw wrong(`${at}.ref`, `${JSON.stringify(ref)} stands in ${phase} already`)
    seen.add(once)
    const place = `${phase} ${step}`
    const other = edits ? editing.get(place) : undefined
    if (other !== undefined)
      throw wrong(`${at}.step`, `${JSON.stringify(other)} and ${JSON.stringify(ref)} both edit in step ${step} of ${phase}; give them different steps`)
    if (edits) editing.set(place, ref)
  }
}

/** Within a step readers come first, at one place, and the one that edits last; equals by name. Replies go up the list, so theirs stand in reverse. */
function guardrailPatch(steps: ResolvedPayload['steps']): Patch {
  const ordered = steps.toSorted(
    (one, other) => one.step - other.step || Number(one.guardrail.edits) - Number(other.guardrail.edits) || (one.ref < other.ref ? -1 : 1),
  )
  const rules = ordered.map(({ phase, step, guardrail: { rule, edits } }): GuardrailRule => {
    const index = ordered.findIndex(other => other.phase === phase && other.step === step && other.guardrail.edits === edits)
    return { ...rule, phase, order: phase === 'prompt' ? index : -index }
  })
  return { set: 'guardrails', options: { rules } }
}

function removals(said: Features): readonly Patch[] {
  return features.flatMap(feature => (said[feature] ? [] : stepsOf[feature].map(remove => ({ remove }))))
}

function partitioned({ cache }: WorkflowPayload, { cache: isOn }: Features): readonly Patch[] {
  const { partition } = cache ?? {}
  return partition === undefined || !isOn ? [] : stepsOf.cache.map(set => ({ set, options: { partition } }))
}

/** Features of which this gateway has no step are off anyway. */
function isStanding(patch: Patch, standing: ReadonlySet<string>): boolean {
  return 'remove' in patch ? standing.has(patch.remove) : !('set' in patch) || standing.has(patch.set)
}

/** Administrators name plugins that the operator knows: paths and packages belong into the configuration. */
function patchesOf(payload: WorkflowPayload): readonly Patch[] {
  payload.patch?.forEach((change, index) => {
    const written = 'insert' in change ? change.insert : 'with' in change ? change.with : undefined
    const use = typeof written === 'string' ? written : written?.use
    if (use !== undefined && !/^[a-z0-9_-]+$/i.test(use))
      throw wrong(`patch.${index}`, `${JSON.stringify(use)} is a path or a package: name it in plugins.load, and here by its name`)
  })
  return saidBy(payload)
}

function saidBy({ patch = [] }: WorkflowPayload): readonly Patch[] {
  return patch as unknown as readonly Patch[]
}

/** The SHA-256 of what a payload says, however its members are ordered. */
export function hashOf(payload: unknown): string {
  return hash('sha256', canonical(payload))
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  return `{${Object.entries(value)
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([key, member]) => `${JSON.stringify(key)}:${canonical(member)}`)
    .join(',')}}`
}

/** Which member of a payload is at fault that does not compile. */
export function faultIn({ schema_version: version }: WorkflowPayload, cause: VariantError | GatewayError): GatewayError {
  if (cause instanceof GatewayError) return cause
  const [problem] = cause.problems
  return wrong(version === 3 ? `patch${(problem?.pointer ?? '').replaceAll('/', '.')}` : '', problem?.message ?? cause.message)
}

/** What is wrong with the patches that a payload says itself; of no other payload, for that may name what administrators made. */
export async function patchFault(payload: WorkflowPayload, variants: Pick<Variants, 'vet'>): Promise<GatewayError | undefined> {
  if (payload.schema_version !== 3) return undefined
  try {
    checkMembers(payload)
    await variants.vet(saidBy(payload))
    return undefined
  } catch (cause) {
    if (cause instanceof VariantError || cause instanceof GatewayError) return faultIn(payload, cause)
    throw cause
  }
}

/** @param at a member of the payload; empty is all of it */
export function wrong(at: string, message: string): GatewayError {
  return gatewayError('invalid_value', message, { param: at === '' ? 'workflow_payload' : `workflow_payload.${at}` })
}
