/** What the parts of the page know of virtual models: their names, and how one is written. */

import { useQueryClient } from '@tanstack/preact-query'
import type { VirtualModelDelete, VirtualModelView, VirtualModelWrite, VirtualTargetView } from '../../../schemas/admin/virtual-models.schema.ts'
import { send } from '../../data/api.ts'

export type Write = (method: 'PUT' | 'DELETE', body: VirtualModelWrite | VirtualModelDelete) => Promise<void>

/** What is written is shown at once, wherever models are. */
export function useWrite(): Write {
  const queries = useQueryClient()
  return async (method, body) => {
    await send(method, '/virtual-models', body)
    await Promise.all(['virtual-models', 'models'].map(async of => await queries.invalidateQueries({ queryKey: [of] })))
  }
}

/** As callers name it. */
export function nameOf({ provider, model }: Pick<VirtualTargetView, 'provider' | 'model'>): string {
  return provider === null ? model : `${provider}/${model}`
}

export function strategyName({ strategy, strategy_plugin: plugin }: Pick<VirtualModelView, 'strategy' | 'strategy_plugin'>): string {
  return (plugin ?? strategy).replaceAll('_', ' ')
}

/** The other virtual models that lead to this one. */
export function usersOf(source: string, all: readonly VirtualModelView[]): readonly string[] {
  return all.filter(other => other.source !== source && other.targets.some(target => nameOf(target) === source)).map(other => other.source)
}

/** The models where its calls may end. A target of an alias's own name is the real model; there are no circles. */
export function leavesOf({ source, targets }: VirtualModelView, all: readonly VirtualModelView[]): readonly string[] {
  return targets.flatMap(target => {
    const inner = all.find(other => other.kind === 'redirect' && other.source === nameOf(target) && other.source !== source)
    return inner === undefined ? [nameOf(target)] : leavesOf(inner, all)
  })
}
