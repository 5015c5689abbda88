/** Callers behind proxies: who the audit log and the door take them for. */

import { expect } from 'chai'
import { request } from 'undici'
import { chatCompletion } from '../../core/testing/chat-samples.ts'
import { Audited } from '../support/audit.ts'
import { hello, masterKey, Served } from '../support/serve.ts'

const said = { 'x-forwarded-for': '203.0.113.9, 198.51.100.4', 'x-real-ip': '192.0.2.1' }

const cases: readonly (readonly [name: string, server: object, is: string])[] = [
  ['the connection, as long as no proxy is trusted', {}, '127.0.0.1'],
  ['the nearest in the chain that is not trusted', { trusted_proxies: ['loopback'] }, '198.51.100.4'],
  ['the one before, where that is trusted, too', { trusted_proxies: ['loopback', '198.51.100.0/24'] }, '203.0.113.9'],
  ['the one at the depth that is configured', { trusted_proxies: ['127.0.0.1'], trusted_hops: 2 }, '203.0.113.9'],
  ['the one in another header', { trusted_proxies: ['loopback'], client_ip_header: 'X-Real-IP' }, '192.0.2.1'],
  ['the connection, where others are trusted', { trusted_proxies: ['private'] }, '127.0.0.1'],
]

describe('the address in the audit log is that of', () => {
  for (const [name, server, is] of cases) {
    it(name, async () => {
      await using audited = await Audited.start({ config: { server: { master_key: masterKey, ...server } } })
      audited.served.upstream.always({ body: chatCompletion() })
      await audited.served.chat(hello, said)
      expect(await audited.row()).to.include({ client_ip: is })
    })
  }

  it('the client, where variables say whom to trust', async () => {
    await using audited = await Audited.start({ env: { TAPLINE_SERVER_TRUSTED_PROXIES: 'loopback, 10.0.0.0/8', TAPLINE_SERVER_TRUSTED_HOPS: '2' } })
    audited.served.upstream.always({ body: chatCompletion() })
    await audited.served.chat(hello, said)
    expect(await audited.row()).to.include({ client_ip: '203.0.113.9' })
  })
})

describe('a gateway that asks for no key', () => {
  let served: Served
  before(async () => {
    served = await Served.start({ config: { server: { master_key: undefined, trusted_proxies: ['loopback'] } } })
  })
  after(() => served.close())

  const call = async (headers: Readonly<Record<string, string>>) => {
    const { statusCode, body } = await request(`${served.url}/v1/models`, { headers })
    return { status: statusCode, text: await body.text() }
  }

  it('answers nobody from elsewhere who comes through a proxy on its machine', async () => {
    const { status, text } = await call(said)
    expect(status).to.equal(401)
    expect(text).to.include('answers callers on its own machine only')
  })

  it('answers callers on its machine, through such a proxy or not', async () => {
    for (const headers of [{}, { 'x-forwarded-for': '127.0.0.1' }]) expect(await call(headers)).to.include({ status: 200 })
  })
})
