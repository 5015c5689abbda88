/** Guardrails that ask somebody: whoever is asked is let go when nobody waits for the answer any more. */

import { expect } from 'chai'
import { Gate } from '../../core/testing/gate.ts'
import { ScriptedUpstream } from '../../core/testing/scripted-upstream.ts'
import { TurnedClock } from '../../core/testing/turned-clock.ts'
import { AdminGateway } from '../support/admin.ts'
import { hello } from '../support/serve.ts'
import { until } from '../support/until.ts'

const timeoutMs = 5017

const types: Readonly<Record<string, (service: string) => object>> = {
  llm_judge: () => ({ model: 'asked', prompt: 'Block cats' }),
  llm_based_altering: () => ({ model: 'asked' }),
  presidio: url => ({ analyzer_url: url, timeout_ms: 60_000 }),
  webhook: url => ({ url: `${url}/hook`, timeout_ms: 60_000 }),
}

describe('a guardrail that asks', () => {
  for (const [type, config] of Object.entries(types)) {
    describe(`as ${type} does`, () => {
      let asked: ScriptedUpstream
      let admin: AdminGateway
      let clock: TurnedClock
      beforeEach(async () => {
        clock = new TurnedClock()
        asked = await ScriptedUpstream.start()
        const providers = { openai: { models: ['gpt-test'] }, second: { type: 'openai', api_key: 'sk-second', base_url: `${asked.url}/v1`, models: ['asked'] } }
        admin = await AdminGateway.start({
          clock,
          config: { providers, guardrails: { rules: [{ name: 'asking', type, timeout_ms: timeoutMs, config: config(asked.url) }] } },
        })
        asked.always({ gates: { beforeHeaders: new Gate() }, body: {} })
      })
      afterEach(async () => {
        await asked.close()
        await admin[Symbol.asyncDispose]()
      })

      const questions = () => asked.requests.filter(({ method }) => method === 'POST')

      it('lets go of whom it asked when it has had its time', async () => {
        const call = admin.served.chat()
        await until(() => questions().length === 1)
        clock.advance(timeoutMs)
        await questions()[0]?.aborted
        expect(questions()[0]?.state).to.equal('aborted')
        expect((await call).status).to.equal(500)
      })

      it('lets go of whom it asked when the caller leaves', async () => {
        const leaving = new AbortController()
        const call = admin.served.open('POST', '/v1/chat/completions', hello, {}, leaving.signal).catch(() => {})
        await until(() => questions().length === 1)
        leaving.abort()
        await questions()[0]?.aborted
        expect(questions()[0]?.state).to.equal('aborted')
        await call
      })
    })
  }

  it('begins no more questions once it has had its time', async () => {
    const clock = new TurnedClock()
    await using asked = await ScriptedUpstream.start()
    const providers = { openai: { models: ['gpt-test'] }, second: { type: 'openai', api_key: 'sk-second', base_url: `${asked.url}/v1`, models: ['asked'] } }
    await using admin = await AdminGateway.start({
      clock,
      config: { providers, guardrails: { rules: [{ name: 'asking', type: 'llm_based_altering', timeout_ms: timeoutMs, config: { model: 'asked' } }] } },
    })
    asked.always({ gates: { beforeHeaders: new Gate() }, body: {} })
    const content = Array.from({ length: 20 }, (_, i) => ({ type: 'text', text: `text ${i}` }))
    const call = admin.served.chat({ model: 'gpt-test', messages: [{ role: 'user', content }] })
    const questions = () => asked.requests.filter(({ method }) => method === 'POST')
    await until(() => questions().length === 8)
    clock.advance(timeoutMs)
    expect((await call).status).to.equal(500)
    await Promise.all(questions().map(question => question.aborted))
    expect(questions()).to.have.length(8)
  })
})
