/** Which session a call belongs to, and that its calls keep to one provider key. */

import { expect } from 'chai'
import sessions from '../../../plugins/sessions/index.ts'
import { chatCompletion } from '../../../core/testing/chat-samples.ts'
import { runPlugin } from '../../../core/testing/run-plugin.ts'
import { KeyRing } from '../../../core/upstream/provider/keys.ts'
import { hello, Served } from '../../support/serve.ts'

const uuid = '0b8f7a3e-5c1d-4e2f-9a6b-7c8d9e0f1a2b'
const messages = [
  { role: 'system', content: 'Be brief.' },
  { role: 'user', content: 'hello' },
]

async function sessionOf(
  request: object = {},
  headers: Readonly<Record<string, string>> = {},
  options: Readonly<Record<string, unknown>> = {},
  userPath = '',
): Promise<string | undefined> {
  const { exchange } = await runPlugin(sessions, { options, request: { model: 'm', messages, ...request }, headers, userPath })
  return exchange.session
}

describe('a session', () => {
  for (const header of [
    'X-Session-Id',
    'X-Claude-Code-Session-Id',
    'Session-Id',
    'Session_id',
    'X-Litellm-Session-Id',
    'Helicone-Session-Id',
    'Agent-Session-Id',
  ]) {
    it(`is named by the header ${header}`, async () => {
      expect(await sessionOf({}, { [header.toLowerCase()]: 'abc' }))
        .to.match(/^scoped-[0-9a-f]{32}$/)
        .and.equal(await sessionOf({}, { 'x-session-id': ' abc ' }))
    })
  }

  for (const [name, request] of [
    ['metadata.user_id, as text', { metadata: { user_id: `user_ab12_account_cd34_session_${uuid}` } }],
    ['metadata.user_id, as JSON', { metadata: { user_id: JSON.stringify({ device_id: 'd', session_id: uuid }) } }],
    ['session_id', { session_id: uuid }],
    ['litellm_session_id', { litellm_session_id: uuid }],
    ['prompt_cache_key', { prompt_cache_key: uuid }],
    ['conversation', { conversation: uuid }],
    ['conversation, as an object', { conversation: { id: uuid } }],
  ] as const) {
    it(`is named in the body: ${name}`, async () => expect(await sessionOf(request)).to.equal(await sessionOf({}, { 'x-session-id': uuid })))
  }

  it('is named by the header rather than by the body', async () => {
    expect(await sessionOf({ session_id: 'b' }, { 'x-session-id': 'a' })).to.equal(await sessionOf({}, { 'x-session-id': 'a' }))
  })

  it("is named by a header of the operator's", async () => {
    expect(await sessionOf({}, { 'x-thread': 'abc' }, { headers: [{ header: 'X-Thread' }] })).to.equal(await sessionOf({}, { 'x-session-id': 'abc' }))
    expect(await sessionOf({}, { 'x-user': `u_session_${uuid}` }, { headers: [{ header: 'X-User', transform: 'session-uuid' }] })).to.equal(
      await sessionOf({}, { 'x-session-id': uuid }),
    )
  })

  it('is another for each tenant', async () => {
    expect(await sessionOf({}, { 'x-session-id': 'abc' }, {}, '/a')).to.not.equal(await sessionOf({}, { 'x-session-id': 'abc' }, {}, '/b'))
    expect(await sessionOf({}, {}, {}, '/a')).to.not.equal(await sessionOf({}, {}, {}, '/b'))
  })

  describe('that nobody names', () => {
    it('is told from how a chat begins', async () => {
      const longer = { messages: [...messages, { role: 'assistant', content: 'hi' }, { role: 'user', content: 'and now?' }] }
      expect(await sessionOf(longer))
        .to.match(/^auto-[0-9a-f]{32}$/)
        .and.equal(await sessionOf())
    })

    const user = { role: 'user', content: 'hello' }
    const assistant = { role: 'assistant', content: 'hi' }
    for (const [dialect, of] of [
      ['openai-chat', (turns: readonly object[], system: string) => ({ messages: [{ role: 'system', content: system }, ...turns] })],
      ['openai-responses', (turns: readonly object[], system: string) => ({ input: turns, instructions: system })],
      ['anthropic-messages', (turns: readonly object[], system: string) => ({ messages: turns, system, max_tokens: 10 })],
    ] as const) {
      it(`is told so in ${dialect}`, async () => {
        const session = async (turns: readonly object[], system = 'Be brief.') =>
          (await runPlugin(sessions, { dialect, request: { model: 'm', ...of(turns, system) } })).exchange.session
        expect(await session([user]))
          .to.match(/^auto-/)
          .and.equal(await session([user, assistant, { role: 'user', content: 'and now?' }]))
        expect(await session([user])).to.not.equal(await session([user], 'Be long.'))
      })
    }

    for (const [name, other] of [
      ['model', { model: 'n' }],
      ['instructions', { messages: [{ role: 'system', content: 'Be long.' }, messages[1]] }],
      ['first message', { messages: [messages[0], { role: 'user', content: 'bye' }] }],
      ['tools', { tools: [{ type: 'function', function: { name: 'f' } }] }],
    ] as const) {
      it(`is another with another ${name}`, async () => expect(await sessionOf(other)).to.not.equal(await sessionOf()))
    }

    it('is none if detection is off, or nothing of the user is there', async () => {
      expect(await sessionOf({}, {}, { auto_detect: false })).to.equal(undefined)
      expect(await sessionOf({ messages: [messages[0]] })).to.equal(undefined)
    })
  })

  it('is not looked for as clients name it, if that is off', async () => {
    expect(await sessionOf({ session_id: 'x' }, { 'x-session-id': 'abc' }, { builtin_rules: false, auto_detect: false })).to.equal(undefined)
  })

  it('is not looked for in a body of more than 1 MiB', async () => {
    expect(await sessionOf({ session_id: 'x', messages: [{ role: 'user', content: 'x'.repeat(1024 * 1024) }] })).to.equal(undefined)
  })
})

describe('the key of a session', () => {
  it('stays while others come and go', () => {
    const [all, fewer] = [new KeyRing(['a', 'b', 'c', 'd']), new KeyRing(['d', 'b', 'a'])]
    const names = Array.from({ length: 60 }, (_, i) => `session-${i}`)
    for (const name of names) if (all.of(name) !== 'c') expect(fewer.of(name)).to.equal(all.of(name))
    expect(new Set(names.map(name => all.of(name)))).to.have.property('size', 4)
  })

  const keysSent = async (sticky: boolean | undefined, bodies: readonly object[]) => {
    await using upstream = await Served.start()
    upstream.upstream.always({ body: chatCompletion() })
    const many = {
      type: 'openai-compatible',
      api_keys: ['k1', 'k2', 'k3'],
      base_url: upstream.upstream.url,
      models: ['m'],
      ...(sticky === undefined ? {} : { session_sticky_keys: sticky }),
    }
    await using served = await Served.start({ config: { providers: { many } } })
    for (const body of bodies) await served.chat({ ...hello, ...body, model: 'many/m' })
    return upstream.upstream.requests.filter(({ method }) => method === 'POST').map(({ headers }) => headers.authorization)
  }
  const three = [{ session_id: 's' }, { session_id: 's' }, { session_id: 's' }]

  it('is the same for each of its calls', async () => expect(new Set(await keysSent(undefined, three)).size).to.equal(1))
  it('is the next in turn if sessions do not keep to theirs', async () => expect(new Set(await keysSent(false, three)).size).to.equal(3))
})
