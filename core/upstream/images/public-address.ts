/** Which addresses are of the public internet: what callers name must not lead into the operator's own network. */

import { lookup as resolve, type LookupAddress, type LookupOptions } from 'node:dns'
import { BlockList, isIP } from 'node:net'

// Two lists: in one, a network of mapped addresses would take in all of version 4.
const reserved4 = new BlockList()
const reserved6 = new BlockList()
for (const [network, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const)
  reserved4.addSubnet(network, bits, 'ipv4')
// Only 2000::/3 is given out.
for (const [network, bits] of [
  ['::', 3],
  ['4000::', 2],
  ['8000::', 1],
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
] as const)
  reserved6.addSubnet(network, bits, 'ipv6')

export function isPublicAddress(address: string): boolean {
  const version = isIP(address)
  if (version === 4) return !reserved4.check(address, 'ipv4')
  // What carries an address of version 4 inside is refused as a whole.
  return version === 6 && !reserved6.check(address, 'ipv6')
}

type Found = (error: Error | null, address: string | LookupAddress[], family?: number) => void
type Lookup = (hostname: string, options: LookupOptions, found: (error: Error | null, addresses?: LookupAddress[]) => void) => void

/** Resolves names like `dns.lookup`, to public addresses only: a name with any other is refused as a whole. */
export function publicLookup(
  from: Lookup = (hostname, options, found) => {
    resolve(hostname, { ...options, all: true }, found)
  },
) {
  return (hostname: string, options: LookupOptions, found: Found): void => {
    from(hostname, options, (error, addresses = []) => {
      const [first] = addresses
      if (error !== null) found(error, [])
      else if (first === undefined || !addresses.every(({ address }) => isPublicAddress(address))) found(new Error(`${hostname} is not a public host`), [])
      else if (options.all === true) found(null, addresses)
      else found(null, first.address, first.family)
    })
  }
}
