/** Images that callers name by their addresses: on a server by https whose public address only the test's proxies know. */

import { expect } from 'chai'
import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { createServer, type Server } from 'node:https'
import type { TLSSocket } from 'node:tls'
import { chatCompletion, errorBody } from '../../core/testing/chat-samples.ts'
import { portOf } from '../../core/testing/port.ts'
import { TurnedClock } from '../../core/testing/turned-clock.ts'
import { publicGet } from '../../core/upstream/images/image-fetch.ts'
import { certificate, trustCertificate } from '../support/certificate/certificate.ts'
import { expectError } from '../support/answer.ts'
import { HttpProxy, SocksProxy } from '../support/proxies.ts'
import { Served } from '../support/serve.ts'
import { until } from '../support/until.ts'
import { vendorScript } from '../support/vendors.ts'

const host = '192.31.196.1'
const data = Buffer.from('PNG').toString('base64')
const image = (url: string) => [
  {
    role: 'user',
    content: [
      { type: 'text', text: 'What is it?' },
      { type: 'image_url', image_url: { url } },
    ],
  },
]
const param = 'messages[0].content[1].image_url.url'

describe('images by address', () => {
  let server: Server
  let proxy: HttpProxy
  let socks: SocksProxy
  let served: Served
  let distrust: () => void
  const clock = new TurnedClock()
  /** How often somebody gave up waiting for an image. */
  let given = 0
  const asked: { readonly path: string; readonly host: string; readonly servername: string | false | null }[] = []

  before(async () => {
    distrust = trustCertificate()
    server = createServer(certificate, (request: IncomingMessage, response) => {
      asked.push({
        path: request.url ?? '',
        host: request.headers.host ?? '',
        servername: (request.socket as TLSSocket & { servername: string | false }).servername,
      })
      if (request.url === '/a.png') response.setHeader('content-type', 'image/png').end('PNG')
      else if (request.url === '/moved') response.writeHead(302, { location: '/a.png' }).end()
      else if (request.url === '/inside') response.writeHead(302, { location: 'https://127.0.0.1/a.png' }).end()
      else if (request.url === '/never') response.on('close', () => given++)
      else response.writeHead(404).end()
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const hosts: Record<string, number> = { [`${host}:443`]: portOf(server) }
    proxy = await HttpProxy.start({ hosts })
    socks = await SocksProxy.start({ hosts })
    const through = `http://127.0.0.1:${proxy.port}`
    const provider = (type: string, more: object = {}) => ({
      type,
      base_url: '${OPENAI_BASE_URL}',
      api_key: 'sk-x',
      models: ['m'],
      fetch_remote_images: true,
      ...more,
    })
    served = await Served.start({
      clock,
      // The providers are on this machine, which the process's proxy does not lead to.
      env: { HTTPS_PROXY: through },
      config: {
        resilience: { retry: { max_retries: 0 } },
        providers: {
          gemini: provider('gemini'),
          ollama: provider('ollama', { resilience: { retry: { max_retries: 1, initial_backoff: '0s' } } }),
          fetching: provider('openai-compatible', { image_urls: 'fetch' }),
          forwarding: provider('openai-compatible'),
          refusing: provider('openai-compatible', { image_urls: 'data_only' }),
          off: provider('openai-compatible', { image_urls: 'fetch', fetch_remote_images: false }),
          none: provider('gemini', { fetch_remote_images: false }),
        },
      },
    })
    hosts[`127.0.0.1:${new URL(served.upstream.url).port}`] = Number(new URL(served.upstream.url).port)
  })
  after(async () => {
    await served.close()
    await Promise.all([proxy[Symbol.asyncDispose](), socks[Symbol.asyncDispose]()])
    server.closeAllConnections()
    server.close()
    distrust()
  })
  beforeEach(() => {
    asked.length = proxy.asked.length = socks.asked.length = served.upstream.requests.length = 0
    served.upstream.always(request => vendorScript(request, { pieces: ['a dot'] }))
  })

  const ask = (provider: string, url = `https://${host}/a.png`) => served.chat({ model: `${provider}/m`, messages: image(url) })
  const sent = () => JSON.parse(served.upstream.requests[0]?.body.toString() ?? 'null') as Record<string, unknown>
  const paths = () => asked.map(({ path }) => path)

  it('go to Gemini as data', async () => {
    expect((await ask('gemini')).status).to.equal(200)
    expect(sent()['contents']).to.deep.equal([{ role: 'user', parts: [{ text: 'What is it?' }, { inlineData: { mimeType: 'image/png', data } }] }])
    expect(proxy.asked.map(({ what }) => what)).to.deep.equal([`CONNECT ${host}:443`])
  })

  for (const provider of ['ollama', 'fetching']) {
    it(`go to ${provider} as data URLs, and nothing else is changed`, async () => {
      expect((await ask(provider)).status).to.equal(200)
      expect(sent()).to.deep.include({ model: 'm', messages: image(`data:image/png;base64,${data}`) })
    })
  }

  for (const [provider, url] of [
    ['forwarding', `https://${host}/a.png`],
    ['gemini', 'https://generativelanguage.googleapis.com/v1beta/files/f'],
  ] as const) {
    it(`go on as they are to ${provider}, which reads ${new URL(url).hostname === host ? 'them' : 'its own'}`, async () => {
      expect((await ask(provider, url)).status).to.equal(200)
      expect(JSON.stringify(sent())).to.contain(url)
      expect(asked).to.deep.equal([])
    })
  }

  for (const provider of ['refusing', 'off', 'none']) {
    it(`are refused for ${provider}, unless that is configured`, async () => {
      expectError(await ask(provider), { code: 'unsupported_parameter', status: 400, param })
      expect([asked, served.upstream.requests]).to.deep.equal([[], []])
    })
  }

  it('are found behind a redirect', async () => {
    expect((await ask('gemini', `https://${host}/moved`)).status).to.equal(200)
    expect(paths()).to.deep.equal(['/moved', '/a.png'])
  })

  for (const [name, url, message] of [
    ['that are not there', `https://${host}/none.png`, /status 404/],
    ['behind a redirect into this machine', `https://${host}/inside`, /127\.0\.0\.1 is not a public host/],
    ['by http', `http://${host}/a.png`, /not https/],
    ['that the proxy does not reach', 'https://192.31.196.2/a.png', /cannot be reached/],
  ] as const) {
    it(`${name} are the caller's mistake, and nothing is sent`, async () => {
      expectError(await ask('gemini', url), { code: 'unsupported_parameter', status: 400, param, message })
      expect(served.upstream.requests).to.have.length(0)
    })
  }

  it('are fetched once for all attempts', async () => {
    served.upstream.reply({ status: 503, body: errorBody('busy') }, { body: chatCompletion() })
    const answer = ask('ollama')
    await until(() => clock.waitsMs[0] === 0)
    clock.advance(0)
    expect((await answer).status).to.equal(200)
    expect(served.upstream.requests.map(({ body }) => body.includes(data))).to.deep.equal([true, true])
    expect(paths()).to.deep.equal(['/a.png'])
  })

  it('that do not come keep nobody who has left', async () => {
    const leaving = new AbortController()
    const call = served
      .open('POST', '/v1/chat/completions', { model: 'gemini/m', messages: image(`https://${host}/never`) }, {}, leaving.signal)
      .catch(() => 'left')
    await until(() => asked.length > 0)
    leaving.abort()
    expect(await call).to.equal('left')
    await until(() => given > 0)
    await until(() => served.gateway.log.some(({ msg, outcome }) => msg === 'request' && outcome !== 'completed'))
    expect(served.upstream.requests).to.have.length(0)
  })

  for (const kind of ['http', 'socks5'] as const) {
    it(`are asked for by the address that was checked, through a proxy of ${kind}, under their own name`, async () => {
      const url = kind === 'http' ? `http://127.0.0.1:${proxy.port}` : `socks5://127.0.0.1:${socks.port}`
      const get = publicGet({ proxy_url: url }, (name, _options, found) => {
        found(null, name === 'upstream.invalid' ? host : '192.31.196.9', 4)
      })
      const answer = await get(new URL('https://upstream.invalid/a.png'), new AbortController().signal)
      const chunks: Buffer[] = []
      for await (const chunk of answer.body) chunks.push(chunk)
      await answer.close()
      expect([answer.status, Buffer.concat(chunks).toString()]).to.deep.equal([200, 'PNG'])
      expect(asked).to.deep.equal([{ path: '/a.png', host: 'upstream.invalid', servername: 'upstream.invalid' }])
      expect([...proxy.asked, ...socks.asked].map(({ what }) => what)).to.deep.equal([kind === 'http' ? `CONNECT ${host}:443` : `SOCKS address ${host}:443`])
    })
  }
})
