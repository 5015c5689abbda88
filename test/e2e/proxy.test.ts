/** Providers behind outbound proxies. No host of these tests exists but in the tables of their proxies. */

import { expect } from 'chai'
import { once } from 'node:events'
import { connect } from 'node:net'
import { createServer, type Server } from 'node:tls'
import { chatChunks, chatCompletion } from '../../core/testing/chat-samples.ts'
import { freePort, portOf } from '../../core/testing/port.ts'
import { ScriptedUpstream } from '../../core/testing/scripted-upstream.ts'
import { smallCall } from '../../core/upstream/small-call.ts'
import { certificate, trustCertificate } from '../support/certificate/certificate.ts'
import { expectError } from '../support/answer.ts'
import { HttpProxy, SocksProxy, type ProxyOptions } from '../support/proxies.ts'
import { hello, helloStream, Served } from '../support/serve.ts'
import { streamTexts } from '../support/stream-texts.ts'
import { until } from '../support/until.ts'

const timeoutMs = 10_000
const secret = 'p@ss-5eCret'
const said = `user:${secret}`
const user = `user:${encodeURIComponent(secret)}@`

const kinds = {
  http: {
    start: (options: ProxyOptions) => HttpProxy.start(options),
    url: (port: number, who = '') => `http://${who}127.0.0.1:${port}`,
    plain: 'POST http://upstream.invalid/v1/chat/completions',
    tunnel: 'CONNECT upstream.invalid:443',
  },
  https: {
    start: (options: ProxyOptions) => HttpProxy.start(options, true),
    url: (port: number, who = '') => `https://${who}localhost:${port}/`,
    plain: 'POST http://upstream.invalid/v1/chat/completions',
    tunnel: 'CONNECT upstream.invalid:443',
  },
  socks5: {
    start: (options: ProxyOptions) => SocksProxy.start(options),
    url: (port: number, who = '') => `socks5://${who}127.0.0.1:${port}`,
    plain: 'SOCKS name upstream.invalid:80',
    tunnel: 'SOCKS name upstream.invalid:443',
  },
  socks5h: {
    start: (options: ProxyOptions) => SocksProxy.start(options),
    url: (port: number, who = '') => `socks5h://${who}127.0.0.1:${port}`,
    plain: 'SOCKS name upstream.invalid:80',
    tunnel: 'SOCKS name upstream.invalid:443',
  },
} as const

const block = (base: string, more: object = {}) => ({ type: 'openai-compatible', base_url: base, api_key: 'sk-far', models: ['m'], ...more })
const far = { ...hello, model: 'far/m' }
const farStream = { ...helloStream, model: 'far/m' }

describe('through a proxy', () => {
  let upstream: ScriptedUpstream
  /** The upstream by https. */
  let secure: Server
  let hosts: Record<string, number>
  let distrust: () => void
  before(async () => {
    distrust = trustCertificate()
    upstream = await ScriptedUpstream.start()
    const { port } = new URL(upstream.url)
    secure = createServer(certificate, socket => {
      const onward = connect(Number(port), '127.0.0.1')
      for (const [one, other] of [
        [socket, onward],
        [onward, socket],
      ] as const)
        one.on('error', () => other.destroy()).on('close', () => other.destroy())
      onward.pipe(socket).pipe(onward)
    }).listen(0, '127.0.0.1')
    await once(secure, 'listening')
    hosts = { 'upstream.invalid:80': Number(port), 'upstream.invalid:443': portOf(secure) }
  })
  after(async () => {
    distrust()
    secure.close()
    await upstream.close()
  })
  beforeEach(() => {
    upstream.requests.length = 0
  })

  const started = (providers: Readonly<Record<string, object>>, env: Readonly<Record<string, string>> = {}) =>
    Served.start({ config: { providers, resilience: { retry: { max_retries: 0 } } }, env })

  for (const [scheme, kind] of Object.entries(kinds)) {
    describe(`of ${scheme}`, () => {
      for (const [to, asked] of [
        ['http', kind.plain],
        ['https', kind.tunnel],
      ] as const) {
        it(`calls reach a provider by ${to}, which the proxy looks up; plain and streamed`, async () => {
          await using proxy = await kind.start({ hosts })
          await using served = await started({ far: block(`${to}://upstream.invalid/v1`, { proxy_url: kind.url(proxy.port) }) })
          upstream.reply({ body: chatCompletion({ content: 'Hi' }) }, { chunks: chatChunks({ pieces: ['He', 'llo'] }) })
          const answer = await served.chat(far)
          expect([answer.status, JSON.parse(answer.body.toString()).choices[0].message.content]).to.deep.equal([200, 'Hi'])
          expect(streamTexts((await served.chat(farStream)).body).texts).to.deep.equal({ '0/content': 'Hello' })
          const call = ['/v1/chat/completions', 'Bearer sk-far', 'upstream.invalid']
          expect(upstream.requests.map(({ path, headers }) => [path, headers['authorization'], headers.host])).to.deep.equal([call, call])
          expect(new Set(proxy.asked.map(({ what }) => what))).to.deep.equal(new Set([asked]))
          if (asked !== kind.plain) expect(proxy.asked, 'one connection for both').to.have.length(1)
        })

        it(`calls by ${to} bring the credentials of its URL, which nobody sees`, async () => {
          await using proxy = await kind.start({ hosts, credentials: said })
          const providers = {
            far: block(`${to}://upstream.invalid/v1`, { proxy_url: kind.url(proxy.port, user) }),
            stranger: block(`${to}://upstream.invalid/v1`, { proxy_url: kind.url(proxy.port, `user:not-${encodeURIComponent(secret)}@`) }),
          }
          await using served = await started(providers)
          upstream.reply({ body: chatCompletion() })
          expect((await served.chat(far)).status).to.equal(200)
          expect(proxy.asked).to.deep.equal([{ what: asked, credentials: said }])
          const refused = await served.chat({ ...hello, model: 'stranger/m' })
          expectError(refused, { code: 'upstream_unreachable' })
          expect(upstream.requests).to.have.length(1)
          expect(upstream.requests[0]?.headers).to.not.have.property('proxy-authorization')
          const { log } = served.gateway
          expect(log.filter(({ proxy: shown }) => shown !== undefined).map(({ provider, proxy: shown }) => [provider, shown])).to.deep.equal(
            ['far', 'stranger'].map(name => [name, kind.url(proxy.port, 'user:xxxxx@').replace(/\/$/, '')]),
          )
          for (const text of [secret, encodeURIComponent(secret)]) expect(JSON.stringify(log) + refused.body).to.not.contain(text)
        })
      }

      it('small calls go, as those for tokens', async () => {
        await using proxy = await kind.start({ hosts })
        for (const to of ['http', 'https']) {
          upstream.reply({ status: 201, body: 'token' })
          expect(await smallCall({ method: 'POST', url: `${to}://upstream.invalid/token`, body: 'x', timeoutMs, proxyUrl: kind.url(proxy.port) })).to.include({
            status: 201,
            body: 'token',
          })
        }
        expect(proxy.asked.map(({ what }) => what)).to.deep.equal([kind.plain.replace('/v1/chat/completions', '/token'), kind.tunnel])
      })

      it('a provider that the proxy does not reach cannot be reached', async () => {
        await using proxy = await kind.start({ hosts: {} })
        await using served = await started({ far: block('https://upstream.invalid/v1', { proxy_url: kind.url(proxy.port) }) })
        expectError(await served.chat(far), { code: 'upstream_unreachable', message: /^far could not be reached/ })
      })

      it('nothing is reached when the proxy is down', async () => {
        const port = await freePort()
        await using served = await started({ far: block('http://upstream.invalid/v1', { proxy_url: kind.url(port) }) })
        expectError(await served.chat(far), { code: 'upstream_unreachable', message: /^far could not be reached/ })
      })

      it('models are listed', async () => {
        await using proxy = await kind.start({ hosts })
        upstream.always({ body: { object: 'list', data: [{ id: 'found', object: 'model', created: 1, owned_by: 'far' }] } })
        await using served = await Served.start({
          config: { providers: { far: { ...block('http://upstream.invalid/v1', { proxy_url: kind.url(proxy.port) }), models: [] } } },
          env: { CONFIGURED_PROVIDER_MODELS_MODE: 'fallback' },
        })
        await until(() => upstream.requests.length > 0)
        expect(upstream.requests[0]).to.include({ method: 'GET', path: '/v1/models' })
        expect(proxy.asked[0]?.what).to.equal(kind.plain.replace('POST', 'GET').replace('chat/completions', 'models'))
        await served.call('GET', '/v1/models')
      })
    })
  }

  it('an instance has connections of its own', async () => {
    await using one = await SocksProxy.start({ hosts })
    await using other = await SocksProxy.start({ hosts })
    await using served = await started({
      far: block('http://upstream.invalid/v1', { proxy_url: kinds.socks5.url(one.port) }),
      near: block('http://upstream.invalid/v1', { proxy_url: kinds.socks5.url(other.port) }),
    })
    upstream.always({ body: chatCompletion() })
    for (const model of ['far/m', 'near/m', 'near/m']) expect((await served.chat({ ...hello, model })).status).to.equal(200)
    expect([one.asked.length, other.asked.length]).to.deep.equal([1, 1])
  })

  it('of its own an instance reaches even this machine', async () => {
    const { port } = new URL(upstream.url)
    await using proxy = await SocksProxy.start({ hosts: { [`127.0.0.1:${port}`]: Number(port) } })
    await using served = await started({ far: block(upstream.url, { proxy_url: kinds.socks5.url(proxy.port) }) })
    upstream.reply({ body: chatCompletion() })
    expect((await served.chat(far)).status).to.equal(200)
    expect(proxy.asked).to.deep.equal([{ what: `SOCKS address 127.0.0.1:${port}`, credentials: undefined }])
  })

  describe('of the whole process', () => {
    it('go instances without one of their own, but not to this machine, nor where NO_PROXY says', async () => {
      await using ofProcess = await HttpProxy.start({ hosts, credentials: said })
      await using own = await SocksProxy.start({ hosts })
      const providers = {
        far: block('http://upstream.invalid/v1'),
        safe: block('https://upstream.invalid/v1'),
        near: block(upstream.url),
        own: block('http://upstream.invalid/v1', { proxy_url: kinds.socks5.url(own.port) }),
        exempt: block('http://exempt.invalid/v1'),
      }
      const url = kinds.http.url(ofProcess.port, user)
      await using served = await started(providers, { HTTP_PROXY: url, HTTPS_PROXY: url, NO_PROXY: 'exempt.invalid' })
      upstream.always({ body: chatCompletion() })
      const statuses: number[] = []
      for (const name of Object.keys(providers)) statuses.push((await served.chat({ ...hello, model: `${name}/m` })).status)
      expect(statuses).to.deep.equal([200, 200, 200, 200, 502])
      expect(ofProcess.asked).to.deep.equal([
        { what: kinds.http.plain, credentials: said },
        { what: kinds.http.tunnel, credentials: said },
      ])
      expect(own.asked).to.have.length(1)
      expect(served.gateway.log.filter(({ proxy }) => proxy !== undefined).map(({ provider }) => provider)).to.deep.equal(['far', 'own', 'safe'])
      expect(JSON.stringify(served.gateway.log)).to.not.contain(secret)
    })

    it('nothing goes that cannot be one: the instances that need it are left out, the others start', async () => {
      await using served = await started({ far: block('https://upstream.invalid/v1'), near: block(upstream.url) }, { HTTPS_PROXY: `ftp://${user}p.example` })
      upstream.reply({ body: chatCompletion() })
      expect((await served.chat({ ...hello, model: 'near/m' })).status).to.equal(200)
      expect([...served.gateway.gateway.current.providers.keys()]).to.deep.equal(['near', 'openai'])
      const line = served.gateway.log.find(({ provider, level }) => provider === 'far' && level === 50)
      expect(JSON.stringify(line))
        .to.contain('HTTPS_PROXY is not http, https, socks5 or socks5h')
        .and.not.contain(secret)
        .and.not.contain(encodeURIComponent(secret))
    })
  })

  for (const [scheme, port] of [
    ['http', 80],
    ['https', 443],
    ['socks5', 1080],
    ['socks5h', 1080],
  ] as const) {
    it(`of ${scheme} without a port, it is ${port}`, async () => {
      const cause: unknown = await smallCall({ method: 'GET', url: 'https://upstream.invalid', timeoutMs, proxyUrl: `${scheme}://127.7.7.7` }).catch(
        (failure: unknown) => failure,
      )
      expect((cause as Error).message).to.match(new RegExp(`127\\.7\\.7\\.7:${port}\\b`))
    })
  }
})
