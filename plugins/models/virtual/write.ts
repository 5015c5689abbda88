/** Makes, changes, renames and deletes virtual models for administrators. Every refusal names the member at fault. */

import { gatewayError, normaliseUserPath, type AdminCall } from '../../../core/index.ts'
import { invalidValue } from '../../../core/errors.ts'
import { readModelSelector } from '../../shared/models/model-selector.ts'
import type { VirtualModelDelete, VirtualModelView, VirtualModelWrite } from '../../../schemas/admin/virtual-models.schema.ts'
import type { KeptModels } from './book.ts'
import { defaults, isRedirect, own, type KeptModel, type VirtualModel, type VirtualTarget } from './definition.ts'
import { definitionFault } from './faults.ts'
import type { VirtualDeps } from './deps.ts'
import { isIdle } from './idle.ts'
import { refuseLocked, refuseManaged, refuseReached, refuseRename, refuseUsed, routeFault } from './refusals.ts'
import { viewOf, views } from './view.ts'

/** @returns the view, or undefined if it would change nothing and was not kept */
export async function write(deps: VirtualDeps, call: AdminCall, body: VirtualModelWrite): Promise<VirtualModelView | undefined> {
  const before = new Before(deps, call)
  let source = ''
  await deps.book.change(models => {
    const old = sourceIn(models, body.old_source ?? body.source, deps)
    before.check(old)
    const model = merged(deps, models, body, old)
    source = model.source
    const { [old]: _, ...others } = models
    return isIdle(model, deps, standing(deps, others)) ? others : { ...others, [model.source]: model }
  })
  const after = deps.book.all.get(source)
  const view = after === undefined ? undefined : viewOf(after, deps)
  call.changed(before.view, view)
  return view
}

export async function remove(deps: VirtualDeps, call: AdminCall, { source: given, force = false }: VirtualModelDelete): Promise<void> {
  const before = new Before(deps, call)
  await deps.book.change(models => {
    const source = sourceIn(models, given, deps)
    refuseManaged(deps, source, 'source')
    const model = own(models, source)
    if (model === undefined) throw gatewayError('not_found', `there is no virtual model ${JSON.stringify(given)}`, { param: 'source' })
    before.check(source)
    refuseUsed(standing(deps, models), source, 'source')
    if (!force && model.enabled && isRedirect(model)) refuseReached(deps, source)
    const { [source]: _, ...others } = models
    return others
  })
  call.changed(before.view, undefined)
}

/** What stood before a write: looked at anew with each try. */
class Before {
  readonly #deps: VirtualDeps
  readonly #call: AdminCall
  view: VirtualModelView | undefined

  constructor(deps: VirtualDeps, call: AdminCall) {
    this.#deps = deps
    this.#call = call
  }

  check(source: string): void {
    const model = this.#deps.book.all.get(source)
    this.view = model === undefined ? undefined : viewOf(model, this.#deps)
    this.#call.ifMatch(this.view, views(this.#deps))
  }
}

function merged(deps: VirtualDeps, models: KeptModels, body: VirtualModelWrite, old: string): KeptModel {
  const stored = own(models, old)
  if (body.old_source !== undefined && stored === undefined && !deps.book.all.has(old))
    throw gatewayError('not_found', `there is no virtual model ${JSON.stringify(body.old_source)}`, { param: 'old_source' })
  refuseManaged(deps, old, body.old_source === undefined ? 'source' : 'old_source')
  const said = { ...defaults, ...stored, ...given(body), targets: targetsOf(body, stored) }
  // Targets alone that are said anew, with another strategy than that of a plugin, leave nothing for a plugin to know.
  const strategy =
    said.strategy === 'plugin'
      ? {}
      : { ...(body.strategy_plugin === undefined ? { strategy_plugin: null } : {}), ...(body.strategy_config === undefined ? { strategy_config: {} } : {}) }
  const now = deps.clock.now()
  const model: KeptModel = { ...said, ...strategy, source: sourceOf(body.source, said.targets, deps), created_at: stored?.created_at ?? now, updated_at: now }
  const all = standing(deps, models)
  if (model.source !== old) refuseRename(all, model.source, old)
  if (stored !== undefined && isRedirect(stored) && !isRedirect(model)) refuseUsed(all, old, 'targets')
  refuseLocked(body, stored, model)
  const fault = definitionFault(model, deps.providers) ?? routeFault(deps, stored, model)
  if (fault !== undefined) throw invalidValue(fault.param, fault.message)
  return model
}

/** Administrators' models with those of the configuration over them. */
function standing({ book }: VirtualDeps, models: KeptModels): ReadonlyMap<string, VirtualModel> {
  return new Map<string, VirtualModel>([...Object.entries(models), ...[...book.all].filter(([, { managed }]) => managed)])
}

/** What the body says beside names, targets and what is meant for this write alone. */
function given({
  source: _s,
  old_source: _o,
  target_model: _t,
  targets: _ts,
  unlock: _u,
  clear_targets: _c,
  ...said
}: VirtualModelWrite): Partial<VirtualModel> {
  return { ...said, ...(said.user_paths === undefined ? {} : { user_paths: said.user_paths.map(readPath) }) }
}

function readPath(text: string, index: number): string {
  const path = normaliseUserPath(text)
  if (path === undefined || path === '') throw invalidValue(`user_paths.${index}`, `${JSON.stringify(text)} is no user path`)
  return path
}

/** Who names no target means those that stand. */
function targetsOf(
  { target_model: one, targets, clear_targets: mayClear = false }: VirtualModelWrite,
  stored: VirtualModel | undefined,
): readonly VirtualTarget[] {
  if (one !== undefined && targets !== undefined) throw invalidValue('target_model', 'target_model and targets exclude each other')
  if (one !== undefined) return [{ model: one.trim(), weight: 1 }]
  if (targets === undefined) return stored?.targets ?? []
  if (targets.length === 0 && stored !== undefined && isRedirect(stored) && !mayClear)
    throw gatewayError('conflict', 'without targets the name becomes a policy: say clear_targets, if that is meant', { param: 'targets' })
  return targets.map(({ provider, model, weight = 1 }) => ({
    ...(provider === null || provider === undefined || provider === '' ? {} : { provider }),
    model: model.trim(),
    weight,
  }))
}

/** A policy is known by the one spelling of its selector. */
function sourceOf(text: string, targets: readonly VirtualTarget[], { providers }: VirtualDeps): string {
  return targets.length > 0 ? text.trim() : (readModelSelector(text, providers)?.text ?? text.trim())
}

/** The source that is meant, as it is kept. */
function sourceIn(models: KeptModels, text: string, { providers, book }: VirtualDeps): string {
  const source = text.trim()
  return own(models, source) !== undefined || book.all.has(source) ? source : (readModelSelector(source, providers)?.text ?? source)
}
