/** Workflows as administrators see them. */

import type { Variant, Variants } from '../../core/index.ts'
import { ruleOptions } from '../../core/services/guardrail-rule.ts'
import type { WorkflowView } from '../../schemas/admin/workflows.schema.ts'
import type { Workflow } from './compiled.ts'
import { hashOf, type Features, type GuardrailPhase, type ResolvedPayload } from './payload.ts'
import { displayOf, scopeOf, typeOf } from './scope.ts'

export function viewOf(workflow: Workflow, isActive: boolean, effective: Features): WorkflowView {
  const { version, payload, error } = workflow
  const { scope_provider_name: provider, scope_model: model, scope_user_path: path } = version
  const scope = scopeOf(provider, model, path)
  return {
    id: version.id,
    scope_type: typeOf(scope),
    scope_display: displayOf(scope),
    scope,
    version: version.version,
    active: isActive,
    managed: version.managed,
    managed_default: version.managed_default,
    name: version.name,
    description: version.description,
    workflow_payload: version.workflow_payload,
    workflow_hash: version.workflow_hash,
    guardrails_hash: guardrailsHash(payload?.steps ?? []),
    chain_hashes: { prompt: chainHash(payload, 'prompt'), response: chainHash(payload, 'response'), stream: chainHash(payload, 'stream') },
    effective_features: effective,
    ...(error === undefined ? {} : { compile_error: error }),
    created_at: version.created_at === null ? null : new Date(version.created_at).toISOString(),
  }
}

/** The plugins of a variant, by name. */
const known = new WeakMap<Variant, ReadonlySet<string>>()

/** What a workflow says, as far as the gateway has it, and has it switched on. */
export function effectiveFeatures({ payload, variant }: Workflow, { pipelines }: Variants, guardrailsEnabled: boolean): Features {
  const standing = variant === undefined ? new Set<string>() : pluginsOf(variant, pipelines)
  const usage = standing.has('usage')
  return {
    cache: standing.has('cache-exact') || standing.has('cache-semantic'),
    audit: standing.has('audit'),
    usage,
    budget: usage && standing.has('budgets'),
    guardrails: guardrailsEnabled && payload?.features.guardrails === true,
    failover: standing.has('failover'),
  }
}

function pluginsOf(variant: Variant, pipelines: readonly string[]): ReadonlySet<string> {
  const plugins = known.get(variant) ?? new Set(pipelines.flatMap(pipeline => variant.steps(pipeline).map(({ type }) => type)))
  known.set(variant, plugins)
  return plugins
}

function chainHash(payload: ResolvedPayload | undefined, phase: GuardrailPhase): string {
  return guardrailsHash((payload?.steps ?? []).filter(step => step.phase === phase))
}

function guardrailsHash(steps: ResolvedPayload['steps']): string {
  return steps.length === 0
    ? ''
    : hashOf(
        steps.map(({ ref, phase, step, guardrail: { rule } }) => [
          ref,
          phase,
          step,
          rule.type,
          ruleOptions(rule),
          rule.fail_mode ?? null,
          rule.timeout_ms ?? null,
        ]),
      )
}
