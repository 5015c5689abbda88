import { expect } from 'chai'
import { proxyFor, shownProxy } from '../../../core/config/providers/proxy.ts'
import { load } from './given.ts'

const variables = { HTTP_PROXY: 'http://plain.example:3128', HTTPS_PROXY: 'socks5://secure.example' }

describe('the proxy for a URL', () => {
  it('is none if nobody names one', () => {
    for (const settings of [{}, { variables: {} }, { variables: { HTTPS_PROXY: variables.HTTPS_PROXY } }, { variables: { NO_PROXY: 'x' } }])
      expect(proxyFor('http://a.example', settings)).to.equal(undefined)
  })
  it("is the process's, by the scheme", () => {
    expect(proxyFor('http://a.example/v1', { variables })).to.equal(variables.HTTP_PROXY)
    expect(proxyFor('https://a.example/v1', { variables })).to.equal(variables.HTTPS_PROXY)
  })
  it("is the process's, in small letters too, and without a scheme", () => {
    expect(proxyFor('https://a.example', { variables: { https_proxy: 'p.example:3128' } })).to.equal('http://p.example:3128')
    expect(proxyFor('https://a.example', { variables: { https_proxy: 'p.example', no_proxy: 'a.example' } })).to.equal(undefined)
  })
  it("is the instance's own, whatever the process says", () => {
    for (const url of ['https://a.example', 'http://127.0.0.1:11434'])
      expect(proxyFor(url, { proxy_url: 'http://own.example', variables: { ...variables, NO_PROXY: '*' } })).to.equal('http://own.example')
  })
  for (const url of [
    'http://localhost:1',
    'http://LOCALHOST',
    'http://localhost.',
    'http://x.localhost',
    'http://127.0.0.1',
    'http://127.8.9.1:80',
    'https://[::1]:8',
    'http://[::ffff:127.0.0.1]',
    'http://2130706433',
  ]) {
    it(`is none for ${url}, on this machine`, () => expect(proxyFor(url, { variables })).to.equal(undefined))
  }
  it('cannot be anything', () => {
    for (const [text, message] of [
      ['ftp://u:pass@p.example', 'HTTPS_PROXY is not http, https, socks5 or socks5h'],
      ['http://p.example/x', 'HTTPS_PROXY has a path, query or fragment'],
      ['http://', 'HTTPS_PROXY is not a URL'],
    ] as const) {
      expect(() => proxyFor('https://a.example', { variables: { HTTPS_PROXY: text } }))
        .to.throw(message)
        .that.satisfies(({ stack }: Error) => !String(stack).includes('pass'))
    }
  })

  describe('is none for what NO_PROXY names:', () => {
    const rows: readonly (readonly [list: string, exempt: readonly string[], others: readonly string[]])[] = [
      ['*', ['http://a.example', 'https://10.0.0.1'], []],
      [
        'a.example',
        ['http://a.example', 'http://A.EXAMPLE:8080', 'https://x.y.a.example', 'http://a.example.'],
        ['http://ba.example', 'http://a.example.org', 'http://example'],
      ],
      ['.a.example', ['http://x.a.example'], ['http://a.example']],
      ['*.a.example', ['http://x.a.example'], ['http://a.example']],
      ['a.example:8080', ['http://a.example:8080', 'http://x.a.example:8080'], ['http://a.example', 'http://a.example:80']],
      ['a.example:443', ['https://a.example'], ['http://a.example']],
      ['b.example, A.example', ['http://a.example', 'http://b.example'], ['http://c.example']],
      ['b.example a.example', ['http://a.example'], ['http://c.example']],
      ['10.0.0.1', ['http://10.0.0.1:9'], ['http://10.0.0.10', 'http://110.0.0.1']],
      ['10.0.0.1:9', ['http://10.0.0.1:9'], ['http://10.0.0.1']],
      ['10.0.0.0/8', ['http://10.200.3.4'], ['http://11.0.0.1', 'http://a.example']],
      ['fd00::/8', ['http://[fd12::1]'], ['http://[fe80::1]']],
      ['2001:db8::1', ['http://[2001:db8:0::1]:8'], ['http://[2001:db8::2]']],
      ['[2001:db8::1]:8', ['http://[2001:db8::1]:8'], ['http://[2001:db8::1]']],
      ['10.0.0.0/64, /8, :80, ,', [], ['http://10.0.0.1', 'http://a.example']],
    ]
    for (const [list, exempt, others] of rows) {
      it(list, () => {
        const isExempt = (url: string) => proxyFor(url, { variables: { ...variables, NO_PROXY: list } }) === undefined
        expect(exempt.filter(url => !isExempt(url))).to.deep.equal([])
        expect(others.filter(isExempt)).to.deep.equal([])
      })
    }
  })
})

describe('a proxy in logs', () => {
  for (const [url, shown] of [
    ['http://p.example:3128', 'http://p.example:3128'],
    ['https://p.example/', 'https://p.example'],
    ['socks5h://user:s%40cret@p.example:1080', 'socks5h://user:xxxxx@p.example:1080'],
    ['http://user@p.example', 'http://user@p.example'],
    ['http://:secret@[::1]:8', 'http://:xxxxx@[::1]:8'],
  ] as const)
    it(`${url.replace(/s(?:%40c|ec)ret/, '…')} is ${shown}`, () => expect(shownProxy(url)).to.equal(shown))
})

describe("the process's proxies", () => {
  it('are known to every instance', async () => {
    const { providers } = await load({ env: { OPENAI_API_KEY: 'k', HTTPS_PROXY: 'http://p.example', no_proxy: 'x', HTTP_PROXY: '' } })
    expect(providers.get('openai')?.variables).to.deep.equal({ HTTPS_PROXY: 'http://p.example', no_proxy: 'x' })
  })
  it('come from .env as well, and have no other names', async () => {
    const { providers } = await load({ env: { OPENAI_API_KEY: 'k', TAPLINE_HTTP_PROXY: 'http://q.example' }, dotenv: 'HTTPS_PROXY=http://p.example' })
    expect(providers.get('openai')?.variables).to.deep.equal({ HTTPS_PROXY: 'http://p.example' })
  })
})
