import { expect } from 'chai'
import { setImmediate as turn } from 'node:timers/promises'
import { request } from 'undici'
import { modelList } from '../../../core/testing/chat-samples.ts'
import { Gate } from '../../../core/testing/gate.ts'
import { startTestGateway } from '../../../core/testing/gateway.ts'
import { ScriptedUpstream } from '../../../core/testing/scripted-upstream.ts'

const listed = { body: modelList(['llama']) }
const answers = { 'are listed': listed, 'could not be listed': { status: 500 } }

/** A gateway before a provider that does not list its models before the gate opens. */
async function startBefore(upstream: ScriptedUpstream, gate: Gate, answer: object, health: object) {
  upstream.always({ ...answer, gates: { beforeHeaders: gate } })
  const gateway = await startTestGateway({ config: { health, providers: { slow: { type: 'openai-compatible', base_url: upstream.url } } } })
  await upstream.received()
  return {
    async ready() {
      const { statusCode, body } = await request(`${gateway.url}/health/ready`)
      const { status, checks } = (await body.json()) as { readonly status: string; readonly checks: Readonly<Record<string, string>> }
      return { statusCode, status, models: checks['models'] }
    },
    [Symbol.asyncDispose]: gateway[Symbol.asyncDispose],
  }
}

describe('readiness', () => {
  for (const [what, answer] of Object.entries(answers)) {
    it(`waits until models ${what}, where health.ready_requires_models is set`, async () => {
      await using upstream = await ScriptedUpstream.start()
      const gate = new Gate()
      await using gateway = await startBefore(upstream, gate, answer, { ready_requires_models: true })
      expect(await gateway.ready()).to.deep.equal({ statusCode: 503, status: 'not_ready', models: 'waiting' })
      gate.open()
      while ((await gateway.ready()).statusCode !== 200) await turn()
      expect(await gateway.ready()).to.deep.equal({ statusCode: 200, status: 'ready', models: undefined })
    })
  }

  it('waits for no models otherwise', async () => {
    await using upstream = await ScriptedUpstream.start()
    const gate = new Gate()
    await using gateway = await startBefore(upstream, gate, listed, {})
    expect(await gateway.ready()).to.deep.equal({ statusCode: 200, status: 'ready', models: undefined })
    gate.open()
  })
})
