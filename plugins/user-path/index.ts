/** Says for whom a call is made: the path that the credential is bound to, else the one in the caller's header. */

import { definePlugin, gatewayError, normaliseUserPath as normalise, type Exchange } from '../../core/index.ts'
import { headerText, headerValues } from '../shared/headers/header-values.ts'
import { refusalToTouch } from '../../core/upstream/headers/header-names.ts'

/** Those that are read where nobody names another; no provider gets them, whichever is read. */
const usual = ['x-tapline-user-path', 'x-gomodel-user-path']

export default definePlugin({
  name: 'user-path',
  description: 'Reads the user path of a call, such as /acme/team-a.',
  schema: {
    type: 'object',
    properties: {
      header: {
        type: 'string',
        default: 'X-Tapline-User-Path',
        setting: 'server.user_path_header',
        env: 'USER_PATH_HEADER',
        pattern: "^[A-Za-z0-9!#$%&'*+.^_`|~-]+$",
        description: 'The header that carries the user path. Never a credential header.',
      },
    },
  },
  needs: ['admin'],
  setup({ options, services: { admin } }) {
    const header = options.header.toLowerCase()
    const refusal = refusalToTouch(options.header)
    if (refusal !== undefined) throw new Error(refusal)
    const own = header === usual[0] ? usual : [header]
    return {
      close: admin.setting('USER_PATH_HEADER', () => options.header),
      ownHeaders: [...usual, header],
      request(exchange) {
        const bound = exchange.caller?.userPath
        if (bound !== undefined) return bind(exchange, bound, own)
        const said = own.filter(name => exchange.request.headers[name] !== undefined).flatMap(name => headerValues(exchange.request, name))
        if (said.length === 0) return
        const [path, ...others] = new Set(said.map(value => normalise(headerText(value))))
        if (others.length > 0) return gatewayError('invalid_user_path', 'two user path headers say different things')
        if (path === undefined) return gatewayError('invalid_user_path', 'the user path has a segment that is not allowed: ".", "..", or one with ":"')
        exchange.userPath = path
      },
    }
  },
})

/** The path of the credential stands in the place of whatever the caller says, also in the headers that later steps see. */
function bind(exchange: Exchange, path: string, names: readonly string[]): void {
  exchange.userPath = path
  const { request } = exchange
  const said = names.filter(name => request.headers[name] !== undefined)
  if (said.length > 0) Object.assign(request, { headers: { ...request.headers, ...Object.fromEntries(said.map(name => [name, path])) } })
}
