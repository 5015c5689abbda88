import { rename } from 'node:fs/promises'
import { expect } from 'chai'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { TurnedClock } from '../../core/testing/turned-clock.ts'
import { FileVendor } from '../support/file-vendor.ts'
import { hello, Served } from '../support/serve.ts'

const file =
  '--b\r\nContent-Disposition: form-data; name="purpose"\r\n\r\nbatch\r\n' +
  `--b\r\nContent-Disposition: form-data; name="file"; filename="a.jsonl"\r\n\r\n${JSON.stringify({ custom_id: 'a', method: 'POST', url: '/v1/chat/completions', body: hello })}\r\n--b--\r\n`

describe('while the store takes no writes', () => {
  const calls: readonly (readonly [string, string, object | string, Readonly<Record<string, string>>])[] = [
    ['a new conversation', '/v1/conversations', {}, {}],
    ['a new file', '/v1/files', file, { 'content-type': 'multipart/form-data; boundary=b' }],
    ['a new batch', '/v1/batches', { requests: [{ custom_id: 'a', url: '/v1/chat/completions', body: hello }] }, {}],
  ]

  it('what would be kept there is refused, to be tried again', async function () {
    this.timeout(180_000) // SQLite itself waits for its turn
    await using served = await Served.start({ clock: new TurnedClock() })
    served.upstream.always(new FileVendor().cue())
    const other = new DatabaseSync(join(served.gateway.directory, 'tapline.db'), { timeout: 60_000 })
    other.exec('BEGIN IMMEDIATE')
    const answers = await Promise.all(calls.map(async ([what, path, body, headers]) => [what, await served.call('POST', path, body, headers)] as const))
    other.close()
    for (const [what, { status, headers, body }] of answers)
      expect([what, status, headers['retry-after'], /"(?:error_)?code":"(\w+)"/.exec(body.toString())?.[1]]).to.deep.equal([what, 503, '1', 'not_ready'])
  })
})

describe('while the store cannot be read', () => {
  for (const path of ['/usage/log', '/usage/export', '/usage/export?format=ndjson', '/audit/log', '/audit/export', '/audit/export?format=ndjson']) {
    it(`GET /admin${path} says so`, async () => {
      await using served = await Served.start()
      const file = join(served.gateway.directory, 'tapline.db')
      await rename(file, `${file}.away`) // who reads opens it first
      const { status, body } = await served.call('GET', `/admin${path}`)
      await rename(`${file}.away`, file)
      expect([status, JSON.parse(body.toString()).error?.code]).to.deep.equal([503, 'feature_unavailable'])
    })
  }
})
