import { expect } from 'chai'
import { isNetwork } from '../../../core/networks.ts'
import { complaints, load } from './given.ts'

const table: Readonly<Record<string, boolean>> = {
  constructor: false,
  loopback: true,
  private: true,
  '10.0.0.1': true,
  '10.0.0.0/8': true,
  '0.0.0.0/0': true,
  '2001:db8::/32': true,
  '::1': true,
  '': false,
  public: false,
  Loopback: false,
  '10.0.0.0/33': false,
  '10.0.0.0/': false,
  '10.0.0/8': false,
  '2001:db8::/129': false,
  'proxy.example.com': false,
  '10.0.0.1:80': false,
  '/8': false,
}

describe('a network', () => {
  for (const [text, is] of Object.entries(table)) it(`is ${is ? '' : 'not '}written ${JSON.stringify(text)}`, () => expect(isNetwork(text)).to.equal(is))
})

describe('trusted proxies', () => {
  it('are pointed at when they cannot be any', async () => {
    expect(await complaints({ yaml: 'server:\n  trusted_proxies: [loopback, 10.0.0.0/40]' })).to.deep.equal([
      'tapline.yaml:2:31  /server/trusted_proxies/1  expected address, block such as 10.0.0.0/8, loopback or private, got "10.0.0.0/40"',
    ])
  })

  for (const setting of ['client_ip_header: X-Real-IP', 'trusted_hops: 1'] as const) {
    const warnings = async (trusted: string) => (await load({ yaml: `server: { ${setting}, trusted_proxies: [${trusted}] }` })).warnings

    it(`must be there for ${setting} to mean something, of which the operator is warned`, async () => {
      expect(await warnings('')).to.deep.equal([`server.${setting.split(':', 1)[0]} is of no effect: server.trusted_proxies names nobody`])
      expect(await warnings('private')).to.deep.equal([])
    })
  }
})
