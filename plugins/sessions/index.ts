/** Says which calls belong to one session, so that they keep to one provider key, whose prompt cache is warm. */

import { definePlugin } from '../../core/index.ts'
import { configuredHeaders } from './configured.ts'
import { KnownBeginnings } from './known-beginnings.ts'
import { schema } from './schema.ts'
import { sessionId } from './session-id.ts'

export default definePlugin({
  name: 'sessions',
  description: 'Recognises the session that a call belongs to.',
  schema,
  onError: 'open',
  edits: false,
  setup({ options }) {
    const rules = { ...options, headers: configuredHeaders(options) }
    const known = new KnownBeginnings()
    return {
      // Nobody looks at the body before somebody asks.
      request(exchange) {
        exchange.readSessionFrom(() => sessionId(exchange, rules, known))
      },
    }
  },
})
