/** The service `conversations`, over the store. */

import type { Conversations, OpenConversation } from '../../core/index.ts'
import { keptItems, type KeptItem } from '../../core/neutral/kept-items.ts'
import type { StoredConversation } from './record.ts'
import type { ConversationStore } from './store.ts'

export function continuing(store: ConversationStore): Conversations {
  return {
    async open(id, caller) {
      const found = await store.find(id, caller)
      return found === undefined ? undefined : opened(store, found)
    },
  }
}

function opened(store: ConversationStore, conversation: StoredConversation): OpenConversation {
  const {
    id,
    value: { length },
  } = conversation
  return {
    id,
    length,
    items: async before => (await store.all(conversation, before)).map(({ item_id: item, json, issuer }) => ({ id: item, json, issuer })),
    async append(items) {
      await store.append(id, async current =>
        distinct(items, new Set((await store.all(current)).map(({ item_id: item }) => item)), `${id}/${current.value.length}`),
      )
    },
  }
}

/** An id that is taken is replaced by another. */
function distinct(items: readonly KeptItem[], taken: Set<string>, seed: string): readonly KeptItem[] {
  return items.flatMap((item, index) => {
    if (!taken.has(item.id)) {
      taken.add(item.id)
      return [item]
    }
    const { id: _id, ...rest } = JSON.parse(item.json) as { readonly id: string }
    return keptItems([JSON.stringify(rest)], `${seed}/${index}`, item.issuer, taken)
  })
}
