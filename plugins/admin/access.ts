/** Who may administer what: the whole gateway, or what belongs to one user path. */

import { gatewayError, normaliseUserPath, type AdminEndpoint, type AdminScope, type Caller, type Exchange } from '../../core/index.ts'
import { isWithin } from '../../core/user-path.ts'

/** @throws GatewayError `dashboard_access_denied` */
export function scopeOf({ caller, request }: Exchange): AdminScope {
  const scope = caller?.admin
  if (scope === undefined)
    throw gatewayError(
      'dashboard_access_denied',
      caller?.method === 'no_key'
        ? 'without a key, the admin API answers only at an IP address, localhost, or server.host'
        : 'this key may not use the admin API',
    )
  if (request.method !== 'GET' && isForeignPage(caller, request.headers))
    throw gatewayError('dashboard_access_denied', 'a page of another site may not change this gateway')
  return scope
}

/** @throws GatewayError `admin_scope_denied` */
export function checkScope({ isGlobal, root }: AdminScope, { scope }: AdminEndpoint): void {
  if (scope === 'global' && !isGlobal) throw gatewayError('admin_scope_denied', `this needs access to the whole gateway, not to ${root} alone`)
}

/** @throws GatewayError `user_path_out_of_scope`, `invalid_user_path` */
export function confine({ root }: AdminScope, path: string | undefined): string {
  const asked = normaliseUserPath(path)
  if (asked === undefined) throw gatewayError('invalid_user_path', 'a user path has no segments . and .. and no colon', { param: 'user_path' })
  if (asked === '') return root
  if (!isWithin(asked, root)) throw gatewayError('user_path_out_of_scope', `${asked} is outside of ${root}`, { param: 'user_path' })
  return asked
}

/** Where no key is asked for, a browser on this machine would lend its reach to any page it shows. */
function isForeignPage(caller: Caller | undefined, headers: Exchange['request']['headers']): boolean {
  return caller?.method === 'no_key' && headers['sec-fetch-site'] === 'cross-site'
}
