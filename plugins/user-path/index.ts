/** Says for whom a call is made: the path that the credential is bound to, else the one in the caller's header. */

import { definePlugin, gatewayError, normaliseUserPath as normalise } from '../../core/index.ts'

const compatibleHeader = 'x-gomodel-user-path'

export default definePlugin({
  name: 'user-path',
  description: 'Reads the user path of a call, such as /acme/team-a.',
  schema: {
    type: 'object',
    properties: {
      header: {
        type: 'string', default: 'X-Tapline-User-Path', setting: 'server.user_path_header', env: 'USER_PATH_HEADER',
        pattern: "^(?!(?:[Aa]uthorization|[Xx]-[Aa][Pp][Ii]-[Kk]ey|[Cc]ookie)$)[A-Za-z0-9!#$%&'*+.^_`|~-]+$",
        description: 'The header that carries the user path. Never a credential header.',
      },
    },
  },
  setup({ options }) {
    const header = options.header.toLowerCase()
    const alternative = header === 'x-tapline-user-path' ? compatibleHeader : undefined
    return {
      ownHeaders: [header, ...alternative === undefined ? [] : [alternative]],
      request(exchange) {
        const { headers } = exchange.request
        const given = headers[header]
        const other = alternative === undefined ? undefined : headers[alternative]
        const bound = exchange.caller?.userPath
        if (given === undefined && other === undefined) { if (bound !== undefined) exchange.userPath = bound; return }
        const path = normalise(given ?? other)
        if (path === undefined || given !== undefined && other !== undefined && normalise(other) !== path) {
          return gatewayError('invalid_user_path', path === undefined ? 'the user path has a segment that is not allowed: ".", "..", or one with ":"' : 'two user path headers say different things')
        }
        exchange.userPath = bound ?? path
      },
    }
  },
})
