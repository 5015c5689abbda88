/** Tells callers whether their credential is good, and what it is bound to. */

import { definePlugin, Reply, type Caller } from '../../core/index.ts'

const headers = ['Content-Type', 'application/json', 'Cache-Control', 'no-store']

export default definePlugin({
  name: 'auth-verify',
  description: 'Serves GET /v1/auth/verify: whether the credential is good, and what it is bound to.',
  schema: {
    type: 'object',
    properties: {
      enabled: {
        type: 'boolean',
        default: false,
        setting: 'server.auth_verify_enabled',
        env: 'AUTH_VERIFY_ENABLED',
        description: 'Whether GET /v1/auth/verify is served.',
      },
    },
  },
  setup: () => ({
    route: ({ caller }) => new Reply({ status: 200, headers, body: Buffer.from(JSON.stringify(verdictOn(caller))) }),
  }),
})

/** That a call came through proves nothing where no credential is asked for. */
function verdictOn(caller: Caller | undefined): object {
  if (caller === undefined || caller.method === 'no_key') return { valid: false, method: 'none' }
  return { valid: true, method: caller.method, key_id: caller.keyId, user_path: caller.userPath }
}
