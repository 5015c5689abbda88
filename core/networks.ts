/** Networks as operators write them: an address, a block such as `10.0.0.0/8`, or a name for several. */

import { BlockList, isIP } from 'node:net'

const named: ReadonlyMap<string, readonly string[]> = new Map([
  ['loopback', ['127.0.0.0/8', '::1/128']],
  ['private', ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7']],
])

type Family = 'ipv4' | 'ipv6'

interface Block {
  readonly address: string
  readonly bits: number
  readonly family: Family
}

export function isNetwork(text: string): boolean {
  return (named.get(text) ?? [text]).every(block => blockOf(block) !== undefined)
}

/** Whether an address is in one of these networks. */
export function membership(texts: readonly string[]): (address: string) => boolean {
  const list = new BlockList()
  for (const text of texts.flatMap(text => named.get(text) ?? [text])) {
    const block = blockOf(text)
    if (block !== undefined) list.addSubnet(block.address, block.bits, block.family)
  }
  return address => {
    const family = familyOf(address)
    return family !== undefined && list.check(address, family)
  }
}

/** Whether an address is one of this machine. */
export const isLoopback = membership(['loopback'])

/** The host of a URL as sockets and resolvers want it: that of an IPv6 address without its brackets. */
export function unbracketed(hostname: string): string {
  return hostname.replace(/^\[|\]$/g, '')
}

/** The host of a URL, without brackets, and without the dot that may end a name. */
export function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$|\.$/g, '').toLowerCase()
}

export function isOnThisMachine(host: string): boolean {
  return host === 'localhost' || host.endsWith('.localhost') || isLoopback(host)
}

/** An IPv4 address in the clothes of IPv6 without them; others as they are. */
export function plainAddress(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, '')
}

function blockOf(text: string): Block | undefined {
  const [, address = '', given] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(text) ?? []
  const family = familyOf(address)
  if (family === undefined) return undefined
  const most = family === 'ipv4' ? 32 : 128
  const bits = given === undefined ? most : Number(given)
  return bits > most ? undefined : { address, bits, family }
}

function familyOf(address: string): Family | undefined {
  const version = isIP(address)
  return version === 0 ? undefined : version === 4 ? 'ipv4' : 'ipv6'
}
