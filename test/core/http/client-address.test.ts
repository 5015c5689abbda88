import { expect } from 'chai'
import { clientAddress, type ProxyTrust } from '../../../core/http/client-address.ts'

interface Case extends Partial<ProxyTrust> {
  readonly name: string
  readonly peer?: string
  readonly headers?: Readonly<Record<string, string>>
  /** Undefined: the peer's. */
  readonly is: string | undefined
}

const chain = (said: string) => ({ headers: { 'x-forwarded-for': said } })

const cases: readonly Case[] = [
  { name: 'the peer without a header', is: undefined },
  { name: 'the peer that is not trusted, whatever it says', peer: '8.8.8.8', ...chain('1.2.3.4'), is: undefined },
  { name: 'what a trusted peer says', ...chain('1.2.3.4'), is: '1.2.3.4' },
  { name: 'what a trusted peer says that came over IPv6 with an address of IPv4', peer: '::ffff:10.0.0.1', ...chain('1.2.3.4'), is: '1.2.3.4' },
  { name: 'the nearest that is not trusted', ...chain('6.6.6.6, 1.2.3.4, 10.0.0.2'), is: '1.2.3.4' },
  { name: 'the furthest where all are trusted', ...chain('10.0.0.4, 10.0.0.3,10.0.0.2'), is: '10.0.0.4' },
  { name: 'the last before what is no address', ...chain('1.2.3.4, unknown, 10.0.0.2'), is: '10.0.0.2' },
  { name: 'the peer where the last is no address', ...chain('1.2.3.4, unknown'), is: undefined },
  { name: 'the peer where nothing is said', ...chain(''), is: undefined },
  { name: 'an address of IPv4 without its port', ...chain('1.2.3.4:5678'), is: '1.2.3.4' },
  { name: 'an address of IPv6 without its port', ...chain('[2001:db8::1]:5678'), is: '2001:db8::1' },
  { name: 'an address of IPv6 as it is', ...chain('2001:db8::1'), is: '2001:db8::1' },
  { name: 'an address of IPv4 in the clothes of IPv6 without them', ...chain('::ffff:1.2.3.4'), is: '1.2.3.4' },
  { name: 'the last at a depth of one', hops: 1, ...chain('1.2.3.4, 10.0.0.2'), is: '10.0.0.2' },
  { name: 'the last but one at a depth of two', hops: 2, ...chain('6.6.6.6, 1.2.3.4, 7.7.7.7'), is: '1.2.3.4' },
  { name: 'the peer where the chain is shorter than the depth', hops: 3, ...chain('1.2.3.4, 10.0.0.2'), is: undefined },
  { name: 'the peer where there is no address at the depth', hops: 2, ...chain('nobody, 10.0.0.2'), is: undefined },
  { name: 'what another header says', header: 'X-Real-IP', headers: { 'x-real-ip': '1.2.3.4', 'x-forwarded-for': '6.6.6.6' }, is: '1.2.3.4' },
  { name: 'the peer where another header says more than one', header: 'X-Real-IP', headers: { 'x-real-ip': '1.2.3.4, 6.6.6.6' }, is: undefined },
  { name: 'what a peer on this machine says', proxies: ['loopback'], peer: '127.8.9.1', ...chain('1.2.3.4'), is: '1.2.3.4' },
  { name: 'what a peer on this machine says over IPv6', proxies: ['loopback'], peer: '::1', ...chain('1.2.3.4'), is: '1.2.3.4' },
  ...['10.1.2.3', '172.31.0.1', '192.168.9.9', 'fd00::1'].map(peer => ({
    name: `what ${peer} says, which is private`,
    proxies: ['private'],
    peer,
    ...chain('1.2.3.4'),
    is: '1.2.3.4',
  })),
  ...['172.32.0.1', '192.169.0.1', '127.0.0.1', 'fe80::1'].map(peer => ({
    name: `the peer ${peer}, which is not private`,
    proxies: ['private'],
    peer,
    ...chain('1.2.3.4'),
    is: undefined,
  })),
  { name: 'what one address that is named says', proxies: ['203.0.113.7'], peer: '203.0.113.7', ...chain('1.2.3.4'), is: '1.2.3.4' },
  { name: 'the peer beside one address that is named', proxies: ['203.0.113.7'], peer: '203.0.113.8', ...chain('1.2.3.4'), is: undefined },
  { name: 'what one of a block of IPv6 says', proxies: ['2001:db8::/32'], peer: '2001:db8:1::1', ...chain('1.2.3.4'), is: '1.2.3.4' },
]

describe('the address of a client is', () => {
  for (const { name, proxies = ['10.0.0.0/8'], header = 'X-Forwarded-For', hops = 0, peer = '10.0.0.1', headers = {}, is } of cases) {
    it(name, () => expect(clientAddress({ proxies, header, hops })?.(peer, headers)).to.equal(is))
  }

  it('not asked for where nobody is trusted', () => expect(clientAddress({ proxies: [], header: 'X-Forwarded-For', hops: 0 })).to.equal(undefined))
})
