/** Plugins and providers as they were written for a version of the contract: whatever that number is, they are never edited, and they work. */

import { join } from 'node:path'
import { expect } from 'chai'
import { load } from '../../core/plugin/load.ts'
import { chatCompletion, errorBody } from '../../core/testing/chat-samples.ts'
import { providerConformance } from '../../core/testing/conformance.ts'
import { startTestGateway } from '../../core/testing/gateway.ts'
import { runPlugin, type PluginRun, type PluginRunOptions } from '../../core/testing/run-plugin.ts'
import { ScriptedUpstream } from '../../core/testing/scripted-upstream.ts'

const folder = join(import.meta.dirname, '../fixtures/contract-1')
const loading = { searchPaths: [], foreignAllowed: true }
const secret = 'AKIAIOSFODNN7EXAMPLE'

describe('what was written for contract 1', () => {
  it('refuses prompts, with patterns that are compiled as a list', async () => {
    const { status, body } = await guarded({ request: { messages: [{ role: 'user', content: `Is it ${secret}?` }] } })
    expect([status, body.error.code]).to.deep.equal([400, 'secret_found'])
  })

  it('redacts streams', async () => {
    const { reply } = await guarded({ request: { stream: true }, answer: [`Is it ${secret.slice(0, 7)}`, `${secret.slice(7)}?`] })
    expect(reply.text).to.equal('Is it [redacted]?')
  })

  it('repeats a call, and says on each which one it is', async () => {
    await using upstream = await ScriptedUpstream.start()
    upstream.always(({ headers }) =>
      headers['x-try'] === '1' ? { status: 503, body: errorBody('no capacity here') } : { body: chatCompletion({ content: 'Hi!' }) },
    )
    expect(await statusBehind(upstream, 'region.ts')).to.equal(200)
    expect(upstream.requests.map(({ headers }) => headers['x-try'])).to.deep.equal(['1', '2'])
  })

  for (const [status, calls] of [
    [500, 3],
    [400, 1],
  ] as const) {
    it(`makes ${calls} of a call that fails with ${status}`, async () => {
      await using upstream = await ScriptedUpstream.start()
      upstream.always({ status, body: errorBody('no') })
      expect(await statusBehind(upstream, 'persistent.ts')).to.equal(status)
      expect(upstream.requests).to.have.length(calls)
    })
  }

  it('reads the body before anybody else does', async () => {
    await using upstream = await ScriptedUpstream.start()
    upstream.always({ body: chatCompletion({ content: 'Hi!' }) })
    expect(await statusBehind(upstream, 'greeted.ts')).to.equal(200)
    expect(upstream.requests[0]?.body.toString()).to.include('Hello')
  })

  it('is a provider', async () => {
    const file = join(folder, 'acme.ts')
    const { definition } = await load('provider', file, folder, loading)
    for (const { run } of providerConformance(definition, file)) await run()
  })
})

/** The status of a chat that fails over, or not, as this plugin says. */
async function statusBehind(upstream: ScriptedUpstream, file: string): Promise<number> {
  const pipelines = { chat: [{ replace: 'retry', with: { use: join(folder, file) } }] }
  await using gateway = await startTestGateway({ upstream, config: { pipelines } })
  const { status } = await fetch(`${gateway.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'gpt-test', messages: [{ role: 'user', content: 'Hello' }] }),
  })
  return status
}

async function guarded(options: PluginRunOptions): Promise<PluginRun> {
  const { definition } = await load('plugin', './no-secrets.ts', folder, loading)
  return await runPlugin(definition, { options: { patterns: ['AKIA[0-9A-Z]{16}'] }, ...options })
}
