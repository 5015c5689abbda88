/** Where a client is, by what the proxies before the gateway say of it: those that the operator trusts, and no others. */

import type { IncomingHttpHeaders } from 'node:http'
import { isIP } from 'node:net'
import { membership, plainAddress } from '../networks.ts'

export interface ProxyTrust {
  /** Networks of the proxies. */
  readonly proxies: readonly string[]
  /** Where they say it; any other than `X-Forwarded-For` holds one address. */
  readonly header: string
  /** How many of them stand before the gateway; 0: those that the chain shows. */
  readonly hops: number
}

/** @param peer the address of the connection. @returns the address of the client, as far as it can be trusted; undefined if that is the peer's */
export type ClientAddress = (peer: string, headers: IncomingHttpHeaders) => string | undefined

/** @returns undefined where nobody is trusted */
export function clientAddress({ proxies, header, hops }: ProxyTrust): ClientAddress | undefined {
  if (proxies.length === 0) return undefined
  const isTrusted = membership(proxies)
  const name = header.toLowerCase()
  const read = name === 'x-forwarded-for' ? (said: string) => fromChain(said, hops, isTrusted) : addressIn
  return (peer, headers) => {
    const said = headers[name]
    return typeof said === 'string' && isTrusted(plainAddress(peer)) ? read(said) : undefined
  }
}

/** Each proxy adds whom it was called by, at the end: what stands before the first that nobody vouches for may be anything. */
function fromChain(said: string, hops: number, isTrusted: (address: string) => boolean): string | undefined {
  const chain = said.split(',').map(addressIn).reverse()
  if (hops > 0) return chain[hops - 1]
  let nearest: string | undefined
  for (const address of chain) {
    if (address === undefined) break
    nearest = address
    if (!isTrusted(address)) break
  }
  return nearest
}

/** An address, without the port that some proxies add. */
function addressIn(text: string): string | undefined {
  const bare = text.trim()
  const [, bracketed] = /^\[([^\]]+)\](?::\d+)?$/.exec(bare) ?? []
  const address = plainAddress(bracketed ?? bare.replace(/^(\d+\.\d+\.\d+\.\d+):\d+$/, '$1'))
  return isIP(address) === 0 ? undefined : address
}
