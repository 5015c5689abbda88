/** Which models are listed for a caller. */

import type { Caller } from '../../core/index.ts'
import type { SelectorLists } from '../../core/selected-models.ts'
import type { Registry } from './registry.ts'

/** @returns whether a call for this name could go anywhere that the caller may use */
export function visibleTo(caller: Caller | undefined, registry: Registry, lists: SelectorLists): (id: string) => boolean {
  const selectors = caller?.allowedModels
  if (selectors === undefined) return () => true
  const allowed = lists.of(selectors)
  return id => registry.reached(id).some(({ provider, model }) => allowed.has(provider.name, model))
}
