/** How the gateway serves the page; what the page does is tested in test/dashboard. */

import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { expect } from 'chai'
import { Served, type ServeOptions } from '../support/serve.ts'
import { buildPage } from '../support/browser.ts'

const nobody = { authorization: '' }

describe('the dashboard', () => {
  before(buildPage)

  it('is served to anybody, with what keeps its reader to it, and none of its parts stays behind', async () => {
    await using served = await Served.start()
    const { status, headers, body } = await served.call('GET', '/admin/dashboard/', undefined, nobody)
    expect([status, headers['content-type'], headers['cache-control']]).to.deep.equal([200, 'text/html; charset=utf-8', 'no-cache'])
    expect(headers['content-security-policy']).to.include("default-src 'none'").and.include("connect-src 'self'")
    const parts = [...body.toString().matchAll(/(?:src|href)="\.\/([^"]+)"/g)].map(([, path]) => path)
    expect(parts).to.have.length(3)
    for (const part of parts) {
      const answer = await served.call('GET', `/admin/dashboard/${part}`, undefined, nobody)
      expect([answer.status, answer.headers['cache-control']], part).to.deep.equal([200, 'public, max-age=31536000, immutable'])
    }
  })

  const rows: readonly (readonly [what: string, path: string, status: number, options?: ServeOptions])[] = [
    ['each of its pages', '/admin/dashboard/usage', 200],
    ['no file that was not built', '/admin/dashboard/assets/index.js', 404],
    ['no file at all beside it', '/admin/dashboard/favicon.ico', 404],
    ['nothing further down', '/admin/dashboard/usage/more', 404],
    ['nothing above it', '/admin/dashboard/..%2f..%2fpackage.json', 400],
    ['nothing where it is switched off', '/admin/dashboard/', 404, { config: { admin: { ui_enabled: false } } }],
    ['nothing where the admin API is', '/admin/dashboard/', 404, { env: { ADMIN_ENDPOINTS_ENABLED: 'false' } }],
  ]
  for (const [what, path, status, options] of rows) {
    it(`serves ${what}`, async () => {
      await using served = await Served.start(options)
      expect((await served.call('GET', path, undefined, nobody)).status).to.equal(status)
    })
  }

  it('is sent as small as its reader takes it, and not again to who has it', async () => {
    await using served = await Served.start()
    const ask = async (path: string, headers: Record<string, string> = {}, method = 'GET') =>
      await served.call(method, `/admin/dashboard/${path}`, undefined, { ...nobody, ...headers })
    const script = /src="\.\/([^"]+)"/.exec((await ask('')).body.toString())?.[1] ?? ''
    const plain = await ask(script)
    expect(plain.headers)
      .to.include({ vary: 'Accept-Encoding', 'content-length': String(plain.body.length) })
      .and.not.have.property('content-encoding')
    const cases = [
      ['gzip, deflate, br', 'br', brotliDecompressSync],
      ['gzip;q=1.0, br;q=0', 'gzip', gunzipSync],
    ] as const
    for (const [accepted, encoding, undo] of cases) {
      const { headers, body } = await ask(script, { 'accept-encoding': accepted })
      expect([headers['content-encoding'], undo(body).equals(plain.body)]).to.deep.equal([encoding, true])
    }
    expect((await ask(`${script}.br`)).status).to.equal(404)
    const { headers } = await ask('usage')
    const again = await ask('models', { 'if-none-match': `"other", ${String(headers['etag'])}` })
    expect([again.status, again.body.length, again.headers['etag']]).to.deep.equal([304, 0, headers['etag']])
    const head = await ask('', {}, 'HEAD')
    expect([head.status, head.body.length, head.headers['content-length']]).to.deep.equal([200, 0, headers['content-length']])
  })

  it('leads to itself below a base path', async () => {
    await using served = await Served.start({ config: { server: { base_path: '/g' } } })
    const { status, headers } = await served.call('GET', '/admin/dashboard', undefined, nobody)
    expect([status, headers['location']]).to.deep.equal([302, '/g/admin/dashboard/'])
  })
})
