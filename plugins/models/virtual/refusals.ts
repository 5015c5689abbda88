/** What administrators may not do with virtual models, as they stand beside each other. */

import { isDeepStrictEqual } from 'node:util'
import { gatewayError } from '../../../core/index.ts'
import { SelectedModels } from '../../shared/models/selected-models.ts'
import type { VirtualModelWrite } from '../../../schemas/admin/virtual-models.schema.ts'
import { usersOf } from './chains.ts'
import { isRedirect, selectorOf, type KeptModel, type VirtualModel } from './definition.ts'
import { strangerFault, type Fault } from './faults.ts'
import type { VirtualDeps } from './deps.ts'

/** @param all virtual models by source */
export function refuseRename(all: ReadonlyMap<string, VirtualModel>, source: string, old: string): void {
  if (all.has(source)) throw gatewayError('conflict', `there is a virtual model ${JSON.stringify(source)} already`, { param: 'source' })
  refuseUsed(all, old, 'old_source')
}

export function refuseManaged({ book }: VirtualDeps, source: string, param: string): void {
  if (book.all.get(source)?.managed === true) throw gatewayError('managed_resource', `the configuration says what ${JSON.stringify(source)} is`, { param })
}

/** A policy is nobody's target: the name means the real model. */
export function refuseUsed(all: ReadonlyMap<string, VirtualModel>, source: string, param: string): void {
  const model = all.get(source)
  if (model === undefined || !isRedirect(model)) return
  const users = usersOf(source, all.values())
  if (users.length > 0)
    throw gatewayError('in_use', `${JSON.stringify(source)} is a target of ${users.map(user => JSON.stringify(user)).join(', ')}`, { param })
}

export function refuseLocked({ unlock = false, locked }: Pick<VirtualModelWrite, 'unlock' | 'locked'>, stored: KeptModel | undefined, model: KeptModel): void {
  if (stored?.locked !== true || !isRedirect(stored) || unlock || locked === false) return
  const changed = changedRoute(stored, model)
  if (changed !== undefined) throw gatewayError('locked', `${JSON.stringify(stored.source)} is locked: say unlock, or locked: false`, { param: changed })
}

/** What a write changes of where calls go. */
function changedRoute(stored: VirtualModel, model: VirtualModel) {
  const route = ['targets', 'strategy', 'strategy_plugin', 'strategy_config'] as const
  return route.find(member => !isDeepStrictEqual(model[member], stored[member]))
}

/** What is wrong with where calls would go, as things are now. What stands already may be of no use: who changes something else is let. */
export function routeFault(deps: VirtualDeps, stored: VirtualModel | undefined, model: VirtualModel): Fault | undefined {
  if (stored !== undefined && changedRoute(stored, model) === undefined) return undefined
  return strangerFault(model, deps.providers) ?? missingTarget(deps, model) ?? strategyFault(deps, model)
}

/** A key or a path that is kept to some models would lose the name by which it reaches them. */
export function refuseReached({ access, registry, providers }: VirtualDeps, source: string): void {
  const leaves = registry.reached(source)
  const reaches = (selectors: readonly string[]) => {
    const allowed = new SelectedModels(selectors, providers)
    return selectors.length > 0 && leaves.some(({ provider, model }) => allowed.has(provider.name, model))
  }
  const who = [
    ...access.keys.filter(({ allowedModels }) => reaches(allowedModels)).map(({ name }) => `the key ${JSON.stringify(name)}`),
    ...access.allowlists.filter(({ allowedModels }) => reaches(allowedModels)).map(({ path }) => `the user path ${path}`),
  ]
  if (who.length > 0)
    throw gatewayError(
      'in_use',
      `${who.slice(0, 3).join(', ')}${who.length > 3 ? ` and ${who.length - 3} more` : ''} may reach models by ${JSON.stringify(source)}: say force, if it shall go`,
      { param: 'source' },
    )
}

/** Models that nobody has are a slip of the pen. */
function missingTarget({ registry, book }: VirtualDeps, { source, targets }: VirtualModel): Fault | undefined {
  const index = targets.findIndex(target => {
    const selector = selectorOf(target)
    const inner = selector === source ? undefined : book.all.get(selector)
    if (inner !== undefined && isRedirect(inner)) return false
    const real = registry.find(selector)
    return real === undefined || !registry.mayHave(real)
  })
  const target = targets[index]
  return target === undefined ? undefined : { param: `targets.${index}.model`, message: `nobody has the model ${JSON.stringify(selectorOf(target))}` }
}

function strategyFault({ registry }: VirtualDeps, { strategy, strategy_plugin: name, strategy_config: config }: VirtualModel): Fault | undefined {
  if (strategy !== 'plugin' || name === null) return undefined
  return registry.virtual.configFault(name, config)
}
