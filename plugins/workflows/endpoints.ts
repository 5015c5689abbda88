/** The endpoints for workflows. */

import { gatewayError, normaliseUserPath, type AdminCall, type AdminEndpoint, type Clock, type Variants, type WorkflowScope } from '../../core/index.ts'
import { definition } from '../shared/admin/definition.ts'
import { WriteTurns } from '../shared/admin/write-turns.ts'
import { invalidValue } from '../../core/errors.ts'
import { VariantError } from '../../core/services/variants.ts'
import file from '../../schemas/admin/workflows.schema.json' with { type: 'json' }
import type { WorkflowView, WorkflowWrite } from '../../schemas/admin/workflows.schema.ts'
import { CompiledWorkflows, resolved, type Workflow } from './compiled.ts'
import type { Explainer } from './explain.ts'
import { faultIn, hashOf, resolvePayload, type Books } from './payload.ts'
import { keyOf, scopeOf, typeOf } from './scope.ts'
import { defaultDescription, defaultName, type Version } from './version.ts'
import type { Versions } from './versions.ts'
import { effectiveFeatures, viewOf } from './view.ts'

export interface EndpointDeps extends Books {
  readonly versions: Versions
  readonly workflows: CompiledWorkflows
  readonly explainer: Explainer
  readonly variants: Variants
  readonly providers: readonly string[]
  readonly clock: Clock
  readonly guardrailsEnabled: boolean
  /** Resolves when what was written holds here. */
  settled(): Promise<void>
}

const explainQuery = {
  type: 'object',
  properties: {
    pipeline: { type: 'string', default: 'chat', description: 'A pipeline that serves models.' },
    model: { type: 'string', description: 'As a caller names it.' },
    provider: { type: 'string', description: 'An instance; then `model` is one of its own.' },
    user_path: { type: 'string', description: 'The path that the call is made for.' },
  },
}

export function endpointsOf(around: EndpointDeps): readonly AdminEndpoint[] {
  const { workflows, explainer, guardrails } = around
  const turns = new WriteTurns('workflows')
  const inTurn = <T>(write: () => Promise<T>) =>
    turns.take(async () => {
      await around.settled()
      return await write()
    })
  return [
    {
      method: 'GET',
      path: '/workflows',
      scope: 'global',
      summary: 'Lists the workflows in effect.',
      response: definition(file, 'WorkflowList'),
      handle: () => workflows.all.map(workflow => shown(around, workflow)),
    },
    {
      method: 'GET',
      path: '/workflows/guardrails',
      scope: 'global',
      summary: 'Lists the guardrails that workflows can name.',
      response: definition(file, 'WorkflowGuardrails'),
      handle: () => guardrails.all.map(({ rule: { name, type }, phases, summary }) => ({ name, type, phases, summary })),
    },
    {
      method: 'GET',
      path: '/workflows/explain',
      scope: 'global',
      summary: 'Which workflow applies to a request, which others would match, and the resulting steps.',
      query: explainQuery,
      response: definition(file, 'WorkflowExplanation'),
      handle: ({ query: { pipeline, model, provider, user_path: userPath } }) =>
        explainer.explain({ pipeline: String(pipeline), ...text('model', model), ...text('provider', provider), ...text('userPath', userPath) }),
    },
    {
      method: 'GET',
      path: '/workflows/:id',
      scope: 'global',
      summary: 'One version of a workflow, in effect or not.',
      response: definition(file, 'WorkflowView'),
      handle: async call => await viewById(around, call),
    },
    {
      method: 'POST',
      path: '/workflows',
      scope: 'global',
      summary: 'Creates a new version for a scope, replacing the previous one.',
      status: 201,
      body: definition(file, 'WorkflowWrite'),
      response: definition(file, 'WorkflowView'),
      handle: call => inTurn(() => create(around, call)),
    },
    {
      method: 'POST',
      path: '/workflows/:id/deactivate',
      scope: 'global',
      summary: 'Ends a workflow: the next broader one takes over.',
      handle: call => inTurn(() => deactivate(around, call)),
    },
  ]
}

function text<Name extends string>(name: Name, value: string | number | boolean | undefined): Partial<Record<Name, string>> {
  return value === undefined ? {} : ({ [name]: String(value) } as Record<Name, string>)
}

function shown({ versions, variants, guardrailsEnabled }: EndpointDeps, workflow: Workflow): WorkflowView {
  const isActive = workflow.version.managed || versions.isActive(workflow.version)
  return viewOf(workflow, isActive, effectiveFeatures(workflow, variants, guardrailsEnabled))
}

async function viewById(around: EndpointDeps, { params }: AdminCall): Promise<WorkflowView> {
  const id = params['id'] ?? ''
  const standing = around.workflows.get(id)
  if (standing !== undefined) return shown(around, standing)
  const version = await around.versions.get(id)
  if (version === undefined) throw gatewayError('not_found', `there is no workflow ${JSON.stringify(id)}`)
  return viewOf(meant(version, around), false, { cache: false, audit: false, usage: false, budget: false, guardrails: false, failover: false })
}

/** A version that does not hold, with its guardrails as they are now. */
function meant(version: Version, around: EndpointDeps): Workflow {
  try {
    return { version, variant: undefined, payload: resolved(version, around, around.variants), error: undefined, fault: undefined }
  } catch {
    return { version, variant: undefined, payload: undefined, error: undefined, fault: undefined }
  }
}

async function create(around: EndpointDeps, call: AdminCall): Promise<WorkflowView> {
  const { versions, workflows, clock } = around
  const body = call.body as WorkflowWrite
  const scope = readScope(body, around.providers)
  const name = body.name.trim()
  if (name === '') throw gatewayError('invalid_value', 'name must not be empty', { param: 'name' })
  const description = body.description?.trim() ?? ''
  refuseReserved({ name, description })
  const standing = workflows.all.find(({ version }) => keyOf(version) === keyOf(scope))
  if (standing?.version.managed === true && !standing.version.managed_default)
    throw gatewayError('managed_resource', 'the configuration says the workflow of this scope')
  const before = standing === undefined ? undefined : shown(around, standing)
  if (call.exchange.request.headers['if-match'] !== undefined)
    call.ifMatch(
      before,
      workflows.all.map(workflow => shown(around, workflow)),
    )
  await tryOut(body, around)
  const version = await versions.create(
    { ...scope, name, description, workflow_payload: body.workflow_payload, workflow_hash: hashOf(body.workflow_payload) },
    clock.now(),
  )
  await around.settled()
  const after = shown(around, workflows.get(version.id) ?? meant(version, around))
  call.changed(before, after)
  return after
}

async function deactivate(around: EndpointDeps, call: AdminCall): Promise<void> {
  const { versions, workflows } = around
  const id = call.params['id'] ?? ''
  const version = workflows.get(id)?.version ?? (await versions.get(id))
  if (version === undefined) throw gatewayError('not_found', `there is no workflow ${JSON.stringify(id)}`)
  if (typeOf(version) === 'global') throw gatewayError('invalid_value', 'the workflow for everything can be replaced, and not ended')
  const standing = workflows.get(id)
  if (standing?.version.managed === true) throw gatewayError('managed_resource', 'the configuration says this workflow')
  if (standing === undefined || !versions.isActive(version)) throw gatewayError('invalid_value', 'this version does not hold any more')
  const before = shown(around, standing)
  call.ifMatch(before)
  await versions.deactivate(version)
  await around.settled()
  call.changed(before, undefined)
}

/** What the configuration means for everybody is known by its name and its description. @throws GatewayError that names the member at fault */
export function refuseReserved({ name, description }: Pick<Version, 'name' | 'description'>): void {
  if (name === defaultName) throw invalidValue('name', `${JSON.stringify(name)} is what the configuration is called`)
  if (description === defaultDescription) throw invalidValue('description', 'this is how the configuration is described')
}

/** @throws GatewayError that names the member at fault */
export function readScope(
  body: Pick<WorkflowWrite, 'scope_provider_name' | 'scope_provider' | 'scope_model' | 'scope_user_path'>,
  providers: readonly string[],
): WorkflowScope {
  const named = (body.scope_provider_name ?? body.scope_provider ?? '').trim()
  const model = body.scope_model?.trim() ?? ''
  const path = normaliseUserPath(body.scope_user_path)
  const provider = providers.find(known => known.toLowerCase() === named.toLowerCase())
  if (named !== '' && provider === undefined)
    throw invalidValue('scope_provider_name', `there is no provider ${JSON.stringify(named)}; there are: ${providers.join(', ')}`)
  if (model !== '' && named === '') throw invalidValue('scope_provider_name', 'a model is scoped with its provider')
  if (path === undefined) throw invalidValue('scope_user_path', 'no user path has . or .. segments, or a colon')
  return scopeOf(provider ?? '', model, path)
}

/** Compiles a payload once. @throws GatewayError that points into it */
async function tryOut({ workflow_payload: payload }: WorkflowWrite, around: EndpointDeps): Promise<void> {
  const { variants } = around
  const { patches } = resolvePayload(payload, around, variants.stepNames)
  try {
    const variant = await variants.compile(patches)
    await variant.release()
  } catch (cause) {
    throw cause instanceof VariantError ? faultIn(payload, cause) : cause
  }
}
