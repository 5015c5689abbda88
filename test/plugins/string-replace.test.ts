import { expect } from 'chai'
import { compilePattern } from '../../core/plugin/pattern.ts'
import { runPlugin, type PluginRunOptions } from '../../core/testing/run-plugin.ts'
import { chatChunks } from '../../core/testing/chat-samples.ts'
import { Gate } from '../../core/testing/gate.ts'
import type { Script } from '../../core/testing/script.ts'
import plugin from '../../plugins/string-replace/index.ts'
import { Rules, type RuleOptions } from '../../plugins/string-replace/rules.ts'
import { eventsOf, expectError } from '../support/answer.ts'
import { helloStream, Served } from '../support/serve.ts'

const make = (rules: string, options: Partial<RuleOptions> = {}) =>
  new Rules({ rules, mode: 'literal', case_insensitive: false, on_match: 'replace', ...options }, compilePattern)

describe('rules of string-replace', () => {
  const cases: readonly [string, Partial<RuleOptions>, string, string][] = [
    ['a => b', {}, 'a cat', 'b cbt'],
    ['a.c => x', {}, 'abc a.c', 'abc x'],
    ['a =>', {}, 'a cat', ' ct'],
    ['# a => b\n\n  \nc => d', {}, 'a c', 'a d'],
    ['one => two\ntwo => three', {}, 'one two', 'three three'],
    ['a => aa', {}, 'a', 'aa'],
    ['Cat => Dog', {}, 'cat Cat', 'cat Dog'],
    ['Cat => Dog', { case_insensitive: true }, 'cat Cat CAT', 'Dog Dog Dog'],
    ['a.b => x', { case_insensitive: true }, 'acb A.B', 'acb x'],
    ['Kelvin => K', { case_insensitive: true }, '\u212aELVIN', 'K'],
    ['straße => road', { case_insensitive: true }, 'STRAẞE STRASSE', 'road STRASSE'],
    ['a\\nb => c\\td', {}, 'a\nb', 'c\td'],
    ['a\\\\n => b\\\\', {}, 'a\\n', 'b\\'],
    ['a => $1 $$ $&', {}, 'a', '$1 $$ $&'],
    ['a => $1 $$ $&', { case_insensitive: true }, 'A', '$1 $$ $&'],
    ['(\\w+)@(\\w+) => $2 at $1', { mode: 'regex' }, 'me@home', 'home at me'],
    ['\\d+ => $$', { mode: 'regex' }, 'costs 15', 'costs $'],
    ['cat => dog', { mode: 'regex', case_insensitive: true }, 'CAT', 'dog'],
    ['x => a => b', {}, 'x', 'a => b'],
  ]
  for (const [rules, options, text, expected] of cases) {
    it(`make ${JSON.stringify(expected)} of ${JSON.stringify(text)} by ${JSON.stringify(rules)} ${JSON.stringify(options)}`, () => {
      expect(make(rules, options).replace(text)).to.equal(expected)
    })
  }

  const wrong: readonly [string, Partial<RuleOptions>, string][] = [
    ['a => b\nc', {}, 'line 2: expected find => replace'],
    ['=> b', {}, 'line 1: there is nothing to find'],
    ['(a => b', { mode: 'regex' }, 'line 1'],
    ['(a)\\1 => b', { mode: 'regex' }, 'line 1'],
    ['(?=a) => b', { mode: 'regex' }, 'line 1'],
    ['# nothing', {}, 'no rule'],
  ]
  for (const [rules, options, message] of wrong)
    it(`cannot be ${JSON.stringify(rules)}`, () => {
      expect(() => make(rules, options)).to.throw(SyntaxError, message)
    })

  it('need no expressions for what is written letter by letter: hundreds of them cost next to nothing', () => {
    const rules = new Rules({ rules: 'Cat => Dog\na.b => x', mode: 'literal', case_insensitive: true, on_match: 'replace' }, () => {
      throw new Error('not for letters')
    })
    expect(rules.replace('a CAT, A.B, a cat')).to.equal('a Dog, x, a Dog')
    expect([rules.matches('acb'), rules.matches('cAt'), rules.matches('cAt')]).to.deep.equal([false, true, true])
  })

  it('need no replacement where nothing is replaced', () => {
    expect(make('secret', { on_match: 'block' }).matches('a secret')).to.equal(true)
  })
})

const messages = [
  { role: 'system', content: 'cat' },
  {
    role: 'user',
    content: [
      { type: 'text', text: 'a c' },
      { type: 'text', text: 'at and a cat' },
    ],
  },
  { role: 'assistant', content: 'cat' },
]
const run = (options: object, more: PluginRunOptions = {}) => runPlugin(plugin, { options: { rules: 'cat => dog', ...options }, ...more })
const textOf = (upstream: Readonly<Record<string, unknown>> | undefined, index: number) =>
  (upstream?.['messages'] as { content: unknown }[] | undefined)?.[index]?.content

describe('string-replace in a prompt', () => {
  it("replaces in the caller's messages, within a part", async () => {
    const { upstream } = await run({}, { request: { messages } })
    expect(textOf(upstream, 0)).to.equal('cat')
    expect(textOf(upstream, 1)).to.deep.equal([
      { type: 'text', text: 'a c' },
      { type: 'text', text: 'at and a dog' },
    ])
    expect(textOf(upstream, 2)).to.equal('cat')
  })

  it('replaces in the messages of the roles that are listed, or in all', async () => {
    const system = await run({ roles: ['system'] }, { request: { messages } })
    expect([0, 2].map(index => textOf(system.upstream, index))).to.deep.equal(['dog', 'cat'])
    const all = await run({ roles: ['all'] }, { request: { messages } })
    expect([0, 2].map(index => textOf(all.upstream, index))).to.deep.equal(['dog', 'dog'])
  })

  it('blocks with 400, or with the status it is given', async () => {
    const blocked = await run({ on_match: 'block' }, { request: { messages } })
    expect(blocked.status).to.equal(400)
    expect(blocked.body.error).to.include({ code: 'guardrail_blocked', message: 'Request blocked by policy' })
    expect(blocked.upstream).to.equal(undefined)
    const own = await run({ on_match: 'block', block_status: 451, message: 'No' }, { request: { messages } })
    expect(own.status).to.equal(451)
    expect(own.body.error.message).to.equal('No')
  })

  it('answers in place of the provider', async () => {
    const { status, reply, upstream } = await run({ on_match: 'respond', message: 'Let us not' }, { request: { messages } })
    expect([status, reply.text, upstream]).to.deep.equal([200, 'Let us not', undefined])
  })

  it('warns in a header, once', async () => {
    const { headers, upstream, exchange } = await run({ on_match: 'warn' }, { request: { messages }, answer: 'cat' })
    expect(headers).to.include({ 'x-tapline-guardrail': 'warn; code=guardrail_warning', 'x-gomodel-guardrail': 'warn; code=guardrail_warning' })
    expect(exchange.warnings.map(({ phase }) => phase)).to.deep.equal(['prompt', 'response'])
    expect(exchange.sentHeaders.filter(header => header === 'X-Tapline-Guardrail')).to.have.length(1)
    expect(textOf(upstream, 0)).to.equal('cat')
  })

  it('does nothing where nothing matches', async () => {
    for (const on_match of ['replace', 'block', 'respond', 'warn']) {
      const { status, reply, headers } = await run({ on_match })
      expect([status, reply.text, headers['x-tapline-guardrail']]).to.deep.equal([200, 'Hello!', undefined])
    }
  })
})

describe('string-replace in a reply', () => {
  it('replaces', async () => {
    expect((await run({}, { answer: 'my cat' })).reply.text).to.equal('my dog')
  })

  it('blocks with 502', async () => {
    const { status, body } = await run({ on_match: 'block' }, { answer: 'my cat' })
    expect(status).to.equal(502)
    expect(body.error.code).to.equal('guardrail_blocked')
  })

  it('answers instead', async () => {
    expect((await run({ on_match: 'respond', message: 'Hm' }, { answer: 'my cat' })).reply.text).to.equal('Hm')
  })
})

/** A gateway whose upstream sends a whole stream at once, unless told otherwise. */
async function serveGuarded(on_match: string, script: Script = { chunks: [chatChunks({ pieces: ['my c', 'a', 't sat'] }).join('')] }): Promise<Served> {
  const served = await Served.start({ config: { guardrails: { rules: [{ name: 'cats', type: 'string_replace', config: { rules: 'cat', on_match } }] } } })
  served.upstream.always(script)
  return served
}

describe('string-replace in a stream', () => {
  const stream = { stream: true }
  const pieces = ['my c', 'a', 't sat', ' there']

  it('replaces a match that is split over events', async () => {
    expect((await run({}, { request: stream, answer: pieces })).reply.text).to.equal('my dog sat there')
  })

  it('cuts before the match leaves', async () => {
    const { status, reply } = await run({ on_match: 'block', stream_lookbehind: 4 }, { request: stream, answer: ['all is well, and then ', ...pieces] })
    expect(status).to.equal(200)
    expect(reply.text)
      .to.match(/^all is well/)
      .and.to.not.contain('cat')
    expect(reply.raw).to.contain('content_filter').and.to.contain('[DONE]')
  })

  it('blocks with 502 when nothing has left yet', async () => {
    const [, first = '', ...rest] = chatChunks({ pieces: ['my cat sat', ' there'] })
    await using served = await serveGuarded('block', { chunks: [first, ...rest], gates: { beforeChunk: { 1: new Gate() } } })
    expectError(await served.chat(helloStream), { code: 'guardrail_blocked', status: 502, type: 'provider_error' })
  })

  it('lets nothing out behind a cut, although the whole stream is there', async () => {
    await using served = await serveGuarded('block')
    const { body } = await served.begun('/v1/chat/completions', helloStream, chatChunks({ pieces }), 1)
    expect(body.toString())
      .to.match(/content_filter[^]*data: \[DONE\]\n\n$/)
      .and.to.not.contain('my')
  })

  it('answers instead, as a stream', async () => {
    const { reply, headers } = await run({ on_match: 'respond', message: 'Hm' }, { request: stream, answer: pieces })
    expect(headers['content-type']).to.match(/^text\/event-stream/)
    expect(reply.text).to.equal('Hm')
  })

  it('warns while headers can still be said', async () => {
    await using served = await serveGuarded('warn')
    const { headers, body } = await served.chat(helloStream)
    expect(headers['x-tapline-guardrail']).to.equal('warn; code=guardrail_warning')
    expect(body.toString()).to.contain('t sat')
  })

  it('passes a match in silence behind the first byte', async () => {
    const { reply, failures } = await run({ on_match: 'warn' }, { request: stream, answer: pieces })
    expect(reply.text).to.equal(pieces.join(''))
    expect(failures).to.deep.equal([])
  })

  it('leaves the events of a stream in which nothing matches as they were', async () => {
    const rules = [{ name: 'cats', type: 'string_replace', config: { rules: 'cat => dog', stream_lookbehind: 0 } }]
    await using served = await Served.start({ config: { guardrails: { rules }, usage: { enabled: false } } })
    const events = chatChunks({ pieces: ['no', ' dogs'], toolCalls: [{ name: 'f', arguments: ['{"a":', '1}'] }] })
    served.upstream.always({ chunks: events })
    expect(eventsOf(await served.chat(helloStream))).to.deep.equal(events.map(event => event.trimEnd()))
  })
})

describe('string-replace before embeddings', () => {
  it('reads texts, and refuses tokens, which nobody can read, unless it looks at others', async () => {
    const statuses = async (roles: readonly string[]) => {
      const served = await Served.start({ config: { guardrails: { rules: [{ name: 'r', type: 'string_replace', config: { rules: 'cat => dog', roles } }] } } })
      served.upstream.always({
        body: { object: 'list', model: 'gpt-test', data: [{ object: 'embedding', index: 0, embedding: [1] }], usage: { prompt_tokens: 1, total_tokens: 1 } },
      })
      const status = async (input: unknown) => (await served.call('POST', '/v1/embeddings', { model: 'gpt-test', input })).status
      const got = [await status(['a', 'b']), await status([[1, 2, 3]]), await status([1, 2])]
      await served.close()
      return got
    }
    expect(await statuses(['all'])).to.deep.equal([200, 403, 403])
    expect(await statuses(['system'])).to.deep.equal([200, 200, 200])
  })
})

describe('string-replace where replies have no turn of an assistant', () => {
  let served: Served
  before(async () => {
    const config = { rules: 'cat', on_match: 'respond', message: 'No cats.' }
    served = await Served.start({ config: { guardrails: { rules: [{ name: 'cats', type: 'string_replace', config }] } } })
  })
  after(() => served.close())

  for (const path of ['/v1/embeddings', '/v1/responses/input_tokens', '/v1/responses/compact', '/p/openai/v1/embeddings']) {
    it(`refuses what it would answer: ${path}`, async () => {
      expectError(await served.call('POST', path, { model: 'gpt-test', input: 'a cat' }), { status: 400, code: 'guardrail_blocked', message: 'No cats.' })
      expect(served.upstream.requests).to.have.length(0)
    })
  }
})
