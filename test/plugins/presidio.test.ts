import { expect } from 'chai'
import { createHash } from 'node:crypto'
import { chatChunks, chatCompletion } from '../../core/testing/chat-samples.ts'
import { Gate } from '../../core/testing/gate.ts'
import { runPlugin, type PluginRun, type PluginRunOptions } from '../../core/testing/run-plugin.ts'
import type { Script } from '../../core/testing/script.ts'
import { ScriptedUpstream } from '../../core/testing/scripted-upstream.ts'
import { TurnedClock } from '../../core/testing/turned-clock.ts'
import plugin from '../../plugins/presidio/index.ts'
import { FakeAnalyzer, type AnalyzeRequest } from '../support/analyzer.ts'
import { Served } from '../support/serve.ts'

const user = (content: string) => ({ role: 'user', content })

async function run(
  options: object = {},
  more: PluginRunOptions = {},
): Promise<PluginRun & { readonly asked: readonly AnalyzeRequest[]; readonly analyzer: FakeAnalyzer }> {
  await using analyzer = await FakeAnalyzer.start()
  const outcome = await runPlugin(plugin, {
    request: { messages: [user('I am Ada, ada@b.org')] },
    ...more,
    options: { analyzer_url: analyzer.url, ...options },
  })
  return { ...outcome, analyzer, asked: analyzer.asked }
}

const contents = ({ upstream }: PluginRun) => (upstream?.['messages'] as { content: unknown }[] | undefined)?.map(({ content }) => content)
const header = 'x-tapline-guardrail'

describe('presidio', () => {
  const operators: readonly [string, string][] = [
    ['replace', 'I am <PERSON_1>, <EMAIL_ADDRESS_1>'],
    ['mask', 'I am ***, *********'],
    ['redact', 'I am , '],
    ['hash', `I am ${createHash('sha256').update('Ada').digest('hex')}, ${createHash('sha256').update('ada@b.org').digest('hex')}`],
  ]
  for (const [operator, expected] of operators) {
    it(`anonymizes prompts by ${operator}`, async () => {
      expect(contents(await run({ operator }))).to.deep.equal([expected])
    })
  }

  it('gives equal values of all messages the same placeholder, and takes no number that stands there already', async () => {
    const messages = [user('Ada and <EMAIL_ADDRESS_1>'), { role: 'assistant', content: 'Hi Ada, a@b.org' }, user('Grace, c@d.org')]
    expect(contents(await run({}, { request: { messages } }))).to.deep.equal([
      '<PERSON_1> and <EMAIL_ADDRESS_1>',
      'Hi <PERSON_1>, <EMAIL_ADDRESS_2>',
      '<PERSON_2>, <EMAIL_ADDRESS_3>',
    ])
  })

  it('looks at the messages of its roles', async () => {
    const messages = [{ role: 'system', content: 'Ada' }, user('Ada')]
    expect(contents(await run({}, { request: { messages } }))).to.deep.equal(['Ada', '<PERSON_1>'])
    expect(contents(await run({ roles: ['all'] }, { request: { messages } }))).to.deep.equal(['<PERSON_1>', '<PERSON_1>'])
  })

  it('anonymizes replies, plain and streamed', async () => {
    expect((await run({}, { answer: 'Ask Grace', request: {} })).reply.text).to.equal('Ask <PERSON_1>')
    expect((await run({}, { answer: ['Ask Gr', 'ace'], request: { stream: true } })).reply.text).to.equal('Ask <PERSON_1>')
  })

  it('lets the events of a stream in which nothing is found go as they came', async () => {
    const pieces = ['no', 'body']
    expect((await run({}, { answer: pieces, request: { stream: true } })).reply.raw).to.equal(chatChunks({ pieces }).join(''))
  })

  it('knows where things stand in texts with characters beyond the first plane', async () => {
    expect(contents(await run({}, { request: { messages: [user('😀😀 Ada 😀 Grace 😀')] } }))).to.deep.equal(['😀😀 <PERSON_1> 😀 <PERSON_2> 😀'])
  })

  it('takes the longer of two finds that overlap', async () => {
    expect(contents(await run({}, { request: { messages: [user('Ada Lovelace')] } }))).to.deep.equal(['<PERSON_1>'])
  })

  it('asks as it is told', async () => {
    const ad_hoc_recognizers = [{ name: 'tickets', supported_language: 'en', supported_entity: 'TICKET', patterns: [{ name: 't', regex: 'T-\\d+', score: 1 }] }]
    const options = { language: 'de', entities: ['PERSON', 'TICKET'], score_threshold: 0.5, allow_list: ['Ada'], ad_hoc_recognizers, api_key: 'k' }
    const outcome = await run(options, { request: { messages: [user('Ada T-1 +49 123 4567')] } })
    expect(contents(outcome)).to.deep.equal(['Ada <TICKET_1> +49 123 4567'])
    expect(outcome.asked[0]).to.deep.equal({
      text: 'Ada T-1 +49 123 4567',
      language: 'de',
      entities: ['PERSON', 'TICKET'],
      score_threshold: 0.5,
      allow_list: ['Ada'],
      ad_hoc_recognizers,
    })
    expect(outcome.analyzer.server.requests[0]?.headers).to.include({ authorization: 'Bearer k' })
    expect((await run()).asked[0]).to.deep.equal({ text: 'I am Ada, ada@b.org', language: 'en' })
  })

  it('asks once about the same text', async () => {
    expect((await run({}, { request: { messages: [user('Same'), user('Same')] }, answer: 'Same' })).asked.map(({ text }) => text)).to.deep.equal(['Same'])
  })

  it('blocks, answers and warns, with kinds and counts for the record', async () => {
    const blocked = await run({ action: 'block', message: 'No names' })
    expect([blocked.status, blocked.body.error.code, blocked.body.error.message, blocked.upstream]).to.deep.equal([
      400,
      'guardrail_blocked',
      'No names',
      undefined,
    ])
    expect(blocked.exchange.error).to.have.deep.property('detail', { PERSON: 1, EMAIL_ADDRESS: 1 })
    expect((await run({ action: 'respond' })).reply.text).to.equal('Request blocked by policy')
    const warned = await run({ action: 'warn' })
    expect([warned.headers[header], contents(warned)]).to.deep.equal(['warn; code=guardrail_warning', ['I am Ada, ada@b.org']])
    expect((await run({ action: 'block', block_status: 451 }, { request: {}, answer: 'Ada' })).status).to.equal(451)
    for (const action of ['block', 'respond', 'warn']) expect((await run({ action }, { request: {} })).headers[header]).to.equal(undefined)
  })

  it('blocks some entities whatever the action is', async () => {
    expect((await run({ block_entities: ['EMAIL_ADDRESS'] })).status).to.equal(400)
    expect((await run({ block_entities: ['EMAIL_ADDRESS'] }, { request: { messages: [user('Ada')] }, answer: 'a@b.org' })).status).to.equal(502)
    expect((await run({ block_entities: ['PHONE_NUMBER'] })).status).to.equal(200)
  })

  describe('with restore', () => {
    const messages = [{ role: 'system', content: 'Grace is the boss' }, user('I am Ada')]
    const restored = (answer: string, options: object = {}) =>
      run({ restore: true, roles: ['all'], ...options }, { request: { messages }, answer }).then(({ reply }) => reply.text)

    it('puts back values of the user, and none of the instructions', async () => {
      expect(await restored('<PERSON_2>, meet <PERSON_1>')).to.equal('Ada, meet <PERSON_1>')
    })
    it('finds placeholders in any case, and escaped', async () => {
      expect(await restored('<person_2> &lt;PERSON_2&gt; <PERSON\\_2>')).to.equal('Ada Ada Ada')
    })
    it('anonymizes what the model made up, and leaves numbers that nobody gave out', async () => {
      expect(await restored('<PERSON_2> wrote to x@y.org and <EMAIL_ADDRESS_7>')).to.equal('Ada wrote to <EMAIL_ADDRESS_1> and <EMAIL_ADDRESS_7>')
    })
    it('puts back values of the roles that are listed', async () => {
      expect(await restored('<PERSON_2>', { restore_roles: ['tool'] })).to.equal('<PERSON_2>')
    })
    it('needs placeholders for that', async () => {
      expect(await restored('***', { operator: 'mask' })).to.equal('***')
    })

    it('puts back values in a stream', async () => {
      const { reply } = await run({ restore: true }, { request: { messages, stream: true }, answer: ['Hi <PER', 'SON_1>'] })
      expect(reply.text).to.equal('Hi Ada')
    })

    const call = (name: string) => chatCompletion({ toolCalls: [{ name, arguments: '{"to":"<PERSON_1>"}' }] })
    const argumentsOf = async (name: string, options: object) =>
      (await run({ restore: true, ...options }, { request: { messages: [user('Ada')] }, answer: call(name) })).body.choices[0].message.tool_calls[0].function
        .arguments as string
    it('puts back values in the arguments of tool calls, unless the operator excludes the tool, or all', async () => {
      expect(await argumentsOf('mail', {})).to.equal('{"to":"Ada"}')
      expect(await argumentsOf('mail', { restore_tools_exclude: ['mail'] })).to.equal('{"to":"<PERSON_1>"}')
      expect(await argumentsOf('other', { restore_tools_exclude: ['mail'] })).to.equal('{"to":"Ada"}')
      expect(await argumentsOf('mail', { restore_tools: false })).to.equal('{"to":"<PERSON_1>"}')
    })

    it('has no such reply cached', async () => {
      await using analyzer = await FakeAnalyzer.start()
      const rules = [{ name: 'names', type: 'presidio', config: { analyzer_url: analyzer.url, restore: true } }]
      await using served = await Served.start({ config: { guardrails: { rules }, cache: { response: { simple: {} } } } })
      served.upstream.always({ body: chatCompletion({ content: '<PERSON_1>' }) })
      const ask = async (name: string) =>
        (JSON.parse((await served.chat({ model: 'gpt-test', messages: [user(name)] })).body.toString()) as { choices: { message: { content: string } }[] })
          .choices[0]?.message.content
      expect([await ask('Ada'), await ask('Grace'), await ask('Ada')]).to.deep.equal(['Ada', 'Grace', 'Ada'])
      expect(served.upstream.requests).to.have.length(3)
    })
  })

  it('runs eight analyses at once', async () => {
    await using analyzer = await FakeAnalyzer.start()
    const gate = new Gate()
    for (let i = 0; i < 8; i++) analyzer.server.reply({ gates: { beforeHeaders: gate }, body: [] })
    const content = Array.from({ length: 12 }, (_, i) => ({ type: 'text', text: `text ${i}` }))
    const running = runPlugin(plugin, { request: { messages: [{ role: 'user', content }] }, options: { analyzer_url: analyzer.url } })
    await analyzer.server.received(8)
    expect(analyzer.server.requests).to.have.length(8)
    gate.open()
    expect((await running).status).to.equal(200)
    expect(analyzer.server.requests).to.have.length(13)
  })

  describe('whose analyzer behaves badly', () => {
    const bad: Readonly<Record<string, [Script, RegExp]>> = {
      fails: [{ status: 500, body: { error: 'I am Ada' } }, /answered with status 500/],
      redirects: [{ status: 307, headers: { location: '/analyze' }, body: '' }, /answered with status 307/],
      'answers no JSON': [{ body: 'Ada' }, /did not answer with JSON/],
      'answers something else': [{ body: { results: [] } }, /did not answer with a list/],
      'finds nothing that it can name': [{ body: Buffer.from('[{"start":0,"end":1}]') }, /did not answer with a list/],
      'finds something behind the end': [{ body: Buffer.from('[{"start":0,"end":999,"entity_type":"PERSON","score":1}]') }, /behind the end/],
      'hangs up': [{ refuse: true }, /./],
    }
    for (const [name, [script, reason]] of Object.entries(bad)) {
      it(`${name}: fails closed, or open with the texts as they were`, async () => {
        await using server = await ScriptedUpstream.start()
        server.always(script)
        const options = { analyzer_url: server.url }
        const request = { messages: [user('I am Ada')] }
        const { status, body, failures } = await runPlugin(plugin, { options, request })
        expect([status, body.error.code]).to.deep.equal([500, 'plugin_failure'])
        expect(String(failures[0]?.cause)).to.match(reason).and.to.not.contain('Ada')
        const open = await runPlugin(plugin, { options, request, onError: 'open' })
        expect([open.status, contents(open)]).to.deep.equal([200, ['I am Ada']])
      })
    }

    it('is silent: is not waited for longer than its deadline', async () => {
      await using server = await ScriptedUpstream.start()
      server.always({ silent: true })
      const clock = new TurnedClock()
      const running = runPlugin(plugin, { options: { analyzer_url: server.url, timeout_ms: 900 }, clock })
      await server.received()
      clock.advance(900)
      expect((await running).status).to.equal(500)
    })
  })

  const refused: readonly [object, RegExp][] = [
    [{ analyzer_url: 'http://presidio:5002', api_key: 'k' }, /must begin with https/],
    [{ analyzer_url: 'presidio' }, /begins with https/],
    [{ placeholder_format: 'x' }, /placeholder_format/],
    [{ operator: 'encrypt' }, /operator/],
    [{ restore_roles: ['system'] }, /restore_roles/],
    [{ score_threshold: 2 }, /score_threshold/],
  ]
  for (const [options, message] of refused) {
    it(`refuses the options ${JSON.stringify(options)}`, async () => {
      const failed = await runPlugin(plugin, { options: { ...options } }).then(
        () => undefined,
        (cause: unknown) => cause as Error,
      )
      expect(failed?.message).to.match(message)
    })
  }
})
