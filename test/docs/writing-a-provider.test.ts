/** The providers of the manual that need code do what the page says of them. */

import { expect } from 'chai'
import { chatCompletion, errorBody } from '../../core/testing/chat-samples.ts'
import { startTestGateway, type TestGateway } from '../../core/testing/gateway.ts'
import type { ReceivedRequest } from '../../core/testing/received-request.ts'
import { ScriptedUpstream } from '../../core/testing/scripted-upstream.ts'
import type { Script } from '../../core/testing/script.ts'
import { filesOf, page } from './manual.ts'

const files = filesOf(page('docs/writing-a-provider.md'))

describe('the providers of the manual that need code', () => {
  let upstream: ScriptedUpstream
  let gateway: TestGateway | undefined
  beforeEach(async () => {
    upstream = await ScriptedUpstream.start()
  })
  afterEach(async () => {
    await gateway?.close()
    await upstream.close()
  })

  const serve = async (name: string, block: object = {}) => {
    const config = {
      resilience: { retry: { max_retries: 0 } },
      providers: { [name]: { type: `./${name}.ts`, base_url: upstream.url, api_key: 'key', models: ['m'], ...block } },
    }
    gateway = await startTestGateway({ files, config, env: { CONFIGURED_PROVIDER_MODELS_MODE: 'allowlist', COMPAT_WARN: 'false' } })
  }
  const ask = async (path: string, body: object, headers: Readonly<Record<string, string>> = {}) =>
    await fetch(`${gateway?.url}${path}`, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) })
  const chat = (model: string, more: object = {}) => ask('/v1/chat/completions', { model, messages: [{ role: 'user', content: 'Hello' }], ...more })
  const sent = ({ body }: ReceivedRequest) => JSON.parse(body.toString()) as Record<string, unknown>

  describe('badge', () => {
    it('asks for a token once, and for another when it is refused', async () => {
      let tokens = 0
      upstream.always(({ path, headers }): Script => {
        if (path.endsWith('/token')) return { body: { token: `t${++tokens}` } }
        return headers.authorization === 'Bearer t1' ? { status: 401, body: errorBody('expired') } : { body: chatCompletion() }
      })
      await serve('badge', { api_key: undefined, client_secret: 'secret' })
      expect([(await chat('badge/m')).status, (await chat('badge/m')).status]).to.deep.equal([200, 200])
      expect(upstream.requests.map(({ path, headers }) => `${path} ${headers.authorization ?? ''}`.trim())).to.deep.equal([
        '/v1/token',
        '/v1/chat/completions Bearer t1',
        '/v1/token',
        '/v1/chat/completions Bearer t2',
        '/v1/chat/completions Bearer t2',
      ])
    })
  })

  describe('atlas', () => {
    it("calls the model's own path in the edition that is configured, for its team", async () => {
      await serve('atlas', { edition: 'next', team: 'blue' })
      upstream.always({ body: chatCompletion() })
      expect((await chat('atlas/a/b')).status).to.equal(200)
      const [request] = upstream.requests
      expect([request?.path, request?.headers['atlas-team']]).to.deep.equal(['/v1/v2/models/a%2Fb/chat', 'blue'])
    })

    it('has chats with tools go as Messages, and Messages as they came, with their betas', async () => {
      await serve('atlas')
      upstream.always({
        body: {
          id: 'msg_1',
          type: 'message',
          role: 'assistant',
          model: 'm',
          content: [{ type: 'text', text: 'Hi' }],
          stop_reason: 'end_turn',
          stop_sequence: null,
          usage: { input_tokens: 1, output_tokens: 1 },
        },
      })
      expect((await chat('atlas/m', { tools: [{ type: 'function', function: { name: 'f' } }] })).status).to.equal(200)
      expect(
        (
          await ask(
            '/v1/messages',
            { model: 'atlas/m', max_tokens: 9, messages: [{ role: 'user', content: 'Hello' }] },
            { 'anthropic-beta': 'x', 'atlas-priority': '1' },
          )
        ).status,
      ).to.equal(200)
      expect(upstream.requests.map(({ path, headers }) => [path, headers['anthropic-beta'], headers['atlas-priority']])).to.deep.equal([
        ['/v1/v1/models/m/messages', undefined, undefined],
        ['/v1/v1/models/m/messages', 'x', '1'],
      ])
    })

    it('reads its list page by page, and knows models by both spellings', async () => {
      upstream.always(({ path }) =>
        path.includes('/models?')
          ? { body: path.includes('after=2') ? { items: [{ name: 'two@latest', window: 2 }] } : { items: [{ name: 'one', window: 1 }], next: '2' } }
          : { body: chatCompletion() },
      )
      gateway = await startTestGateway({ files, config: { providers: { atlas: { type: './atlas.ts', base_url: upstream.url, api_key: 'key' } } } })
      await upstream.received(2)
      const { data } = await listed(gateway, 2)
      expect(data.map(({ id, metadata }) => [id, metadata?.context_window])).to.deep.equal([
        ['atlas/one', 1],
        ['atlas/two@latest', 2],
      ])
      expect((await chat('two')).status).to.equal(200)
    })
  })

  describe('picky', () => {
    it('gets the limit under its name', async () => {
      await serve('picky')
      upstream.always({ body: chatCompletion() })
      await chat('picky/m', { max_completion_tokens: 9 })
      expect(upstream.requests.map(sent)[0]).to.deep.include({ max_tokens: 9 }).and.not.have.property('max_completion_tokens')
    })

    it('learns which model takes no temperature', async () => {
      await serve('picky')
      upstream.always(request =>
        'temperature' in sent(request) ? { status: 400, body: errorBody('temperature is not supported') } : { body: chatCompletion() },
      )
      const answers = [await chat('picky/m', { temperature: 1 }), await chat('picky/m', { temperature: 1 })]
      expect(answers.map(({ status, headers }) => [status, headers.get('x-tapline-dropped')])).to.deep.equal([
        [200, 'temperature'],
        [200, 'temperature'],
      ])
      expect(upstream.requests).to.have.length(3)
    })

    it('refuses what it must, before any call', async () => {
      await serve('picky')
      const { error } = (await (await chat('picky/m', { n: 2 })).json()) as { error: { code: string; param: string } }
      expect([error.code, error.param, upstream.requests.length]).to.deep.equal(['unsupported_parameter', 'n', 0])
    })
  })

  describe('mumble', () => {
    it('has its problems told with a status, its own status changed, its refusals explained, its cost relayed', async () => {
      await serve('mumble')
      upstream.reply(
        { body: { problem: 'mumble' } },
        { status: 420, body: errorBody('slow down') },
        { status: 403, body: errorBody('no quota.') },
        { headers: { 'x-mumble-cost': '3' }, body: chatCompletion() },
        { status: 400, body: { mumbled: { what: 'too loud', kind: 'VOLUME' } } },
      )
      const answers = [await chat('mumble/m'), await chat('mumble/m'), await chat('mumble/m'), await chat('mumble/m'), await chat('mumble/m')]
      expect(answers.map(({ status }) => status)).to.deep.equal([503, 429, 403, 200, 400])
      expect(await answers[0]?.text()).to.include('"code":"mumbled"')
      expect(await answers[2]?.text()).to.include('no quota. See https://mumble.example/billing')
      expect(answers[3]?.headers.get('x-mumble-cost')).to.equal('3')
      expect(await answers[4]?.json())
        .to.have.property('error')
        .that.includes({ message: 'too loud', code: 'VOLUME' })
    })

    it('has its thoughts found where they are translated', async () => {
      await serve('mumble')
      upstream.always({
        body: {
          ...chatCompletion({ content: 'Hi' }),
          choices: [{ index: 0, message: { role: 'assistant', content: 'Hi', mumbling: 'Hm.' }, finish_reason: 'stop' }],
        },
      })
      const { content } = (await (await ask('/v1/messages', { model: 'mumble/m', max_tokens: 9, messages: [{ role: 'user', content: 'Hello' }] })).json()) as {
        content: object[]
      }
      expect(content).to.deep.equal([
        { type: 'thinking', thinking: 'Hm.', signature: '' },
        { type: 'text', text: 'Hi' },
      ])
    })
  })

  it('crier speaks', async () => {
    await serve('crier')
    upstream.always({ body: { sound: Buffer.from('oyez').toString('base64') } })
    const answer = await ask('/v1/audio/speech', { model: 'crier/m', input: 'Hear ye', voice: 'loud', speed: 2 })
    expect([answer.status, answer.headers.get('content-type'), await answer.text(), answer.headers.get('x-tapline-dropped')]).to.deep.equal([
      200,
      'audio/wav',
      'oyez',
      'speed',
    ])
    expect(upstream.requests.map(request => [request.path, sent(request)])).to.deep.equal([['/v1/cry', { crier: 'm', cry: 'Hear ye', manner: 'loud' }]])
  })
})

interface List {
  readonly data: readonly { readonly id: string; readonly metadata?: { readonly context_window?: number } }[]
}

/** The list, once it has so many models. */
async function listed(gateway: TestGateway, count: number): Promise<List> {
  for (;;) {
    const list = (await (await fetch(`${gateway.url}/v1/models`)).json()) as List
    if (list.data.length >= count) return list
  }
}
