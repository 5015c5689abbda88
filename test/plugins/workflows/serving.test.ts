import { expect } from 'chai'
import { chatChunks, chatCompletion } from '../../../core/testing/chat-samples.ts'
import { Gate } from '../../../core/testing/gate.ts'
import { ScriptedUpstream } from '../../../core/testing/scripted-upstream.ts'
import { AdminGateway } from '../../support/admin.ts'
import { hello, helloStream } from '../../support/serve.ts'
import { everythingOn, makeGuardrail, makeWorkflow } from '../../support/workflows.ts'

const at = (path: string) => ({ 'x-tapline-user-path': path })
const text = async (answer: Promise<{ body: Buffer }>) => JSON.parse((await answer).body.toString()).choices?.[0]?.message?.content
const received = (gateway: AdminGateway) =>
  JSON.parse(gateway.served.upstream.requests.at(-1)?.body.toString() ?? '{}') as { messages: { role: string; content: string }[] }

/** Waits until two of it have been asked. */
const looker = `
import { answer, block, definePlugin, warn } from 'tapline'
const waiting = []
export default definePlugin({
  name: 'looker',
  edits: false,
  phases: ['prompt'],
  schema: { type: 'object', properties: { says: { type: 'string', default: 'x' }, ...Object.fromEntries(['block', 'respond', 'warn', 'fail'].map(what => [what, { type: 'integer' }])) } },
  setup: ({ options }) => ({
    async prompt() {
      await new Promise(asked => { waiting.push(asked); if (waiting.length === 2) for (const each of waiting) each() })
      if (options.fail) throw new Error('failed')
      if (options.block) return block(options.says, 'blocked')
      if (options.respond) return answer(options.says)
      if (options.warn) return warn(options.says)
    },
  }),
})
`

describe('workflows', () => {
  it('switch the cache off for one team', async () => {
    await using gateway = await AdminGateway.start({ config: { cache: { response: { simple: { enabled: true } } } } })
    gateway.served.upstream.always({ body: chatCompletion() })
    await makeWorkflow(gateway, { scope_user_path: '/team/legal', workflow_payload: { schema_version: 2, features: { ...everythingOn, cache: false } } })
    const cached = async (path: string) => (await gateway.served.chat(hello, at(path))).headers['x-cache'] as string | undefined
    expect([await cached('/team'), await cached('/team'), await cached('/team/legal/x'), await cached('/team/legal/x')]).to.deep.equal([
      undefined,
      'HIT (exact)',
      undefined,
      undefined,
    ])
  })

  it('keep the answers of each path apart where they say so', async () => {
    await using gateway = await AdminGateway.start({ config: { cache: { response: { simple: { enabled: true } } } } })
    gateway.served.upstream.always({ body: chatCompletion() })
    await makeWorkflow(gateway, {
      scope_user_path: '/team',
      workflow_payload: { schema_version: 2, features: everythingOn, cache: { partition: 'user_path' } },
    })
    const cached = async (path: string) => (await gateway.served.chat(hello, at(path))).headers['x-cache'] as string | undefined
    expect([await cached('/team/a'), await cached('/team/a'), await cached('/team/b')]).to.deep.equal([undefined, 'HIT (exact)', undefined])
  })

  it('put a guardrail before one model alone', async () => {
    await using gateway = await AdminGateway.start({ env: { OPENAI_MODELS: 'gpt-test,gpt-other' } })
    await makeGuardrail(gateway, { name: 'no canary', type: 'string_replace', config: { rules: 'canary => bird' } })
    await makeWorkflow(gateway, {
      scope_provider_name: 'openai',
      scope_model: 'gpt-other',
      workflow_payload: { schema_version: 2, features: everythingOn, steps: [{ ref: 'no canary' }] },
    })
    const said = async (model: string) => {
      await gateway.served.chat({ model, messages: [{ role: 'user', content: 'a canary' }] })
      return received(gateway).messages[0]?.content
    }
    expect([await said('gpt-test'), await said('gpt-other')]).to.deep.equal(['a canary', 'a bird'])
  })

  it('guard replies and streams in the phases that they name, in the order of their steps', async () => {
    await using gateway = await AdminGateway.start()
    gateway.served.upstream.reply({ body: chatCompletion({ content: 'Hello!' }) }, { chunks: chatChunks({ pieces: ['Hel', 'lo!'] }) })
    for (const [name, rules] of [
      ['first', 'Hello => one'],
      ['second', 'one => two'],
    ] as const)
      await makeGuardrail(gateway, { name, type: 'string_replace', config: { rules } })
    const steps = (['response', 'stream'] as const).flatMap(phase => [
      { ref: 'second', phase, step: 20 },
      { ref: 'first', phase, step: 10 },
    ])
    await makeWorkflow(gateway, { workflow_payload: { schema_version: 2, features: everythingOn, steps } })
    expect(await text(gateway.served.chat(hello))).to.contain('two')
    const stream = (await gateway.served.chat(helloStream)).body.toString()
    expect(stream).to.contain('two')
    expect(stream).to.not.contain('Hello')
  })

  it('let streams flow past a guardrail that stands on replies and on streams', async () => {
    await using gateway = await AdminGateway.start()
    const gate = new Gate()
    gateway.served.upstream.always({
      chunks: chatChunks({ pieces: ['a canary and something that is long enough to leave', ' later'] }),
      gates: { beforeChunk: { 2: gate } },
    })
    await makeGuardrail(gateway, { name: 'no canary', type: 'string_replace', config: { rules: 'canary => bird', stream_lookbehind: 10 } })
    await makeWorkflow(gateway, {
      workflow_payload: { schema_version: 2, features: everythingOn, steps: ['response', 'stream'].map(phase => ({ ref: 'no canary', phase })) },
    })
    const { body } = await gateway.served.open('POST', '/v1/chat/completions', helloStream)
    let said = ''
    for await (const bytes of body) {
      said += String(bytes)
      if (said.includes('a bird')) gate.open()
    }
    expect(said).to.include('later').and.not.include('canary')
  })

  for (const { phases, asked } of [
    { phases: ['stream'], asked: { plain: 0, streamed: 1 } },
    { phases: ['response'], asked: { plain: 1, streamed: 1 } },
    { phases: ['response', 'stream'], asked: { plain: 1, streamed: 1 } },
    { phases: ['prompt', 'response', 'stream'], asked: { plain: 2, streamed: 2 } },
  ]) {
    it(`ask a guardrail once of each that stands in ${phases.join(', ')}`, async () => {
      await using gateway = await AdminGateway.start()
      await using service = await ScriptedUpstream.start({ models: [] })
      service.always({ body: { decision: 'allow' } })
      gateway.served.upstream.reply({ body: chatCompletion() }, { chunks: chatChunks({ pieces: ['Hel', 'lo!'] }) })
      await makeGuardrail(gateway, { name: 'asking', type: 'webhook', config: { url: `${service.url}/ask` } })
      await makeWorkflow(gateway, { workflow_payload: { schema_version: 2, features: everythingOn, steps: phases.map(phase => ({ ref: 'asking', phase })) } })
      await gateway.served.chat(hello)
      const plain = service.requests.length
      await gateway.served.chat(helloStream)
      expect({ plain, streamed: service.requests.length - plain }).to.deep.equal(asked)
    })
  }

  const judged: readonly [string, object, object, unknown][] = [
    ['the gravest of what they say', { respond: 1 }, { block: 1 }, [400, 'later_says']],
    ['the block of the first by name, of two', { block: 1 }, { block: 1 }, [400, 'earlier_says']],
    ['an answer before a warning', { warn: 1 }, { respond: 1 }, [200, 'later_says']],
    ['a failure before a block', { block: 1 }, { fail: 1 }, [500, 'plugin_failure']],
    ['nothing, where none says anything', {}, {}, [200, 'Hello!']],
  ]
  for (const [what, earlier, later, expected] of judged) {
    it(`ask those of one step that only look at once, and hear ${what}`, async () => {
      await using gateway = await AdminGateway.start({ files: { 'looker.ts': looker }, config: { plugins: { load: [{ file: './looker.ts' }] } } })
      gateway.served.upstream.always({ body: chatCompletion({ content: 'Hello!' }) })
      for (const [name, config] of [
        ['earlier', earlier],
        ['later', later],
      ] as const)
        await makeGuardrail(gateway, { name, type: 'looker', config: { ...config, says: `${name}_says` } })
      await makeWorkflow(gateway, { workflow_payload: { schema_version: 2, features: everythingOn, steps: [{ ref: 'later' }, { ref: 'earlier' }] } })
      const { status, body } = await gateway.served.chat(hello)
      const { error, choices } = JSON.parse(body.toString()) as { error?: { code: string }; choices?: { message: { content: string } }[] }
      expect([status, error?.code ?? choices?.[0]?.message.content]).to.deep.equal(expected)
    })
  }

  it('set headers of the call by a guardrail on prompts', async () => {
    await using gateway = await AdminGateway.start()
    await makeGuardrail(gateway, { name: 'team header', type: 'header_edit', config: { upstream_set: { 'x-team': 'legal' } } })
    await makeWorkflow(gateway, { workflow_payload: { schema_version: 2, features: everythingOn, steps: [{ ref: 'team header' }] } })
    await gateway.served.chat()
    expect(gateway.served.upstream.requests.at(-1)?.headers['x-team']).to.equal('legal')
  })

  it('read payloads of the first version as guardrails on prompts', async () => {
    await using gateway = await AdminGateway.start()
    await makeGuardrail(gateway, { name: 'polite', type: 'system_prompt', config: { content: 'Be polite.' } })
    const payload = { schema_version: 1, features: everythingOn, guardrails: [{ ref: 'polite', step: 3 }] }
    const made = await makeWorkflow(gateway, { workflow_payload: payload })
    expect(made['workflow_payload']).to.deep.equal(payload)
    await gateway.served.chat()
    expect(received(gateway).messages[0]).to.deep.equal({ role: 'system', content: 'Be polite.' })
  })

  it('read payloads of the third version as changes to pipelines', async () => {
    await using gateway = await AdminGateway.start()
    const patch = [{ insert: { use: 'system-prompt', name: 'brief', options: { content: 'Be brief.' } }, after: 'guardrails' }, { remove: 'failover' }]
    await makeWorkflow(gateway, { scope_user_path: '/team', workflow_payload: { schema_version: 3, patch } })
    await gateway.served.chat(hello, at('/team'))
    expect(received(gateway).messages[0]?.content).to.equal('Be brief.')
    await gateway.served.chat(hello)
    expect(received(gateway).messages[0]?.role).to.equal('user')
  })

  it('do not reach requests without a path by one for /, and reach them by one for everything', async () => {
    await using gateway = await AdminGateway.start()
    await makeGuardrail(gateway, { name: 'root', type: 'system_prompt', config: { content: 'root' } })
    await makeGuardrail(gateway, { name: 'all', type: 'system_prompt', config: { content: 'all' } })
    await makeWorkflow(gateway, { scope_user_path: '/', workflow_payload: { schema_version: 2, features: everythingOn, steps: [{ ref: 'root' }] } })
    await makeWorkflow(gateway, { workflow_payload: { schema_version: 2, features: everythingOn, steps: [{ ref: 'all' }] } })
    await gateway.served.chat(hello)
    expect(received(gateway).messages[0]?.content).to.equal('all')
    await gateway.served.chat(hello, at('/x'))
    expect(received(gateway).messages[0]?.content).to.equal('root')
  })

  it('take the place of the guardrails of the configuration, and leave them to everybody else', async () => {
    await using gateway = await AdminGateway.start({
      config: { guardrails: { rules: [{ name: 'standing', type: 'system_prompt', config: { content: 'standing' } }] } },
    })
    await makeWorkflow(gateway, { scope_user_path: '/free', workflow_payload: { schema_version: 2, features: everythingOn, steps: [] } })
    await gateway.served.chat(hello)
    expect(received(gateway).messages[0]?.content).to.equal('standing')
    await gateway.served.chat(hello, at('/free'))
    expect(received(gateway).messages[0]?.content).to.equal('hello')
  })

  it('let a request that is under way finish as it began', async () => {
    await using gateway = await AdminGateway.start()
    await makeGuardrail(gateway, { name: 'mask', type: 'string_replace', config: { rules: 'Hello => old' } })
    const guarded = { schema_version: 2, features: everythingOn, steps: [{ ref: 'mask', phase: 'response' }] }
    await makeWorkflow(gateway, { workflow_payload: guarded })
    const gate = new Gate()
    gateway.served.upstream.reply({ body: chatCompletion({ content: 'Hello!' }), gates: { beforeHeaders: gate } })
    const answer = text(gateway.served.chat(hello))
    await gate.reached
    await makeWorkflow(gateway, { workflow_payload: { ...guarded, steps: [] } })
    gate.open()
    expect(await answer).to.contain('old')
    gateway.served.upstream.reply({ body: chatCompletion({ content: 'Hello!' }) })
    expect(await text(gateway.served.chat(hello))).to.contain('Hello')
  })

  it('are named in the audit record', async () => {
    await using gateway = await AdminGateway.start({ env: { LOGGING_ENABLED: 'true' } })
    const { id } = await makeWorkflow(gateway, {
      scope_user_path: '/team',
      workflow_payload: { schema_version: 2, features: { ...everythingOn, failover: false, guardrails: false } },
    })
    await gateway.served.chat(hello, at('/team'))
    const { json } = await gateway.call('GET', '/audit/log?user_path=/team&path=/v1/chat/completions')
    expect(json.entries[0]).to.include({ workflow_version_id: id })
    expect(json.entries[0].data.workflow_features).to.include({ failover: false, usage: true })
  })
})

describe('workflows with guardrails, and calls that nobody can read', () => {
  const unreadable = (gateway: AdminGateway) => gateway.served.call('POST', '/p/openai/v1/unknown', { some: 'body' })

  it('keep such calls back, whichever model the guardrails are for', async () => {
    await using gateway = await AdminGateway.start()
    expect((await unreadable(gateway)).status).to.not.equal(403)
    await makeGuardrail(gateway, { name: 'mask', type: 'string_replace', config: { rules: 'a => b' } })
    await makeWorkflow(gateway, {
      scope_provider_name: 'openai',
      scope_model: 'gpt-test',
      workflow_payload: { schema_version: 2, features: everythingOn, steps: [{ ref: 'mask' }] },
    })
    const refused = await unreadable(gateway)
    expect([refused.status, JSON.parse(refused.body.toString()).error.code]).to.deep.equal([403, 'passthrough_guardrails_unsupported'])
  })

  it('let them pass where the operator allows it', async () => {
    await using gateway = await AdminGateway.start({ env: { ALLOW_UNGUARDED_PASSTHROUGH: 'true' } })
    await makeGuardrail(gateway, { name: 'mask', type: 'string_replace', config: { rules: 'a => b' } })
    await makeWorkflow(gateway, { workflow_payload: { schema_version: 2, features: everythingOn, steps: [{ ref: 'mask' }] } })
    expect((await unreadable(gateway)).status).to.not.equal(403)
  })
})
