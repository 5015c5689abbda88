/** The gateway's own address, as a provider would have it: a call there comes back, and goes there again. */

import { hostOf, isOnThisMachine } from '../../networks.ts'

/** `server.host` and `server.port`. */
export interface Listening {
  readonly host?: string
  readonly port?: number
}

/** Whether a URL leads back to the gateway that listens there. */
export function leadsBack(url: string, { host: own, port }: Listening): boolean {
  const target = URL.parse(url)
  if (target?.protocol !== 'http:' || Number(target.port || 80) !== port) return false
  const host = hostOf(target)
  return isOnThisMachine(host) || ['0.0.0.0', '::', own?.toLowerCase()].includes(host)
}
