import { expect } from 'chai'
import { Gate } from '../../../core/testing/gate.ts'
import type { Script } from '../../../core/testing/script.ts'
import { ScriptedUpstream } from '../../../core/testing/scripted-upstream.ts'
import { expectError } from '../../support/answer.ts'
import { capped, completion, Limited } from '../../support/limits.ts'

const minute = 60_000
const perMinute = (limits: object) => ({ period: 'minute', ...limits })
const ofPath = (path: string, ...limits: readonly object[]) => ({ rate_limits: { user_paths: [{ path, limits }] } })
const upstreamCalls = ({ served }: Limited, model?: string) =>
  served.upstream.requests.filter(({ path, body }) => path.endsWith('/chat/completions') && (model === undefined || body.toString().includes(`"${model}"`)))

describe('rate-limit', () => {
  it('refuses the call when the path has spent its minute, and says when to come back', async () => {
    await using limited = await Limited.start({ config: ofPath('/team', perMinute({ max_requests: 2 })) })
    for (const remaining of ['1', '0']) {
      const answer = await limited.call('/team/a')
      expect(answer.headers).to.include({ 'x-ratelimit-limit-requests': '2', 'x-ratelimit-remaining-requests': remaining, 'x-ratelimit-reset-requests': '60' })
    }
    const refused = await limited.call('/team/b')
    expectError(refused, { code: 'rate_limit_exceeded', message: 'rate limit exceeded: 2 requests per minute for user path /team' })
    expect(refused.headers['retry-after']).to.equal('90')
    expect(refused.headers).to.not.have.property('x-should-retry')
    expect((await limited.call('/other')).headers).to.not.have.property('x-ratelimit-limit-requests')
    limited.clock.advance(90_000)
    expect(await limited.statuses(2, '/team')).to.deep.equal([200, 429])
  })

  it('charges nothing for a call that it refuses, nor any rule of the others', async () => {
    await using limited = await Limited.start({
      config: {
        rate_limits: {
          user_paths: [
            { path: '/', limits: [perMinute({ max_requests: 10 })] },
            { path: '/a', limits: [{ period: 'hour', max_requests: 10 }] },
            { path: '/a/b', limits: [perMinute({ max_requests: 1 })] },
          ],
        },
      },
    })
    expect(await limited.statuses(4, '/a/b')).to.deep.equal([200, 429, 429, 429])
    expect((await limited.admin.call('GET', '/rate-limits')).json.rate_limits.map(({ requests_used: used }: { requests_used: number }) => used)).to.deep.equal([
      1, 1, 1,
    ])
  })

  it('counts tokens when they are known, and refuses the next call', async () => {
    await using limited = await Limited.start({ usage: { prompt_tokens: 60, completion_tokens: 40 }, config: ofPath('/', perMinute({ max_tokens: 150 })) })
    expect(await limited.statuses(3)).to.deep.equal([200, 200, 429])
    limited.clock.advance(minute + 15_001)
    const answer = await limited.call()
    expect(answer.headers).to.include({ 'x-ratelimit-limit-tokens': '150', 'x-ratelimit-remaining-tokens': '0' })
  })

  it('warns of a limit on a provider that there is not, and of no other', async () => {
    const limits = [perMinute({ max_requests: 2 })]
    await using limited = await Limited.start({
      config: {
        providers: { openai: { models: ['gpt-test'] }, keyless: { type: 'openai', api_key: '${NO_SUCH_KEY}' } },
        rate_limits: { providers: ['opnai', 'OpenAI', 'keyless'].map(name => ({ name, limits })) },
      },
    })
    const told = limited.served.gateway.log.filter(({ msg }) => String(msg).startsWith('a rate limit holds nobody'))
    expect(told.map(({ msg }) => msg)).to.deep.equal(['a rate limit holds nobody: there is no provider "opnai"; did you mean "openai"?'])
  })

  it('does not hold calls to tokens that nobody counts, and warns', async () => {
    await using limited = await Limited.start({ config: { usage: { enabled: false }, ...ofPath('/', perMinute({ max_tokens: 1 })) } })
    expect(await limited.statuses(2)).to.deep.equal([200, 200])
    expect(limited.served.gateway.log.map(({ msg }) => msg)).to.include('limits of tokens do not hold: usage.enabled is false')
  })

  it('charges nothing for what the cache answers', async () => {
    await using limited = await Limited.start({
      config: { cache: { response: { simple: {} } }, ...ofPath('/', perMinute({ max_requests: 1, max_tokens: 3 })) },
    })
    expect(await limited.statuses(3)).to.deep.equal([200, 200, 200])
    expect(await limited.statuses(1, '/', { ...capped, seed: 1 })).to.deep.equal([429])
  })

  it('counts each child of a template by itself, and the path itself not at all', async () => {
    await using limited = await Limited.start({
      config: { rate_limits: { user_paths: [{ path: '/customers', per_child: true, limits: [perMinute({ max_requests: 1 })] }] } },
    })
    const paths = ['/customers/alice', '/customers/alice/app', '/customers/bob', '/customers', '/customers']
    const statuses = []
    for (const path of paths) statuses.push((await limited.call(path)).status)
    expect(statuses).to.deep.equal([200, 429, 200, 200, 200])
  })

  it('counts a key by its id, wherever it calls from', async () => {
    await using limited = await Limited.start()
    const make = async () => (await limited.admin.call('POST', '/auth-keys', { body: { name: 'a' } })).json as { readonly id: string; readonly value: string }
    const [one, other] = [await make(), await make()]
    await limited.admin.call('PUT', '/rate-limits', { body: { scope: 'key', subject: one.id, limit_key: { period: 'minute' }, max_requests: 1 } })
    const call = async (key: string, path: string) => (await limited.call(path, capped, { authorization: `Bearer ${key}` })).status
    expect([await call(one.value, '/a'), await call(one.value, '/b'), await call(other.value, '/b')]).to.deep.equal([200, 429, 200])
  })

  it('refuses on every route in its own dialect', async () => {
    await using limited = await Limited.start({ config: ofPath('/', perMinute({ max_requests: 1 })) })
    await limited.call()
    const refused = await limited.served.call(
      'POST',
      '/v1/messages',
      { model: 'gpt-test', max_tokens: 1, messages: [{ role: 'user', content: 'hi' }] },
      { 'anthropic-version': '2023-06-01' },
    )
    expect(JSON.parse(refused.body.toString())).to.deep.include({ type: 'error' }).and.to.have.nested.property('error.type', 'rate_limit_error')
    for (const [method, path] of [
      ['POST', '/v1/embeddings'],
      ['GET', '/v1/files'],
      ['POST', '/v1/conversations'],
      ['GET', '/v1/responses/resp_1'],
      ['POST', '/v1/batches'],
    ] as const) {
      const body = method === 'GET' ? undefined : { model: 'gpt-test', input: 'x' }
      expect([path, (await limited.served.call(method, path, body)).status]).to.deep.equal([path, 429])
    }
    expect((await limited.served.call('GET', '/v1/models')).status).to.equal(200)
  })

  describe('of providers and models', () => {
    const virtual = { virtual_models: [{ source: 'both', strategy: 'failover', targets: [{ model: 'gpt-test' }, { model: 'gpt-other' }] }] }

    it('passes over a target that is full, and refuses only when none is left', async () => {
      await using limited = await Limited.start({
        config: {
          ...virtual,
          rate_limits: {
            models: [
              { model: 'openai/GPT-test', limits: [perMinute({ max_requests: 1 })] },
              { model: 'gpt-other', limits: [perMinute({ max_requests: 2 })] },
            ],
          },
        },
      })
      expect(await limited.statuses(4, '/', { ...capped, model: 'both' })).to.deep.equal([200, 200, 200, 429])
      expect([upstreamCalls(limited, 'gpt-test').length, upstreamCalls(limited, 'gpt-other').length]).to.deep.equal([1, 2])
    })

    for (const named of ['local/llama3', 'local/llama3:latest', 'llama3', 'Local/Llama3:latest']) {
      it(`means a model in each spelling of its id where ${named} is limited`, async () => {
        const upstream = await ScriptedUpstream.start({ models: ['llama3:latest'] })
        upstream.always({ body: completion() })
        await using limited = await Limited.start({
          config: {
            providers: { local: { type: 'ollama', base_url: upstream.url } },
            rate_limits: { models: [{ model: named, limits: [perMinute({ max_requests: 2 })] }] },
          },
        })
        const statuses: number[] = []
        for (const model of ['local/llama3', 'local/llama3:latest', 'local/llama3']) statuses.push((await limited.call('/', { ...capped, model })).status)
        expect(statuses).to.deep.equal([200, 200, 429])
        await upstream.close()
      })
    }

    it('takes a target again as soon as its slot is free', async () => {
      await using limited = await Limited.start({
        config: { ...virtual, rate_limits: { models: [{ model: 'gpt-test', limits: [{ period: 'concurrent', max_requests: 1 }] }] } },
      })
      const gate = new Gate()
      limited.served.upstream.always({ body: completion(), gates: { beforeHeaders: gate } })
      const running = limited.call()
      await limited.served.upstream.received(1)
      expect((await limited.call()).status).to.equal(429)
      gate.open()
      await running
      expect(await limited.statuses(1, '/', { ...capped, model: 'both' })).to.deep.equal([200])
      expect(upstreamCalls(limited, 'gpt-test')).to.have.length(2)
    })

    it('counts the target that a call fails over to, and fails over to none that is full', async () => {
      await using limited = await Limited.start({
        config: {
          ...virtual,
          resilience: { retry: { max_retries: 0 } },
          rate_limits: { models: [{ model: 'gpt-other', limits: [perMinute({ max_requests: 1 })] }] },
        },
      })
      limited.served.upstream.always(({ body }) =>
        body.toString().includes('gpt-test') ? { status: 500, body: { error: { message: 'down' } } } : { body: completion() },
      )
      expect(await limited.statuses(2, '/', { ...capped, model: 'both' })).to.deep.equal([200, 500])
      expect(upstreamCalls(limited, 'gpt-other')).to.have.length(1)
    })

    it('counts the tokens of the model that executed', async () => {
      await using limited = await Limited.start({
        config: { ...virtual, rate_limits: { providers: [{ name: 'OPENAI', limits: [perMinute({ max_tokens: 2 })] }] } },
      })
      expect(await limited.statuses(2, '/', { ...capped, model: 'both' })).to.deep.equal([200, 429])
    })
  })

  describe('of calls that run at the same time', () => {
    const two = ofPath('/', { period: 'concurrent', max_requests: 2 })
    const inFlight = async (limited: Limited) => (await limited.admin.call('GET', '/rate-limits')).json.rate_limits[0].in_flight as number
    const chunk = `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 1, model: 'gpt-test', choices: [{ index: 0, delta: { content: 'hi' }, finish_reason: null }] })}\n\n`

    it('admits the next one when one is over', async () => {
      await using limited = await Limited.start({ config: two })
      const gate = new Gate()
      limited.served.upstream.always({ body: completion(), gates: { beforeHeaders: gate } })
      const running = [limited.call(), limited.call()]
      await limited.served.upstream.received(2)
      const refused = await limited.call()
      expectError(refused, { code: 'rate_limit_exceeded', message: 'rate limit exceeded: 2 concurrent requests for user path /' })
      expect(refused.headers['retry-after']).to.equal('1')
      expect(await inFlight(limited)).to.equal(2)
      gate.open()
      expect((await Promise.all(running)).map(({ status }) => status)).to.deep.equal([200, 200])
      expect(await inFlight(limited)).to.equal(0)
      expect(await limited.statuses(1)).to.deep.equal([200])
    })

    const endings: readonly [string, Script][] = [
      ['an error of the provider', { status: 400, body: { error: { message: 'no' } } }],
      ['a connection that breaks', { refuse: true }],
      ['a stream that is cut', { chunks: [chunk], cutAfter: chunk.length }],
      ['a stream that ends', { chunks: [chunk, 'data: [DONE]\n\n'] }],
    ]
    for (const [name, script] of endings) {
      it(`frees the slot after ${name}`, async () => {
        await using limited = await Limited.start({ config: { resilience: { retry: { max_retries: 0 } }, ...two } })
        limited.served.upstream.always(script)
        for (let calls = 0; calls < 3; calls += 1) await limited.call('/', { ...capped, stream: name.includes('stream') })
        expect(await inFlight(limited)).to.equal(0)
      })
    }

    it('frees the slot of a stream that the caller leaves, once', async () => {
      await using limited = await Limited.start({ config: two })
      limited.served.upstream.always({ chunks: [chunk], gates: { beforeEnd: new Promise(() => {}) } })
      for (let aborts = 1; aborts <= 10; aborts += 1) {
        const leave = new AbortController()
        const answer = await limited.served.open('POST', '/v1/chat/completions', { ...capped, stream: true }, {}, leave.signal)
        expect([answer.status, await inFlight(limited)]).to.deep.equal([200, 1])
        answer.body.on('error', () => {})
        leave.abort()
        await limited.served.completions.ended(aborts)
        expect(await inFlight(limited)).to.equal(0)
      }
    })
  })
})
