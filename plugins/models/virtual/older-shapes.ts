/** Virtual models as gateways before this one spelled them: aliases, model overrides, failover rules. */

import { gatewayError, type AdminCall, type AdminEndpoint } from '../../../core/index.ts'
import { definition } from '../../shared/admin/definition.ts'
import file from '../../../schemas/admin/virtual-models.schema.json' with { type: 'json' }
import type {
  Alias,
  AliasDelete,
  AliasWrite,
  ModelOverride,
  ModelOverrideDelete,
  ModelOverrideWrite,
  VirtualModelView,
} from '../../../schemas/admin/virtual-models.schema.ts'
import { selectorOf } from './definition.ts'
import type { VirtualDeps } from './deps.ts'
import { views } from './view.ts'
import { remove, write } from './write.ts'

export function olderEndpoints(deps: VirtualDeps): readonly AdminEndpoint[] {
  const ofKind = (kind: VirtualModelView['kind']) => views(deps).filter(view => view.kind === kind)
  const overrides = () => ofKind('policy').map(overrideOf)
  return [
    {
      method: 'GET',
      path: '/aliases',
      scope: 'global',
      summary: 'Lists the virtual models with targets, in an older format.',
      response: definition(file, 'Aliases'),
      handle: () => ofKind('redirect').map(aliasOf),
    },
    {
      method: 'PUT',
      path: '/aliases',
      scope: 'global',
      summary: 'Creates or changes a virtual model with one target.',
      body: definition(file, 'AliasWrite'),
      response: definition(file, 'Alias'),
      handle: call => putAlias(deps, call),
    },
    {
      method: 'DELETE',
      path: '/aliases',
      scope: 'global',
      summary: 'Deletes a virtual model with targets.',
      body: definition(file, 'AliasDelete'),
      handle: call => remove(deps, call, { source: existing(ofKind('redirect'), (call.body as AliasDelete).name, 'name') }),
    },
    {
      method: 'GET',
      path: '/model-overrides',
      scope: 'global',
      summary: 'Lists the policies on who may use models, in an older format.',
      response: definition(file, 'ModelOverrides'),
      handle: overrides,
    },
    {
      method: 'PUT',
      path: '/model-overrides',
      scope: 'global',
      summary: 'Sets who may use the models that a selector matches.',
      body: definition(file, 'ModelOverrideWrite'),
      response: definition(file, 'ModelOverride'),
      mayBeEmpty: true,
      handle: call => putOverride(deps, call),
    },
    {
      method: 'DELETE',
      path: '/model-overrides',
      scope: 'global',
      summary: 'Removes a policy on who may use models.',
      body: definition(file, 'ModelOverrideDelete'),
      handle: call => remove(deps, call, { source: existing(ofKind('policy'), (call.body as ModelOverrideDelete).selector, 'selector') }),
    },
    {
      method: 'GET',
      path: '/failover',
      scope: 'global',
      summary: 'Lists the virtual models with the strategy failover, in an older format.',
      response: definition(file, 'FailoverRules'),
      handle: () =>
        ofKind('redirect')
          .filter(({ strategy }) => strategy === 'failover')
          .map(({ source, targets, enabled, managed }) => ({
            model: source,
            targets: targets.map(named).filter(selector => selector !== source),
            enabled,
            managed,
          })),
    },
  ]
}

async function putAlias(deps: VirtualDeps, call: AdminCall): Promise<Alias | undefined> {
  const { name, target_model: model, target_provider: provider, ...said } = call.body as AliasWrite
  const view = await write(deps, call, { ...said, source: name, targets: [{ model, ...(provider === undefined || provider === '' ? {} : { provider }) }] })
  return view === undefined ? undefined : aliasOf(view)
}

async function putOverride(deps: VirtualDeps, call: AdminCall): Promise<ModelOverride | undefined> {
  const { selector, ...said } = call.body as ModelOverrideWrite
  if (views(deps).some(({ source, kind }) => source === selector.trim() && kind === 'redirect'))
    throw gatewayError('conflict', `${JSON.stringify(selector)} is a virtual model with targets`, { param: 'selector' })
  const view = await write(deps, call, { ...said, source: selector })
  return view === undefined ? undefined : overrideOf(view)
}

function existing(known: readonly VirtualModelView[], given: string, param: string): string {
  const view = known.find(({ source }) => source === given.trim() || `${source}*` === given.trim() || (source === '/' && given.trim() === '*'))
  if (view === undefined) throw gatewayError('not_found', `there is no ${JSON.stringify(given)}`, { param })
  return view.source
}

function aliasOf({ source, targets: [first], description, enabled, resolved_model, provider_type, valid, created_at, updated_at }: VirtualModelView): Alias {
  return {
    name: source,
    target_model: first?.model ?? '',
    target_provider: first?.provider ?? '',
    description,
    enabled,
    resolved_model,
    provider_type,
    valid,
    created_at,
    updated_at,
  }
}

function overrideOf({ source, scope_kind, enabled, user_paths, created_at, updated_at }: VirtualModelView): ModelOverride {
  return { selector: source, scope_kind, enabled, user_paths, created_at, updated_at }
}

function named({ provider, model }: VirtualModelView['targets'][number]): string {
  return selectorOf(provider === null ? { model } : { provider, model })
}
