/** Keeps conversations: serves /v1/conversations, and offers them to the plugins that continue them. */

import { definePlugin } from '../../core/index.ts'
import { orStoreRefusal } from '../shared/objects/store-refusal.ts'
import { answerCall } from './endpoints.ts'
import { continuing } from './continuing.ts'
import { schema } from './schema.ts'
import { ConversationStore } from './store.ts'

const dayMs = 24 * 3600 * 1000

export default definePlugin({
  name: 'conversations',
  description: 'Keeps conversations, and serves /v1/conversations.',
  schema,
  provides: 'conversations',
  needs: ['storage'],
  edits: false,
  setup({ options, services: { storage, clock, random } }) {
    const store = new ConversationStore({
      conversations: storage.records('conversations'),
      items: storage.records('conversation_items'),
      clock,
      random,
      keepMs: options.keep_days * dayMs,
    })
    return {
      service: continuing(store),
      route: exchange => (exchange.operation === 'conversations' ? orStoreRefusal(answerCall(exchange, store)) : undefined),
    }
  },
})
