/** Which workflow a request would meet, which others it might have, and what comes of it. */

import {
  gatewayError,
  normaliseUserPath,
  type Models,
  type WorkflowExplanation,
  type WorkflowQuestion,
  type Workflows,
  type Variants,
} from '../../core/index.ts'
import { phases } from '../../core/pipeline/plan/step.ts'
import type { CompiledWorkflows, Workflow } from './compiled.ts'
import { candidates, displayOf, keyOf, scopeOf } from './scope.ts'

interface Parts {
  readonly workflows: CompiledWorkflows
  readonly variants: Variants
  readonly models: Models
  readonly providers: readonly string[]
}

const upwards: ReadonlySet<string> = new Set(['response', 'stream'])

export class Explainer implements Workflows {
  readonly #parts: Parts

  constructor(parts: Parts) {
    this.#parts = parts
  }

  get guardAny(): boolean {
    return this.#parts.workflows.all.some(
      ({ variant, payload, version }) =>
        variant !== undefined &&
        !version.managed_default &&
        (version.workflow_payload.schema_version === 3 || (payload?.features.guardrails === true && payload.steps.length > 0)),
    )
  }

  explain(question: WorkflowQuestion): WorkflowExplanation {
    const { workflows, variants } = this.#parts
    const { pipeline } = question
    if (!variants.pipelines.includes(pipeline))
      throw gatewayError('invalid_value', `no workflow is for the pipeline ${JSON.stringify(pipeline)}, but for ${variants.pipelines.join(', ')}`, {
        param: 'pipeline',
      })
    const path = normaliseUserPath(question.userPath)
    if (path === undefined) throw gatewayError('invalid_user_path', 'no user path has . or .. segments, or a colon', { param: 'user_path' })
    const [provider, model] = this.#target(question)
    const found = workflows.find(provider, model, path)
    if (found === undefined) throw gatewayError('not_found', 'no workflow is for this request')
    const {
      version: { id, name, version, scope_provider_name: ofProvider, scope_model: ofModel, scope_user_path: ofPath },
    } = found
    const scope = scopeOf(ofProvider, ofModel, ofPath)
    return {
      matched: { id, name, version, scope, scope_display: displayOf(scope) },
      candidates: this.#candidates(provider, ofModel || model, path, found),
      steps: this.#steps(found, pipeline),
    }
  }

  /** Where a call would go that names the model. */
  #target({ model = '', provider = '' }: WorkflowQuestion): readonly [provider: string, model: string] {
    const { models, providers } = this.#parts
    const named = (name: string) => providers.find(known => known.toLowerCase() === name.toLowerCase())
    if (provider !== '') {
      const known = named(provider)
      if (known === undefined) throw gatewayError('invalid_value', `there is no provider ${JSON.stringify(provider)}`, { param: 'provider' })
      return [known, model]
    }
    const [target] = model === '' ? [] : models.targets(model)
    if (target !== undefined) return [target.provider.name, target.model]
    const [first = '', ...rest] = model.split('/')
    return [rest.length > 0 ? (named(first) ?? '') : '', rest.join('/') || model]
  }

  #candidates(provider: string, model: string, path: string, found: Workflow): WorkflowExplanation['candidates'] {
    const standing = new Map(this.#parts.workflows.all.map(workflow => [keyOf(workflow.version), workflow]))
    let isOver = false
    return candidates(provider, model, path).map(scope => {
      const workflow = standing.get(keyOf(scope))
      const reason =
        workflow === undefined
          ? 'no workflow has this scope'
          : isOver
            ? `${workflow.version.name}: another counts more`
            : workflow.variant === undefined
              ? `${workflow.version.name} does not compile`
              : workflow.version.name
      const matched = workflow?.version.id === found.version.id
      isOver ||= matched
      return { scope, scope_display: displayOf(scope), matched, reason }
    })
  }

  #steps({ variant, version: { managed_default: isDefault } }: Workflow, pipeline: string): WorkflowExplanation['steps'] {
    const steps = variant?.steps(pipeline) ?? []
    return phases.flatMap(phase => {
      const tapping = steps.filter(step => step.phases.includes(phase))
      return (upwards.has(phase) ? tapping.toReversed() : tapping).map(({ name, from }) => ({
        phase,
        step: name,
        from: from.startsWith('/') && !isDefault && !from.includes(':') ? `the workflow (${from})` : from,
      }))
    })
  }
}
