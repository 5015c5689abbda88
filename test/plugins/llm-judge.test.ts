import { expect } from 'chai'
import { chatCompletion, type CompletionSample } from '../../core/testing/chat-samples.ts'
import { gatewayError, type GatewayError } from '../../core/errors.ts'
import { runPlugin, type PluginRun, type PluginRunOptions } from '../../core/testing/run-plugin.ts'
import type { ReceivedRequest } from '../../core/testing/received-request.ts'
import plugin from '../../plugins/llm-judge/index.ts'
import { AnsweringModel } from '../support/asked-model.ts'
import { AdminGateway } from '../support/admin.ts'
import { hello } from '../support/serve.ts'
import { everythingOn, makeWorkflow } from '../support/workflows.ts'

const messages = [
  { role: 'system', content: 'Be kind' },
  { role: 'user', content: 'First' },
  { role: 'assistant', content: 'Well' },
  {
    role: 'user',
    content: [
      { type: 'text', text: 'And' },
      { type: 'text', text: 'then' },
    ],
  },
]

type Judged = PluginRun & { readonly model: AnsweringModel }

async function run(
  answer: CompletionSample | number | GatewayError | ((text: string) => CompletionSample | number),
  options: object = {},
  more: PluginRunOptions = {},
): Promise<Judged> {
  const model = new AnsweringModel(typeof answer === 'function' ? answer : () => answer)
  const outcome = await runPlugin(plugin, {
    request: { messages },
    services: model.services,
    ...more,
    options: { model: 'judge', prompt: 'Block cats', ...options },
  })
  return { ...outcome, model }
}

const says = (content: string): CompletionSample => ({ content })
const header = 'x-tapline-guardrail'

describe('llm-judge', () => {
  describe('asks its model', () => {
    it('about the last message of the user, and then about the reply', async () => {
      const { model, status, reply } = await run(says('{"verdict":"allow","reason":"fine"}'))
      expect([status, reply.text]).to.deep.equal([200, 'Hello!'])
      expect(model.texts).to.deep.equal(['And\nthen', 'Hello!'])
      expect(model.calls[0]?.body).to.include({ model: 'judge', max_tokens: 2048, temperature: 0 })
      expect(model.calls[0]?.body.messages[0]?.content)
        .to.match(/^Block cats\n\n/)
        .and.to.contain('"verdict"')
    })

    const targets: readonly [string, readonly string[]][] = [
      ['auto', ['And\nthen', 'Hello!']],
      ['last_user', ['And\nthen']],
      ['all_user', ['First\nAnd\nthen']],
      [
        'conversation',
        ['system: Be kind\nuser: First\nassistant: Well\nuser: And\nthen', 'system: Be kind\nuser: First\nassistant: Well\nuser: And\nthen\nassistant: Hello!'],
      ],
    ]
    for (const [target, texts] of targets) {
      it(`about what the target ${target} names`, async () => {
        expect((await run(says('allow'), { target })).model.texts).to.deep.equal(texts)
      })
    }

    it('once about the same text', async () => {
      const { model } = await run(says('allow'), {}, { request: { messages: [{ role: 'user', content: 'Same' }] }, answer: 'Same' })
      expect(model.texts).to.deep.equal(['Same'])
    })

    it('nothing where there is no text', async () => {
      expect((await run(says('allow'), {}, { request: { messages: [{ role: 'system', content: 'x' }] } })).model.texts).to.deep.equal(['Hello!'])
    })

    it('about the arguments of tool calls, too', async () => {
      const toolCalls = [{ name: 'f', arguments: '{"q":"cats"}' }]
      expect((await run(says('allow'), {}, { answer: chatCompletion({ content: 'Look', toolCalls }) })).model.texts[1]).to.equal('Look\ncats')
    })

    it('in the name of the caller, below his path or its own, with no list of models', async () => {
      const caller = { method: 'api_key', keyId: 'k1', allowedModels: ['test-model'], admin: { level: 'all' } } as unknown as NonNullable<
        PluginRunOptions['caller']
      >
      const { model } = await run(says('allow'), {}, { caller, userPath: '/team/a' })
      expect(model.calls[0]).to.deep.include({
        path: '/v1/chat/completions',
        userPath: '/team/a/guardrails/llm-judge',
        origin: 'plugin',
        caller: { method: 'api_key', keyId: 'k1', userPath: '/team/a/guardrails/llm-judge' },
      })
      expect((await run(says('allow'), { user_path: '/safety' }, { caller, userPath: '/team/a' })).model.calls[0]?.userPath).to.equal(
        '/safety/guardrails/llm-judge',
      )
      expect((await run(says('allow'))).model.calls[0]?.userPath).to.equal('/guardrails/llm-judge')
    })
  })

  describe('reads a verdict', () => {
    const blocking = [
      '{"verdict":"block","reason":"cats"}',
      ' { "reason": "x", "verdict": "BLOCK" } ',
      'block',
      'Block.',
      '"block"',
      '**block**',
      '```json\n{"verdict":"block"}\n```',
    ]
    for (const text of blocking) {
      it(`to block from ${JSON.stringify(text)}`, async () => {
        const { status, body } = await run(says(text))
        expect([status, body.error.code]).to.deep.equal([400, 'llm_judge_block'])
      })
    }
    for (const text of ['{"verdict":"allow"}', 'allow', 'ALLOW']) {
      it(`to allow from ${JSON.stringify(text)}`, async () => {
        expect((await run(says(text))).headers[header]).to.equal(undefined)
      })
    }
    const vague = [
      'I would block this',
      '{"verdict":"maybe"}',
      '{"decision":"block"}',
      '["block"]',
      'null',
      '{"verdict":"block"',
      'allow or block',
      '{"verdict":{"verdict":"block"}}',
    ]
    for (const text of vague) {
      it(`that is unclear from ${JSON.stringify(text)}`, async () => {
        const { status, headers } = await run(says(text))
        expect([status, headers[header]]).to.deep.equal([200, 'warn; code=llm_judge_unclear'])
      })
    }
    const none: Readonly<Record<string, CompletionSample>> = {
      'that was cut by the cap': { content: '{"verdict":"allow"}', finishReason: 'length' },
      'that says nothing, as one of reasoning alone does': { content: '' },
      'that calls a tool': { content: 'block', toolCalls: [{ name: 'f', arguments: '{}' }] },
    }
    for (const [name, sample] of Object.entries(none)) {
      it(`from no answer ${name}`, async () => {
        const { status, headers } = await run(sample)
        expect([status, headers[header]]).to.deep.equal([200, 'warn; code=llm_judge_no_verdict'])
      })
    }

    const unclear: readonly [string, number, string | undefined, string | undefined][] = [
      ['allow', 200, undefined, undefined],
      ['warn', 200, 'warn; code=llm_judge_unclear', undefined],
      ['block', 400, undefined, 'llm_judge_unclear'],
    ]
    for (const [on_unclear, status, warning, code] of unclear) {
      it(`that is unclear, and then does as on_unclear says: ${on_unclear}`, async () => {
        const { status: got, headers, body } = await run(says('hm'), { on_unclear })
        expect([got, headers[header], body.error?.code]).to.deep.equal([status, warning, code])
      })
    }
  })

  describe('when the verdict is to block', () => {
    const ofReplies = (text: string) => says(text === 'Hello!' ? 'block' : 'allow')

    it('blocks a prompt with 400 and a reply with 502, or with the status it is given', async () => {
      expect((await run(says('block'))).upstream).to.equal(undefined)
      const { status, body } = await run(ofReplies, { message: 'No cats' })
      expect([status, body.error.code, body.error.message]).to.deep.equal([502, 'llm_judge_block', 'No cats'])
      expect((await run(ofReplies, { block_status: 451 })).status).to.equal(451)
    })

    it('answers in the place of a prompt and of a reply', async () => {
      expect((await run(says('block'), { action: 'respond', respond_text: 'Let us not' })).reply.text).to.equal('Let us not')
      expect((await run(ofReplies, { action: 'respond', message: 'Hm' })).reply.text).to.equal('Hm')
    })

    it('warns', async () => {
      const { headers, reply } = await run(says('block'), { action: 'warn' })
      expect([headers[header], reply.text]).to.deep.equal(['warn; code=llm_judge_block', 'Hello!'])
    })

    it('collects a stream, and lets nothing of it out', async () => {
      const { status, body } = await run(ofReplies, {}, { request: { messages, stream: true }, answer: ['Hel', 'lo!'] }).then(({ status: got, reply }) => ({
        status: got,
        body: reply.raw,
      }))
      expect([status, body.includes('Hel')]).to.deep.equal([502, false])
    })
  })

  describe('that gets no answer', () => {
    it('fails closed, or open if the operator says so, and tells nobody what it asked', async () => {
      const { status, body, failures } = await run(503)
      expect([status, body.error.code]).to.deep.equal([500, 'plugin_failure'])
      expect(String(failures[0]?.cause)).to.contain('status 503').and.to.not.contain('then')
      const open = await run(503, {}, { onError: 'open' })
      expect([open.status, open.reply.text]).to.deep.equal([200, 'Hello!'])
    })
  })

  it("passes on that a budget or a limit refused its call, and until when; a provider's refusal is a failure", async () => {
    const { status, headers, body } = await run(gatewayError('budget_exceeded', 'the budget is spent', { retryAfterMs: 5000, shouldRetry: false }))
    expect([status, body.error.code, headers['retry-after'], headers['x-should-retry']]).to.deep.equal([429, 'budget_exceeded', '5', 'false'])
    expect((await run(gatewayError('rate_limit_exceeded', 'slowly', { provider: 'openai' }))).status).to.equal(500)
    expect((await run(gatewayError('budget_exceeded', 'the budget is spent'), {}, { onError: 'open' })).status).to.equal(200)
  })

  for (const options of [{ model: '' }, { prompt: '' }, { user_path: 'team' }, { target: 'all' }, { temperature: 3 }]) {
    it(`refuses the options ${JSON.stringify(options)}`, async () => {
      const failed = await run(says('allow'), options).then(
        () => undefined,
        (cause: unknown) => cause as Error,
      )
      expect(failed?.message).to.contain(Object.keys(options)[0])
    })
  }

  describe('in a gateway', () => {
    const rules = [
      { name: 'the judge', type: 'llm_judge', config: { model: 'judge', prompt: 'Block cats', action: 'warn' } },
      { name: 'words', type: 'string_replace', config: { rules: 'hello => goodbye', roles: ['all'] }, order: 1 },
    ]
    const script = ({ body }: ReceivedRequest) => ({
      body: chatCompletion({ content: body.includes('"judge"') ? '{"verdict":"block"}' : 'hello', usage: { prompt_tokens: 7, completion_tokens: 2 } }),
    })

    it("asks by calls that other guardrails do not look at, and that are recorded as a plugin's", async () => {
      await using admin = await AdminGateway.start({ config: { guardrails: { rules } }, env: { OPENAI_MODELS: 'gpt-test,judge' } })
      const { served } = admin
      served.upstream.always(script)
      const { headers, body } = await served.chat(hello, { 'x-tapline-user-path': '/team' })
      expect([headers[header], JSON.parse(body.toString()).choices[0].message.content]).to.deep.equal(['warn; code=llm_judge_block', 'goodbye'])
      const asked = served.upstream.requests.map(({ body: sent }) => JSON.parse(sent.toString()) as { model: string; messages: { content: string }[] })
      expect(asked.map(({ model, messages: sent }) => [model, sent.at(-1)?.content])).to.deep.equal([
        ['judge', 'hello'],
        ['gpt-test', 'goodbye'],
        ['judge', 'goodbye'],
      ])
      const { json } = await admin.call('GET', '/usage/log?limit=10')
      const rows = (json.entries as { model: string; user_path: string; origin: string; endpoint: string }[]).map(({ model, user_path, origin, endpoint }) => ({
        model,
        user_path,
        origin,
        endpoint,
      }))
      const own = { model: 'judge', user_path: '/team/guardrails/the judge', origin: 'plugin', endpoint: '/v1/chat/completions' }
      expect(rows).to.have.deep.members([own, own, { model: 'gpt-test', user_path: '/team', origin: 'client', endpoint: '/v1/chat/completions' }])
    })

    it('has its calls counted in the session of the call that it judges', async () => {
      await using admin = await AdminGateway.start({ config: { guardrails: { rules } }, env: { OPENAI_MODELS: 'gpt-test,judge' } })
      admin.served.upstream.always(script)
      await admin.served.chat(hello)
      const { json } = await admin.call('GET', '/usage/log?limit=10')
      const sessions = (json.entries as { session_id: string | null }[]).map(({ session_id: session }) => session)
      expect(sessions).to.have.length(3)
      expect(new Set(sessions).size).to.equal(1)
      expect(sessions[0]).to.match(/^auto-/)
    })

    it('has its calls counted below the path of its rule, in workflows that name it, too', async () => {
      await using admin = await AdminGateway.start({
        config: { guardrails: { rules: [{ ...rules[0], user_path: '/safety' }] } },
        env: { OPENAI_MODELS: 'gpt-test,judge' },
      })
      await makeWorkflow(admin, {
        scope_user_path: '/team',
        workflow_payload: { schema_version: 2, features: everythingOn, steps: [{ ref: 'the judge', phase: 'prompt' }] },
      })
      const { served } = admin
      served.upstream.always(script)
      await served.chat(hello)
      await served.chat(hello, { 'x-tapline-user-path': '/team' })
      const { json } = await admin.call('GET', '/usage/log?limit=10&model=judge')
      expect((json.entries as { user_path: string }[]).map(({ user_path: path }) => path)).to.deep.equal(
        Array.from({ length: 2 }, () => '/safety/guardrails/the judge'),
      )
      const [shown] = (await admin.call('GET', '/guardrails')).json as { user_path: string; config: object }[]
      expect(shown).to.include({ user_path: '/safety' })
      expect(shown?.config).to.not.have.property('user_path')
    })
  })
})
