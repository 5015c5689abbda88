import { expect } from 'chai'
import { runPlugin } from '../../core/testing/run-plugin.ts'
import plugin from '../../plugins/system-prompt/index.ts'
import type { CallerDialect } from '../support/caller-streams.ts'
import { speakers, spokenReply } from '../support/model-streams.ts'
import { hello, Served } from '../support/serve.ts'
import { embeddings } from '../../core/testing/chat-samples.ts'

const user = { role: 'user', content: 'Hello' }
const system = (content: unknown, role = 'system') => ({ role, content })
const part = (text: string) => ({ type: 'text', text })

describe('system-prompt', () => {
  const cases: readonly [string, object, readonly object[], readonly object[]][] = [
    ['injects where there are no instructions', {}, [user], [system('Be kind'), user]],
    ['injects nothing where there are some', {}, [system('Mine'), user], [system('Mine'), user]],
    ['injects nothing where there are some for a developer', {}, [system('Mine', 'developer'), user], [system('Mine', 'developer'), user]],
    ['overrides all instructions', { mode: 'override' }, [system('One'), user, system('Two')], [system('Be kind'), user]],
    ["overrides in the caller's own role", { mode: 'override' }, [system('One', 'developer'), user], [system('Be kind', 'developer'), user]],
    ['overrides nothing by injecting', { mode: 'override' }, [user], [system('Be kind'), user]],
    ['decorates the first instructions', { mode: 'decorator' }, [system('One'), system('Two'), user], [system('Be kind\nOne'), system('Two'), user]],
    [
      'decorates the first text of several',
      { mode: 'decorator' },
      [system([part('One'), part('Two')]), user],
      [system([part('Be kind\nOne'), part('Two')]), user],
    ],
    ['decorates nothing by injecting', { mode: 'decorator' }, [user], [system('Be kind'), user]],
  ]
  for (const [sentence, options, messages, expected] of cases) {
    it(sentence, async () => {
      const { upstream, status } = await runPlugin(plugin, { options: { content: 'Be kind', ...options }, request: { messages } })
      expect(status).to.equal(200)
      expect(upstream?.['messages']).to.deep.equal(expected)
    })
  }

  const spoken: readonly [CallerDialect, string, object, (body: Record<string, unknown>) => readonly unknown[]][] = [
    ['openai-responses', '/v1/responses', { instructions: 'Mine', input: 'Hello' }, ({ instructions, input }) => [instructions, input]],
    [
      'anthropic-messages',
      '/v1/messages',
      { system: 'Mine', max_tokens: 9, messages: [user] },
      ({ system: instructions, messages }) => [instructions, messages],
    ],
  ]
  for (const [dialect, path, said, read] of spoken) {
    const instructed: readonly [string, string][] = [
      ['inject', 'Mine'],
      ['override', 'Be kind'],
      ['decorator', 'Be kind\nMine'],
    ]
    for (const [mode, expected] of instructed) {
      it(`has the instructions of ${dialect} where that has them, by ${mode}`, async () => {
        const rules = [{ name: 'kind', type: 'system_prompt', config: { content: 'Be kind', mode } }]
        await using served = await Served.start({
          config: { guardrails: { rules }, providers: { spoken: speakers[dialect] }, resilience: { retry: { max_retries: 0 } } },
        })
        served.upstream.always({ body: spokenReply(dialect, { pieces: ['Fine.'] }) })
        const request = { model: 'spoken/m', ...said } as Record<string, unknown>
        expect((await served.call('POST', path, request)).status).to.equal(200)
        const received = JSON.parse(served.upstream.requests.at(-1)?.body.toString() ?? '{}') as Record<string, unknown>
        expect(read(received)).to.deep.equal([expected, read(request)[1]])
      })
    }
  }

  it('leaves embeddings alone', async () => {
    const rules = [{ name: 'kind', type: 'system_prompt', config: { content: 'Be kind' } }]
    await using served = await Served.start({ config: { guardrails: { rules } } })
    served.upstream.always({ body: embeddings({ vectors: [[1]] }) })
    const request = { model: 'gpt-test', input: 'x' }
    expect((await served.call('POST', '/v1/embeddings', request)).status).to.equal(200)
    expect(JSON.parse(served.upstream.requests[0]?.body.toString() ?? '')).to.deep.equal(request)
  })

  it('leaves alone what nobody can read', async () => {
    const step = { insert: { use: 'system-prompt', options: { content: 'Be kind' } }, after: 'passthrough' }
    await using served = await Served.start({ env: { ALLOW_UNGUARDED_PASSTHROUGH: 'true' }, config: { pipelines: { passthrough: [step] } } })
    served.upstream.always({ body: { ok: true } })
    expect((await served.call('POST', '/p/openai/files', Buffer.from('{"a" : 1}'))).status).to.equal(200)
    expect(served.upstream.requests[0]?.body.toString()).to.equal('{"a" : 1}')
  })

  it('needs content, and knows its modes', async () => {
    for (const options of [{}, { content: '' }, { content: 'x', mode: 'append' }]) {
      const failed = await runPlugin(plugin, { options, request: hello }).then(
        () => undefined,
        (cause: unknown) => cause as Error,
      )
      expect(failed, JSON.stringify(options)).to.be.an('error')
    }
  })
})
