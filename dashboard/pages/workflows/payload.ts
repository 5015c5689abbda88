/** What a workflow says: its features, its contents in words, and how it is read from a form. */

import type { WorkflowFeatures, WorkflowPatch, WorkflowPayload, WorkflowScope, WorkflowView } from '../../../schemas/admin/workflows.schema.ts'
import { jsonIn, textIn } from '../../data/form.ts'
import { rowsIn } from '../../parts/rows.tsx'

export type Feature = keyof WorkflowFeatures

/** What each feature is, and what switches it on for the gateway. */
export const features: Readonly<Record<Feature, { readonly title: string; readonly setting: string }>> = {
  cache: { title: 'Response cache', setting: 'CACHE_ENABLED' },
  audit: { title: 'Audit log', setting: 'LOGGING_ENABLED' },
  usage: { title: 'Usage', setting: 'USAGE_ENABLED' },
  budget: { title: 'Budgets', setting: 'BUDGETS_ENABLED' },
  guardrails: { title: 'Guardrails', setting: 'GUARDRAILS_ENABLED' },
  failover: { title: 'Failover', setting: 'FAILOVER_ENABLED' },
}

export const featureNames = Object.keys(features) as readonly Feature[]

/** As the payload says it, whatever the gateway has on; of one that is made of changes to pipelines, nothing is said. */
export function saidFeatures({ schema_version: version, features: said = {} }: WorkflowPayload): WorkflowFeatures | undefined {
  if (version === 3) return undefined
  const { cache = false, audit = false, usage = false, guardrails = false, budget = true, fallback = true, failover = fallback } = said
  return { cache, audit, usage, budget, guardrails, failover }
}

export type Step = NonNullable<WorkflowPayload['steps']>[number]

/** Those of version 1 are on prompts. */
export function stepsOf({ steps = [], guardrails = [] }: WorkflowPayload): readonly Step[] {
  return [...guardrails.map(guardrail => ({ ...guardrail, phase: 'prompt' as const })), ...steps]
}

/** A workflow that is not stored yet. */
export interface Draft extends Partial<WorkflowScope> {
  readonly name: string
  readonly description: string
  readonly workflow_payload: WorkflowPayload
}

/** @throws Refusal naming the field that is no JSON */
export function draftIn(form: FormData): Draft {
  const scope = ['scope_user_path', 'scope_provider_name', 'scope_model'].map(name => [name, textIn(form, name)] as const)
  return {
    name: textIn(form, 'name'),
    description: textIn(form, 'description'),
    ...Object.fromEntries(scope.filter(([, text]) => text !== '')),
    workflow_payload:
      textIn(form, 'kind') === 'patch' ? { schema_version: 3, patch: (jsonIn(form, 'workflow_payload.patch') ?? []) as WorkflowPatch[] } : featuresIn(form),
  }
}

function featuresIn(form: FormData): WorkflowPayload {
  return {
    schema_version: 2,
    features: Object.fromEntries(featureNames.map(name => [name, form.has(`workflow_payload.features.${name}`)])),
    steps: rowsIn(form, 'workflow_payload.steps', 'ref', field => ({
      ref: field('ref'),
      phase: field('phase') as NonNullable<Step['phase']>,
      step: Number(field('step')),
    })),
    header_policies: rowsIn(form, 'workflow_payload.header_policies', 'ref', field => ({
      ref: field('ref'),
      ...(field('step') === '' ? {} : { step: Number(field('step')) }),
    })),
    ...(form.has('partition') ? { cache: { partition: 'user_path' } } : {}),
  }
}

/** Everything that a workflow says, each in a line. */
function linesOf({ name, description, workflow_payload: payload }: Pick<WorkflowView, 'name' | 'description' | 'workflow_payload'>): readonly string[] {
  const said = saidFeatures(payload)
  return [
    `name: ${name}`,
    ...(description === '' ? [] : [`description: ${description}`]),
    ...(said === undefined ? [] : featureNames.map(feature => `${features[feature].title}: ${said[feature] ? 'on' : 'off'}`)),
    ...stepsOf(payload).map(({ ref, phase = 'prompt', step = 0 }) => `guardrail ${ref} on ${phase}, step ${step}`),
    ...(payload.header_policies ?? []).map(({ ref, step }) => `header policy ${ref}${step === undefined ? '' : `, step ${step}`}`),
    ...(payload.cache?.partition === undefined ? [] : ['cached answers are kept apart for each user path']),
    ...(payload.patch ?? []).map(change => JSON.stringify(change)),
  ]
}

export interface Change {
  readonly line: string
  readonly added: boolean
}

/** What one version says and the other does not. */
export function changesBetween(before: WorkflowView, after: Draft): readonly Change[] {
  const [old, fresh] = [linesOf(before), linesOf(after)]
  return [
    ...old.filter(line => !fresh.includes(line)).map(line => ({ line, added: false })),
    ...fresh.filter(line => !old.includes(line)).map(line => ({ line, added: true })),
  ]
}

/** Whether both are for the same calls. */
export function isSameScope(one: Partial<WorkflowScope>, other: Partial<WorkflowScope>): boolean {
  return scopeKey(one) === scopeKey(other)
}

function scopeKey({ scope_provider_name: provider = '', scope_model: model = '', scope_user_path: path = '' }: Partial<WorkflowScope>): string {
  const segments = path.split('/').filter(segment => segment !== '')
  return JSON.stringify([provider.toLowerCase(), model, path === '' ? '' : `/${segments.join('/')}`])
}
