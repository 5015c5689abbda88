/** The calls that the manual shows get the answers that it shows, and its client works. */

import { expect } from 'chai'
import { startTestGateway, type TestGateway } from '../../core/testing/gateway.ts'
import { ScriptedUpstream } from '../../core/testing/scripted-upstream.ts'
import { call, shown } from './curl.ts'
import { ExampleFolder } from './folder.ts'
import { filesOf, page, pages, titleOf, type Block } from './manual.ts'

/** Its calls are made one after the other, in test/e2e/policy-author.test.ts. */
const story = 'docs/policy.md'

describe('the calls of the manual', () => {
  const calls = pages
    .filter(({ name }) => name !== story)
    .flatMap(({ blocks }) => blocks.flatMap((block, index) => (block.text.startsWith('curl ') ? [{ block, next: blocks[index + 1] }] : [])))
  const toDemo = calls.filter(({ block }) => !block.text.includes('/p/') && !block.text.includes('Bearer ') && block.page !== 'docs/writing-a-plugin.md')

  describe('to a gateway that nothing is configured for', () => {
    let gateway: TestGateway
    before(async () => {
      gateway = await startTestGateway()
    })
    after(() => gateway.close())

    it('listens on loopback only, and needs no key', () => {
      expect(gateway.url).to.match(/^http:\/\/(127\.0\.0\.1|\[::1\]):/)
      expect(gateway.log.some(({ msg }) => String(msg).startsWith('no key is asked for: the gateway listens on loopback only'))).to.equal(true)
    })

    for (const { block, next } of toDemo) {
      it(`${titleOf(block)} is answered${next?.language === 'json' ? ' as shown' : ''}`, async () => {
        const response = await call(gateway, block)
        expect(response.status).to.equal(200)
        if (isEndless(block)) return await response.body?.cancel()
        const text = await response.text()
        if (next?.language === 'json') expect(JSON.parse(text)).to.deep.equal(JSON.parse(next.text))
      })
    }

    const clients = pages.flatMap(page =>
      Object.entries(filesOf(page)).flatMap(([name, text]) => (name.endsWith('.mjs') ? [[page.name, name, text] as const] : [])),
    )
    for (const [manual, name, client] of clients) {
      it(`has an official client work as ${manual} says: ${name}`, async () => {
        await using folder = await ExampleFolder.make({ [name]: client.replace(shown, gateway.url) })
        const { code, said } = await folder.node(name)
        expect({ code, said }).to.deep.equal({ code: 0, said: `${/console\.log\(.*\) \/\/ (.*)\n/.exec(client)?.[1]}\n` })
      })
    }
  })

  describe('to a gateway with the master key of the manual', () => {
    let gateway: TestGateway
    /** Of the key that was made last. */
    const made = { $ID: '', $KEY: '' }
    before(async () => {
      gateway = await startTestGateway({ config: { server: { master_key: 'sk-mine', auth_verify_enabled: true } } })
    })
    after(() => gateway.close())

    for (const { block, next } of calls.filter(({ block }) => /Bearer (sk-mine|\$KEY)/.test(block.text) && !block.text.includes('/p/'))) {
      it(`${titleOf(block)} is answered${next?.language === 'json' ? ' as shown' : ''}`, async () => {
        const response = await call(gateway, { ...block, text: block.text.replace(/\$ID|\$KEY/g, name => made[name as keyof typeof made]) })
        const text = await response.text()
        expect(response.ok, text).to.equal(true)
        if (next?.language === 'json') expect(JSON.parse(text)).to.deep.equal(JSON.parse(next.text))
        const { id, value } = (text === '' ? {} : JSON.parse(text)) as { readonly id?: string; readonly value?: string }
        if (id !== undefined && value !== undefined) Object.assign(made, { $ID: id, $KEY: value })
      })
    }
  })

  it('refuse a secret, once the guardrail of the manual is loaded', async () => {
    const manual = page('docs/writing-a-plugin.md')
    const config = manual.blocks.find(({ language, text }) => language === 'yaml' && text.includes('before: retry'))?.text ?? ''
    const { block, next } = calls.find(({ block }) => block.page === manual.name) ?? {}
    await using gateway = await startTestGateway({ config, files: filesOf(manual) })
    const response = await call(gateway, block as Block)
    expect(response.status).to.equal(400)
    expect(await response.json()).to.deep.equal(JSON.parse(next?.text ?? ''))
  })

  it('refuse a secret in each of the three dialects, as README.md says', async () => {
    const config = { pipelines: { inference: [{ insert: { use: './no-secrets.ts' }, before: 'retry' }] } }
    await using gateway = await startTestGateway({ config, files: filesOf(page('README.md')) })
    const content = 'AKIAIOSFODNN7EXAMPLE'
    const messages = [{ role: 'user', content }]
    for (const [path, body] of [
      ['/v1/chat/completions', { messages }],
      ['/v1/messages', { max_tokens: 9, messages }],
      ['/v1/responses', { input: content }],
    ] as const) {
      const response = await fetch(gateway.url + path, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ model: 'demo-chat', ...body }),
      })
      expect([path, response.status]).to.deep.equal([path, 400])
      expect(await response.text()).to.include('"secret_found"')
    }
  })

  it("reach a provider's own API", async () => {
    await using upstream = await ScriptedUpstream.start()
    upstream.always({ body: { object: 'list', data: [] } })
    await using gateway = await startTestGateway({ upstream, config: { server: { master_key: 'sk-mine' } } })
    const passed = calls.filter(({ block }) => block.text.includes('/p/'))
    expect(passed).to.have.length(1)
    for (const { block } of passed) expect((await call(gateway, block)).status).to.equal(200)
    expect(upstream.requests.map(({ path }) => path)).to.deep.equal(['/v1/files'])
  })
})

/** Whether the answer goes on until the caller has enough of it. */
function isEndless({ text }: Block): boolean {
  return text.includes(' --max-time ')
}
