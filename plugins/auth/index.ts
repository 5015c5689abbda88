/** Asks callers for a credential: the master key, one that an administrator made, or one that a plugin recognises. While there is none of them, everybody on this machine may call. */

import { definePlugin, type Keys } from '../../core/index.ts'
import { Authenticator } from './authenticator.ts'
import { schema } from './schema.ts'

/** Where nobody keeps keys. */
const noKeys: Keys = { exist: false, find: () => undefined }

export default definePlugin({
  name: 'auth',
  description: 'Lets only callers with a known credential pass.',
  schema,
  wants: ['keys', 'identities'],
  setup({ options, services: { keys = noKeys, identities = [] }, log }) {
    const authenticator = new Authenticator(options, keys, identities)
    return {
      /** Asked whenever the gateway begins to listen. */
      get authenticates() {
        return authenticator.isNeeded
      },
      request: exchange => authenticator.admit(exchange),
      start() {
        if (!authenticator.lacksMasterKey) return
        const whom = options.allow_open ? 'everybody who can reach this port' : 'callers on this machine'
        log.warn(`there are managed keys and no master key: without a key, /admin answers ${whom} (set TAPLINE_MASTER_KEY)`)
      },
    }
  },
})
