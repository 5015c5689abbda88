/** Anthropic as a provider: its keys and headers, its model list, what it does not take. */

import { expect } from 'chai'
import { JsonDocument } from '../../core/document/document.ts'
import { Losses } from '../../core/neutral/losses.ts'
import type { ProviderCall } from '../../core/plugin/provider.ts'
import { providerConformance } from '../../core/testing/conformance.ts'
import { errorBody } from '../../core/testing/chat-samples.ts'
import { ScriptedUpstream } from '../../core/testing/scripted-upstream.ts'
import { TurnedClock } from '../../core/testing/turned-clock.ts'
import anthropic from '../../providers/anthropic.ts'
import { message } from '../support/messages.ts'
import { masterKey, Served } from '../support/serve.ts'
import { until } from '../support/until.ts'
import { instanceFacts, settingsOf } from '../support/provider.ts'

const settings = settingsOf(anthropic)
const variables = (url: string) => ({ ANTHROPIC_API_KEY: 'sk-ant-1', ANTHROPIC_BASE_URL: url })

describe('anthropic', () => {
  for (const { name, run } of providerConformance(anthropic)) it(name, run)

  for (const [given, url] of [
    ['https://api.anthropic.com', 'https://api.anthropic.com/v1'],
    ['https://api.anthropic.com/v1', 'https://api.anthropic.com/v1'],
    ['https://house.example/anthropic', 'https://house.example/anthropic/v1'],
    ['https://house.example/v2', 'https://house.example/v2'],
    [undefined, 'https://api.anthropic.com/v1'],
  ] as const)
    it(`is called at ${url} where its base URL is ${given ?? 'not said'}`, () => expect(instanceFacts(anthropic, { base_url: given }).baseUrl).to.equal(url))

  describe('headers', () => {
    const signed = (...headers: string[]) => {
      const call: ProviderCall = { operation: 'messages', method: 'POST', path: '/messages', headers, body: undefined }
      void anthropic.sign?.(call, settings)
      return call.headers
    }
    it('a key goes as it is', () => expect(signed('x-api-key', 'sk-ant-api03-x')).to.deep.equal(['x-api-key', 'sk-ant-api03-x']))
    it('an OAuth token goes as a bearer, with its beta', () =>
      expect(signed('x-api-key', 'sk-ant-oat01-x', 'anthropic-beta', 'a,b')).to.deep.equal([
        'Authorization',
        'Bearer sk-ant-oat01-x',
        'anthropic-beta',
        'a,b,oauth-2025-04-20',
      ]))
    it('betas are one list, each once', () =>
      expect(signed('anthropic-beta', 'a, b', 'Accept', 'x', 'Anthropic-Beta', 'b,c')).to.deep.equal(['anthropic-beta', 'a,b,c', 'Accept', 'x']))
  })

  describe('traits', () => {
    const traits = (model: string, more: object = {}) => anthropic.traits?.(model, { ...settings, ...more })
    it('max_tokens by default, and as configured', () => {
      expect(traits('m')).to.deep.equal({ vendor: 'anthropic', defaultMaxTokens: 4096, promptCacheTokens: 1024 })
      expect(traits('m', { default_max_tokens: 9 })).to.deep.equal({ vendor: 'anthropic', defaultMaxTokens: 9, promptCacheTokens: 1024 })
    })
    it('what a user says of models', () => {
      const tables = [
        { models: 'claude-*', thinking: 'budget', always_thinks: true },
        { models: '*-new', thinking: 'adaptive', efforts: ['low'] },
      ]
      expect(traits('claude-new', { model_traits: tables })).to.deep.include({ thinking: 'adaptive', alwaysThinks: true, efforts: ['low'] })
      expect(traits('other', { model_traits: tables })).to.not.have.property('thinking')
    })
  })

  describe('respell', () => {
    const respelled = (content: unknown[], edit?: (body: JsonDocument) => void) => {
      const body = JsonDocument.parse(
        Buffer.from(
          JSON.stringify({
            messages: [
              { role: 'user', content: 'a' },
              { role: 'assistant', content },
            ],
          }),
        ),
      )
      edit?.(body)
      const facts = { operation: 'messages', dialect: 'anthropic-messages', model: 'm', settings, streamed: false, losses: new Losses() }
      anthropic.respell?.(body, facts)
      return { body, messages: (JSON.parse(body.render().toString()) as { messages: { content: unknown }[] }).messages.slice(1).map(({ content }) => content) }
    }
    const signed = { type: 'thinking', thinking: 'a', signature: 'S' }
    const text = { type: 'text', text: 'b' }

    it('leaves thinking that is signed', () => expect(respelled([signed, text]).body.edited).to.equal(false))
    it('takes out thinking that nobody signed', () => expect(respelled([{ ...signed, signature: '' }, signed, text]).messages).to.deep.equal([[signed, text]]))
    it('takes out what is sealed', () => expect(respelled([{ ...signed, signature: 'tl1.abc' }, text]).messages).to.deep.equal([[text]]))
    it('takes out a message of which nothing is left', () => expect(respelled([{ ...signed, signature: '' }]).messages).to.deep.equal([]))
    const call = { type: 'tool_use', id: 't', name: 'n', input: {} }
    const unsigned = { ...signed, signature: '' }
    const redacted = { type: 'redacted_thinking', data: 'D' }
    for (const [what, thinking, content, isOff] of [
      ['that led to a call', { type: 'enabled', budget_tokens: 2000 }, [unsigned, call], true],
      ['that led to a text', { type: 'enabled', budget_tokens: 2000 }, [unsigned, text], false],
      ['beside others that are signed', { type: 'enabled', budget_tokens: 2000 }, [unsigned, redacted, call], false],
      ['of a model that does without', { type: 'adaptive' }, [unsigned, call], false],
      ['which were not there', { type: 'enabled', budget_tokens: 2000 }, [text, call], false],
    ] as const) {
      it(`${isOff ? 'switches thinking off, with a note,' : 'leaves thinking on'} for want of thoughts ${what}`, () => {
        const body = JsonDocument.parse(
          Buffer.from(
            JSON.stringify({
              thinking,
              messages: [
                { role: 'user', content: 'a' },
                { role: 'assistant', content },
                { role: 'user', content: [{ type: 'tool_result', tool_use_id: 't' }] },
              ],
            }),
          ),
        )
        const losses = new Losses()
        anthropic.respell?.(body, { operation: 'messages', dialect: 'anthropic-messages', model: 'm', settings, streamed: false, losses })
        expect([(JSON.parse(body.render().toString()) as { thinking: unknown }).thinking, losses.reported]).to.deep.equal(
          isOff ? [{ type: 'disabled' }, ['thinking']] : [thinking, []],
        )
      })
    }
    it('takes out thinking whose signature policy took', () => {
      expect(
        respelled([signed, text], body => {
          body.replace(body.root.get('messages')?.items()[1]?.get('content')?.items()[0]?.get('signature') as never, '""')
        }).messages,
      ).to.deep.equal([[text]])
    })
  })

  describe('models', () => {
    it('are listed page by page', async () => {
      await using upstream = await ScriptedUpstream.start()
      upstream.reply(
        {
          body: {
            data: [{ type: 'model', id: 'claude-a', display_name: 'A', created_at: '2026-01-01T00:00:00Z', max_input_tokens: 200000, max_tokens: 64000 }],
            has_more: true,
            first_id: 'claude-a',
            last_id: 'claude-a',
          },
        },
        { body: { data: [{ type: 'model', id: 'claude-b', display_name: 'B' }], has_more: false, first_id: 'claude-b', last_id: 'claude-b' } },
      )
      await using served = await Served.start({ env: variables(upstream.url) })
      await upstream.received(2)
      expect(upstream.requests.map(({ path }) => path)).to.deep.equal(['/v1/models?limit=1000', '/v1/models?limit=1000&after_id=claude-a'])
      expect(upstream.requests[0]?.headers).to.deep.include({ 'x-api-key': 'sk-ant-1', 'anthropic-version': '2023-06-01' })
      let ids: string[] = []
      while (!ids.includes('anthropic/claude-b'))
        ids = (JSON.parse((await served.call('GET', '/v1/models')).body.toString()) as { data: { id: string }[] }).data.map(({ id }) => id)
      expect(ids).to.deep.equal(['anthropic/claude-a', 'anthropic/claude-b', 'openai/gpt-test'])
    })
    it('have the time of their creation, and their limits', () => {
      expect(
        anthropic.models?.({ data: [{ id: 'a', created_at: '2026-01-01T00:00:00Z', max_input_tokens: 9, max_tokens: 8 }, { id: 'b' }, {}] }),
      ).to.deep.equal([
        { id: 'a', created: 1_767_225_600, owned_by: 'anthropic', metadata: { context_window: 9, max_output_tokens: 8 } },
        { id: 'b', owned_by: 'anthropic' },
      ])
      expect(() => anthropic.models?.({})).to.throw(/model list/)
    })
    for (const [what, said, metadata] of [
      ['their names', { display_name: 'A' }, { display_name: 'A' }],
      ['what becomes of them', { lifecycle: { status: 'deprecated' } }, { lifecycle: { status: 'deprecated' } }],
      [
        'what they can',
        { capabilities: { image_input: true, pdf_input: { supported: true }, structured_outputs: { supported: false }, batch: false, citations: true } },
        { capabilities: { vision: true, pdf: true, json_schema: false, batch: false } },
      ],
      [
        'how they think',
        { capabilities: { thinking: { types: ['adaptive', 1] }, effort: ['low', 'high'] } },
        { capabilities: { reasoning: true, thinking_types: ['adaptive'], efforts: ['low', 'high'] } },
      ],
      [
        'how they think, flag by flag',
        {
          capabilities: {
            thinking: { supported: true, types: { adaptive: { supported: true }, enabled: { supported: false } } },
            effort: { supported: true, low: { supported: true }, max: { supported: false } },
          },
        },
        { capabilities: { reasoning: true, thinking_types: ['adaptive'], efforts: ['low'] } },
      ],
      [
        'that they do not think',
        { capabilities: { thinking: { supported: false }, effort: { supported: false, low: { supported: false } } } },
        { capabilities: { reasoning: false } },
      ],
      ['nothing that is not said', { display_name: 1, max_tokens: null, capabilities: null, lifecycle: null }, undefined],
    ] as const) {
      it(`have ${what}`, () =>
        expect(anthropic.models?.({ data: [{ id: 'a', ...said }] })).to.deep.equal([
          { id: 'a', owned_by: 'anthropic', ...(metadata === undefined ? {} : { metadata }) },
        ]))
    }
  })

  describe('calls', () => {
    let upstream: ScriptedUpstream
    let served: Served
    before(async () => {
      upstream = await ScriptedUpstream.start()
      upstream.always({ body: message() })
      served = await Served.start({ env: { ...variables(upstream.url), ANTHROPIC_MODELS: 'claude-test', ANTHROPIC_DEFAULT_MAX_TOKENS: '77' } })
    })
    after(async () => {
      await served.close()
      await upstream.close()
    })
    beforeEach(() => {
      upstream.requests.length = 0
    })

    const body = { model: 'claude-test', max_tokens: 9, messages: [{ role: 'user', content: 'hi' }] }
    const sent = async (path: string, value: object, headers: Record<string, string> = {}) => {
      const { status, body } = await served.call('POST', path, value, headers)
      expect(status, body.toString()).to.equal(200)
      return upstream.received()
    }

    it('natively: the version of the caller, and what else he says', async () => {
      const { headers, path } = await sent('/v1/messages?beta=true', body, {
        'anthropic-version': '2026-10-21',
        'anthropic-beta': 'a,b',
        'x-stainless-lang': 'js',
      })
      expect(headers).to.include({ 'anthropic-version': '2026-10-21', 'anthropic-beta': 'a,b', 'x-api-key': 'sk-ant-1' })
      expect([path, headers['x-stainless-lang'], headers.authorization]).to.deep.equal(['/v1/messages?beta=true', undefined, undefined])
    })
    describe('bring the headers of the reply back', () => {
      const given = {
        'anthropic-ratelimit-requests-remaining': '5',
        'request-id': 'req_1',
        'retry-after': '99',
        'Set-Cookie': 'a=b',
        Connection: 'X-Hop',
        'X-Hop': '1',
        'Cache-Control': 'private',
        'X-Cache': 'HIT',
        Age: '7',
      }
      const shown = ({ headers }: { readonly headers: Record<string, unknown> }) =>
        ['anthropic-ratelimit-requests-remaining', 'x-upstream-request-id', 'retry-after', 'set-cookie', 'x-hop', 'cache-control', 'x-cache', 'age'].map(
          name => headers[name],
        )

      for (const [name, path, status, expected] of [
        ['natively', '/v1/messages', 200, ['5', 'req_1', undefined, undefined, undefined, undefined, undefined, undefined]],
        ['natively, of a refusal too', '/v1/messages', 400, ['5', 'req_1', '99', undefined, undefined, undefined, undefined, undefined]],
        ['not when translated', '/v1/chat/completions', 200, [undefined, undefined, undefined, undefined, undefined, undefined, undefined, undefined]],
      ] as const) {
        it(name, async () => {
          upstream.reply({
            status,
            headers: given,
            body: status === 200 ? message() : { type: 'error', error: { type: 'invalid_request_error', message: 'm' } },
          })
          expect(shown(await served.call('POST', path, body))).to.deep.equal(expected)
        })
      }

      it('of the last attempt alone', async () => {
        upstream.reply(
          { status: 503, headers: { ...given, 'retry-after-ms': '1' }, body: { type: 'error', error: { type: 'api_error', message: 'm' } } },
          { headers: { 'anthropic-ratelimit-tokens-remaining': '7' }, body: message() },
        )
        const answer = await served.call('POST', '/v1/messages', body)
        expect([shown(answer)[0], answer.headers['anthropic-ratelimit-tokens-remaining']]).to.deep.equal([undefined, '7'])
      })
    })
    it('natively: none of an earlier attempt where the last one has no reply', async () => {
      const refusal = { type: 'error', error: { type: 'api_error', message: 'm' } }
      upstream.reply(...Array.from({ length: 3 }, () => ({ status: 503, headers: { 'request-id': 'req_1', 'retry-after-ms': '1' }, body: refusal })), {
        refuse: true,
      })
      const answer = await served.call('POST', '/v1/messages', body)
      expect([answer.status, answer.headers['x-upstream-request-id']]).to.deep.equal([502, undefined])
    })
    describe('and a breaker: the headers of a failure', () => {
      const given = { 'anthropic-organization-id': 'org_1', 'x-foo': 'bar' }
      const failed = (status: number) => ({ status, headers: given, body: { type: 'error', error: { type: 'api_error', message: 'm' } } })
      // A wait that nothing else has.
      const brittle = { resilience: { circuit_breaker: { failure_threshold: 1 }, retry: { initial_backoff: '3017ms', jitter_factor: 0 } } }
      const start = (config: object, clock?: TurnedClock) =>
        Served.start({
          env: { ...variables(upstream.url), ANTHROPIC_MODELS: 'claude-test' },
          config: { ...brittle, ...config },
          ...(clock === undefined ? {} : { clock }),
        })

      it('do not leave with the refusal of the target behind it', async () => {
        await using guarded = await start({ failover: { rules: { 'claude-test': ['openai/gpt-test'] } } })
        guarded.upstream.always({ status: 500, body: errorBody('ouch') })
        await guarded.call('POST', '/v1/messages', { ...body, model: 'gpt-test' })
        upstream.reply(failed(500))
        const { status, headers } = await guarded.call('POST', '/v1/messages', body)
        expect([status, headers['anthropic-organization-id'], headers['x-foo']]).to.deep.equal([503, undefined, undefined])
      })

      it('leave with it where its repetition is kept back', async () => {
        const clock = new TurnedClock()
        await using guarded = await start({}, clock)
        upstream.reply(failed(503), failed(500))
        const call = guarded.call('POST', '/v1/messages', body)
        await until(() => clock.waitsMs.includes(3_017))
        expect((await guarded.call('POST', '/v1/messages', body)).status).to.equal(500)
        clock.advance(3_017)
        const { status, headers } = await call
        expect([status, headers['anthropic-organization-id'], upstream.requests.length]).to.deep.equal([503, 'org_1', 2])
      })
    })
    it('natively: the oldest version where the caller says none', async () => {
      expect((await sent('/v1/messages', body)).headers).to.include({ 'anthropic-version': '2023-06-01' })
    })
    it('natively: byte for byte, but for the model', async () => {
      const bytes =
        '{ "model":"anthropic/claude-test","max_tokens":9,  "messages":[{"role":"user","content":[{"type":"text","text":"h\\u0069","cache_control":{"type":"ephemeral"}}]}],"n":12345678901234567890,"x":1.0,"__proto__":{} }'
      await served.call('POST', '/v1/messages', bytes)
      expect((await upstream.received()).body.toString()).to.equal(bytes.replace('anthropic/', ''))
    })
    it('natively: without state of other vendors', async () => {
      const messages = (more: object) => [
        { role: 'user', content: 'hi' },
        { role: 'assistant', content: [{ type: 'tool_use', id: 't', name: 'n', input: {}, ...more }] },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: 't' }] },
      ]
      const { body: sentBody } = await sent('/v1/messages', { ...body, messages: messages({ extra_content: { google: { thought_signature: 'Z' } } }) })
      expect(JSON.parse(sentBody.toString())).to.deep.equal({ ...body, messages: messages({}) })
    })
    it('translated: a version that takes sampling fields, whatever the caller says, and max_tokens as configured', async () => {
      const { headers, path, body } = await sent(
        '/v1/chat/completions?beta=true',
        { model: 'claude-test', messages: [{ role: 'user', content: 'hi' }] },
        { 'anthropic-version': '2026-10-21', 'anthropic-beta': 'a' },
      )
      expect([path, headers['anthropic-version'], headers['anthropic-beta']]).to.deep.equal(['/v1/messages', '2023-06-01', undefined])
      expect(JSON.parse(body.toString())).to.deep.equal({ model: 'claude-test', max_tokens: 77, messages: [{ role: 'user', content: 'hi' }] })
    })
    it('sends no credential of the caller', async () => {
      const { rawHeaders } = await sent('/v1/messages', body)
      expect(rawHeaders.join(' ')).to.not.include(masterKey)
    })
  })
})
