import { expect } from 'chai'
import { chatCompletion } from '../../../core/testing/chat-samples.ts'
import { configuration, hello, Served } from '../../support/serve.ts'

/** Declared, and without the key that its type needs. */
const declared = { groq: {} }
const team = { 'x-tapline-user-path': '/team' }

describe('of a provider that is declared and lacks its key, the configuration', () => {
  const rows: readonly [string, object, string, string | undefined][] = [
    [
      'may name targets, which are passed by',
      { virtual_models: [{ source: 'smart', targets: [{ provider: 'groq', model: 'x' }, { model: 'gpt-test' }] }] },
      'smart',
      undefined,
    ],
    ['may say who may use its models', { virtual_models: [{ source: 'groq/*', user_paths: ['/other'] }] }, 'gpt-test', undefined],
    ['may keep callers to its models, who then may use none', { users: [{ path: '/team', allowed_models: ['groq/*'] }] }, 'gpt-test', 'model_access_denied'],
    [
      'may have a workflow',
      { workflows: { rules: [{ name: 'w', scope_provider_name: 'groq', workflow_payload: { schema_version: 2 } }] } },
      'gpt-test',
      undefined,
    ],
  ]
  for (const [what, config, model, code] of rows)
    it(what, async () => {
      await using served = await Served.start({ config: { providers: declared, ...config } })
      served.upstream.always({ body: chatCompletion() })
      const { body } = await served.chat({ ...hello, model }, team)
      expect((JSON.parse(body.toString()) as { error?: { code: string } }).error?.code).to.equal(code)
    })

  for (const [what, config] of rows)
    it(`${what}, until nobody declares it`, async () => {
      await using served = await Served.start({ config: { providers: declared, ...config } })
      const reload = async (said: object) => {
        await served.gateway.configure(configuration({ ...config, ...said }, served.completions))
        return await served.gateway.gateway.reload()
      }
      expect(await reload({})).to.equal(false)
      expect(await reload({ providers: { groq: { api_key: 'k', models: ['x'] } } })).to.equal(true)
    })
})
