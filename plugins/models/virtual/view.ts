/** A virtual model as the admin API shows it. */

import { shownTime } from '../../shared/admin/shown-time.ts'
import { readModelSelector } from '../../shared/models/model-selector.ts'
import type { VirtualModelView } from '../../../schemas/admin/virtual-models.schema.ts'
import { isRedirect, selectorOf, type KnownModel } from './definition.ts'
import type { VirtualDeps } from './deps.ts'

export function views(deps: VirtualDeps): VirtualModelView[] {
  return [...deps.book.all.values()].sort((one, other) => (one.source < other.source ? -1 : 1)).map(model => viewOf(model, deps))
}

export function viewOf(model: KnownModel, { registry, providers }: Pick<VirtualDeps, 'registry' | 'providers'>): VirtualModelView {
  const { targets, strategy_config: config, user_paths: paths, groups, ...said } = model
  const shown = targets.map(target => ({
    provider: target.provider ?? null,
    model: target.model,
    weight: target.weight,
    leaf: leavesOf(model.source, selectorOf(target), registry)[0],
  }))
  const first = shown.find(({ leaf }) => leaf !== undefined)?.leaf
  return {
    ...said,
    kind: isRedirect(model) ? 'redirect' : 'policy',
    scope_kind: readModelSelector(model.source, providers)?.kind ?? 'provider',
    targets: shown.map(({ leaf, ...target }) => ({ ...target, available: leaf !== undefined })),
    strategy_config: { ...config },
    user_paths: [...paths],
    groups: [...groups],
    valid: !isRedirect(model) || first !== undefined,
    resolved_model: first === undefined ? null : `${first.provider.name}/${first.model}`,
    provider_type: first?.provider.type ?? null,
    created_at: shownTime(model.created_at),
    updated_at: shownTime(model.updated_at),
  }
}

/** The real models behind a target that could serve now; a target that names its source means the real model. */
function leavesOf(source: string, selector: string, registry: VirtualDeps['registry']) {
  const real = selector === source ? registry.find(selector) : undefined
  const leaves = selector === source ? (real === undefined ? [] : [real]) : registry.reached(selector)
  return leaves.filter(leaf => registry.isAvailable(leaf))
}
