/** Responses and their items, for plugins that pass calls on to the providers that keep them. */

import type { OwnedObjects } from '../../core/index.ts'
import type { FoundResponse, ResponseStore } from './store.ts'

export function ownedObjects(store: ResponseStore): readonly OwnedObjects[] {
  return [
    { kind: 'responses', isReached: async ({ caller }, id, provider) => isKeptAt(await store.find(id, caller), provider) },
    { kind: 'items', isReached: async ({ caller, userPath }, id, provider) => isKeptAt(await store.findOfItem(id, userPath, caller), provider) },
  ]
}

function isKeptAt(found: FoundResponse | undefined, provider: string): boolean {
  return found?.value.provider === provider && found.value.upstream_id !== null
}
