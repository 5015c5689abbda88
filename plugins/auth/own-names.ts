/** Under which names a gateway that asks for no key may be administered. */

import { isIP } from 'node:net'

/**
 * Names in `Host` that no page of another site can have, not even if its name leads to this machine: addresses, those of the machine itself,
 * and the configured one.
 * @param host `server.host`
 */
export function ownNames(host: string | undefined): (header: string | readonly string[] | undefined) => boolean {
  const configured = host?.toLowerCase()
  return header => {
    // Browsers always send it, and once.
    if (typeof header !== 'string') return header === undefined
    const name = header.toLowerCase().replace(/:\d*$/, '').replace(/\.$/, '')
    return name === 'localhost' || name.endsWith('.localhost') || name === configured || isIP(name.replace(/^\[(.*)\]$/, '$1')) !== 0
  }
}
