/** Which models a key may use of those that are there now. */

import type { Models } from '../../core/index.ts'
import { SelectedModels } from '../../core/selected-models.ts'

/** @param allowed selectors. @returns `provider/model` of all that the list names, in the order of the configuration */
export function effectiveModels(allowed: readonly string[], { inventories }: Pick<Models, 'inventories'>): string[] {
  if (allowed.length === 0) return []
  const selected = new SelectedModels(allowed, inventories.map(({ provider }) => provider.name))
  return inventories.flatMap(({ provider, entries }) => [...entries.keys()].filter(id => selected.has(provider.name, id)).map(id => `${provider.name}/${id}`))
}
