import { expect } from 'chai'
import { createHmac } from 'node:crypto'
import { chatChunks } from '../../core/testing/chat-samples.ts'
import { runPlugin, type PluginRun, type PluginRunOptions } from '../../core/testing/run-plugin.ts'
import type { Cue, Script } from '../../core/testing/script.ts'
import { ScriptedUpstream } from '../../core/testing/scripted-upstream.ts'
import { TurnedClock } from '../../core/testing/turned-clock.ts'
import plugin from '../../plugins/webhook/index.ts'

const messages = [
  { role: 'system', content: 'Be kind' },
  {
    role: 'user',
    content: [
      { type: 'text', text: 'a cat' },
      { type: 'image_url', image_url: { url: 'data:,x' } },
    ],
  },
]

interface Shown {
  readonly phase: string
  readonly texts: readonly { readonly id: string; readonly role: string; readonly channel: string; readonly text: string }[]
  readonly [fact: string]: unknown
}

/** Runs the plugin against a webhook that answers as told, each question alike. */
async function run(
  answer: Cue,
  options: object = {},
  more: PluginRunOptions = {},
): Promise<PluginRun & { readonly asked: readonly Shown[]; readonly hook: ScriptedUpstream }> {
  await using hook = await ScriptedUpstream.start()
  hook.always(answer)
  const outcome = await runPlugin(plugin, { request: { messages }, ...more, options: { url: `${hook.url}/guard`, ...options } })
  return { ...outcome, hook, asked: hook.requests.map(({ body }) => JSON.parse(body.toString()) as Shown) }
}

const decide = (decision: object): Script => ({ body: decision })
/** Why the first call failed. */
const reasonOf = ([failure]: PluginRun['failures']) => (failure?.cause as Error | undefined)?.message
/** Another decision for replies than for prompts. */
const ofReplies =
  (decision: object): Cue =>
  ({ body }) =>
    decide(body.includes('"phase":"response"') ? decision : { decision: 'allow' })

describe('webhook', () => {
  it('is shown the texts of a prompt, and then those of the reply', async () => {
    const { asked, status, reply } = await run(decide({ decision: 'allow' }), {}, { userPath: '/team', clock: new TurnedClock(Date.UTC(2026, 0, 2)) })
    expect([status, reply.text]).to.deep.equal([200, 'Hello!'])
    const facts = {
      guardrail: 'webhook',
      request_id: 'test',
      timestamp: '2026-01-02T00:00:00.000Z',
      operation: 'chat',
      user_path: '/team',
      labels: [],
      requested_model: 'test-model',
      provider: 'test',
      model: 'test-model',
      stream: false,
    }
    expect(asked).to.deep.equal([
      {
        phase: 'prompt',
        ...facts,
        texts: [
          { id: 't0', message: 'm0', role: 'system', channel: 'text', text: 'Be kind' },
          { id: 't1', message: 'm1', role: 'user', channel: 'text', text: 'a cat' },
        ],
      },
      { phase: 'response', ...facts, texts: [{ id: 't0', message: 'm0', role: 'assistant', channel: 'text', text: 'Hello!' }] },
    ])
  })

  it('is shown the messages of the roles that are listed, and replies whole', async () => {
    const { asked } = await run(decide({ decision: 'allow' }), { roles: ['user'] })
    expect(asked.map(({ texts }) => texts.map(({ text }) => text))).to.deep.equal([['a cat'], ['Hello!']])
    expect((await run(decide({ decision: 'allow' }), { roles: ['tool'] })).asked.map(({ phase }) => phase)).to.deep.equal(['response'])
  })

  it('can tell who asks by the signature', async () => {
    const { hook } = await run(decide({ decision: 'allow' }), { secret: 'shared' })
    for (const { headers, body } of hook.requests)
      expect(headers['x-tapline-signature']).to.equal(`sha256=${createHmac('sha256', 'shared').update(body).digest('hex')}`)
    expect((await run(decide({ decision: 'allow' }))).hook.requests[0]?.headers).to.not.have.property('x-tapline-signature')
  })

  it('blocks a prompt with 400, or with the status it is given', async () => {
    const { status, body, upstream } = await run(decide({ decision: 'block', code: 'no_cats', message: 'No cats' }))
    expect([status, body.error.code, body.error.message, upstream]).to.deep.equal([400, 'no_cats', 'No cats', undefined])
    const bare = await run(decide({ decision: 'block' }), { block_status: 451, message: 'Not here' })
    expect([bare.status, bare.body.error.code, bare.body.error.message]).to.deep.equal([451, 'guardrail_blocked', 'Not here'])
  })

  it('blocks a reply with 502', async () => {
    const { status, body } = await run(ofReplies({ decision: 'block', code: 'bad' }))
    expect([status, body.error.code]).to.deep.equal([502, 'bad'])
  })

  it('answers in place of the provider', async () => {
    const { status, reply, upstream } = await run(decide({ decision: 'respond', message: 'Let us not' }))
    expect([status, reply.text, upstream]).to.deep.equal([200, 'Let us not', undefined])
    expect((await run(ofReplies({ decision: 'respond', message: 'Hm' }))).reply.text).to.equal('Hm')
  })

  it('warns in a header', async () => {
    const { headers, reply } = await run(decide({ decision: 'warn', code: 'cat', message: 'A cat' }))
    expect([headers['x-tapline-guardrail'], reply.text]).to.deep.equal(['warn; code=cat', 'Hello!'])
  })

  it('edits texts of prompts and of replies', async () => {
    const { upstream } = await run(({ body }) => decide({ decision: 'allow', edits: body.includes('a cat') ? [{ id: 't1', text: 'a dog' }] : [] }))
    expect((upstream?.['messages'] as typeof messages | undefined)?.[1]?.content[0]).to.deep.equal({ type: 'text', text: 'a dog' })
    const { reply, headers } = await run(ofReplies({ decision: 'warn', edits: [{ id: 't0', text: 'Bye' }] }))
    expect([reply.text, headers['x-tapline-guardrail']]).to.deep.equal(['Bye', 'warn; code=guardrail_warning'])
  })

  describe('over a stream', () => {
    const stream: PluginRunOptions = { request: { stream: true }, answer: ['Hel', 'lo'] }

    it('sees it whole, and lets its events go as they came', async () => {
      const { asked, reply } = await run(decide({ decision: 'allow' }), {}, stream)
      expect(asked[1]?.texts.map(({ text }) => text)).to.deep.equal(['Hello'])
      expect(reply.raw).to.equal(chatChunks({ pieces: ['Hel', 'lo'] }).join(''))
    })

    it('edits it, answers in its place, or blocks with a status', async () => {
      expect((await run(ofReplies({ decision: 'allow', edits: [{ id: 't0', text: 'Bye' }] }), {}, stream)).reply.text).to.equal('Bye')
      expect((await run(ofReplies({ decision: 'respond', message: 'Hm' }), {}, stream)).reply.text).to.equal('Hm')
      expect((await run(ofReplies({ decision: 'block' }), {}, stream)).status).to.equal(502)
    })
  })

  describe('that behaves badly', () => {
    const bad: Readonly<Record<string, [Script, RegExp]>> = {
      'answers no JSON': [{ body: 'allow' }, /did not answer with JSON/],
      'answers a list': [{ body: [] }, /did not answer with an object/],
      'decides nothing that is known': [decide({ decision: 'maybe' }), /decision is none of allow, warn, respond, block/],
      'decides nothing': [decide({}), /decision is none of/],
      'gives a code that is no word': [decide({ decision: 'block', code: 'a\nb' }), /code is not made of/],
      'gives a message that is no text': [decide({ decision: 'block', message: 1 }), /message is no text/],
      'edits what it was not shown': [decide({ decision: 'allow', edits: [{ id: 't9', text: 'x' }] }), /edits a text that it was not shown/],
      'edits with no text': [decide({ decision: 'allow', edits: [{ id: 't0' }] }), /edits a text that it was not shown/],
      'edits with no list': [decide({ decision: 'allow', edits: {} }), /edits are no list/],
      redirects: [{ status: 302, headers: { location: 'http://127.0.0.1:1/' }, body: '' }, /answered with status 302/],
      fails: [{ status: 500, body: { decision: 'allow' } }, /answered with status 500/],
      'answers 10 MB': [{ body: Buffer.alloc(10 << 20, ' ') }, /answered with more than 1048576 bytes/],
      'answers without end': [
        {
          chunks: (function* endless() {
            for (;;) yield ' '.repeat(65_536)
          })(),
        },
        /answered with more than/,
      ],
      'hangs up': [{ refuse: true }, /./],
      'breaks off': [{ body: { decision: 'allow' }, cutAfter: 5 }, /./],
    }
    for (const [name, [script, reason]] of Object.entries(bad)) {
      it(`${name}: fails closed, or open if the operator says so`, async () => {
        const { status, body, failures, upstream } = await run(script)
        expect([status, body.error.code, upstream]).to.deep.equal([500, 'plugin_failure', undefined])
        expect(body.error.message).to.not.match(reason.source === '.' ? /webhook/ : reason)
        expect(reasonOf(failures)).to.match(reason).and.to.not.contain('cat')
        const open = await run(script, {}, { onError: 'open' })
        expect([open.status, open.reply.text, open.failures.length]).to.deep.equal([200, 'Hello!', 2])
      })
    }

    it('is not waited for longer than its deadline, and is left then', async () => {
      const clock = new TurnedClock()
      await using hook = await ScriptedUpstream.start()
      hook.always({ silent: true })
      const running = runPlugin(plugin, { options: { url: hook.url, timeout_ms: 700 }, clock })
      const asked = await hook.received()
      expect(clock.waitsMs).to.include(700)
      clock.advance(700)
      const { status, failures } = await running
      await asked.aborted
      expect([status, reasonOf(failures)]).to.deep.equal([500, `${new URL(hook.url).host} did not answer within 700 ms`])
    })
  })

  const refused: readonly [object, RegExp][] = [
    [{}, /url/],
    [{ url: 'http://hooks.example.com/x' }, /must begin with https/],
    [{ url: 'ftp://127.0.0.1/x' }, /begins with https/],
    [{ url: 'hooks' }, /begins with https/],
    [{ url: 'https://user:pass@hooks.example.com/' }, /holds no user/],
    [{ url: 'https://hooks.example.com/', timeout_ms: 0 }, /timeout_ms/],
    [{ url: 'https://hooks.example.com/', secret: '' }, /secret/],
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
