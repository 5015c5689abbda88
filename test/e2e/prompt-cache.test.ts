/** The prompt caches of providers, asked for through whole gateways: what leaves for each, natively and translated. */

import { expect } from 'chai'
import { chatCompletion, errorBody } from '../../core/testing/chat-samples.ts'
import { Audited } from '../support/audit.ts'
import { expectError } from '../support/answer.ts'
import { answer, bodies, chatBody, long, messagesBody, planning, start } from '../support/prompt-cache.ts'
import type { Served } from '../support/serve.ts'

const key = /,"prompt_cache_key":"tapline-[0-9a-f]{32}"/
const mark = ',"prompt_cache_breakpoint":{"mode":"explicit"}'
const automatic = ',"cache_control":{"type":"ephemeral"}'
const point = { cachePoint: { type: 'default' } }

type Path = keyof typeof bodies

describe('prompt caches of providers', () => {
  let served: Served
  before(async () => {
    served = await start()
  })
  after(() => served.close())
  beforeEach(() => {
    served.upstream.requests.length = 0
    served.upstream.always(answer)
  })

  const ask = async (path: Path, body: string) => {
    const { status, body: said } = await served.call('POST', path, body)
    expect(status, said.toString()).to.equal(200)
    return served.upstream.requests.at(-1)?.body.toString() ?? ''
  }
  const sent = async (path: Path, model: string, more = '') => JSON.parse(await ask(path, bodies[path](model, more))) as Record<string, any>

  describe("of a body in the provider's own dialect", () => {
    for (const [what, path, model, spliced] of [
      ['by a key alone', '/v1/chat/completions', 'gpt-4o', key],
      ['by a key alone', '/v1/responses', 'gpt-4o', key],
      ['on the top level', '/v1/messages', 'claude-opus-4-6', automatic],
    ] as const) {
      for (const stream of ['', ',"stream":true']) {
        it(`are asked ${what} at ${path}, and every other byte is the client's${stream === '' ? '' : ', of a stream, too'}`, async () => {
          const body = bodies[path](model, stream)
          const usage = stream !== '' && path.endsWith('completions') ? ',"stream_options":{"include_usage":true}' : ''
          const asked = await ask(path, body)
          expect(asked).to.match(typeof spliced === 'string' ? /cache_control/ : spliced)
          expect(asked.replace(spliced, '').replace(usage, '')).to.equal(body)
        })
      }
    }

    it('are asked by a mark behind the instructions, too, where the model takes marks', async () => {
      const body = chatBody('gpt-5.6')
      const asked = await ask('/v1/chat/completions', body)
      expect(asked.replace(key, '').replace(`[{"type":"text","text":"${long}"${mark}}]`, `"${long}"`)).to.equal(body)
      expect(asked).to.contain(mark)
    })

    it('are asked by the same key at each turn', async () => {
      const turn = { role: 'assistant', content: 'high' }
      const first = await sent('/v1/chat/completions', 'gpt-4o')
      const next = JSON.parse(
        await ask(
          '/v1/chat/completions',
          JSON.stringify({
            model: 'gpt-4o',
            messages: [{ role: 'system', content: long }, { role: 'user', content: 'Tide?' }, turn, { role: 'user', content: 'When?' }],
          }),
        ),
      ) as Record<string, unknown>
      expect(next['prompt_cache_key']).to.equal(first['prompt_cache_key'])
    })
  })

  describe('of a translated body', () => {
    for (const path of ['/v1/messages', '/v1/responses'] as const) {
      it(`are asked by points of Bedrock, from ${path}`, async () => {
        expect((await sent(path, 'anthropic.claude-opus-4-6-v1'))['system']).to.deep.equal([{ text: long }, point])
      })
    }

    for (const stream of ['', ',"stream":true']) {
      const kind = stream === '' ? '' : ', of a stream'
      it(`are asked by points of Bedrock, from chat${kind}`, async () => {
        const { system, messages } = await sent('/v1/chat/completions', 'anthropic.claude-opus-4-6-v1', stream)
        expect([system, messages]).to.deep.equal([[{ text: long }, point], [{ role: 'user', content: [{ text: 'Tide?' }] }]])
      })

      it(`are asked on the top level of Anthropic, from chat${kind}`, async () => {
        expect((await sent('/v1/chat/completions', 'claude-opus-4-6', stream))['cache_control']).to.deep.equal({ type: 'ephemeral' })
      })

      it(`are asked by a key of OpenAI, from messages${kind}`, async () => {
        expect((await sent('/v1/messages', 'gpt-4o', stream))['prompt_cache_key']).to.match(/^tapline-/)
      })
    }

    it('are asked by a point behind what was said before', async () => {
      const messages = [
        { role: 'user', content: long },
        { role: 'assistant', content: 'high' },
        { role: 'user', content: 'When?' },
      ]
      const asked = JSON.parse(await ask('/v1/chat/completions', JSON.stringify({ model: 'anthropic.claude-opus-4-6-v1', messages }))) as {
        messages: { content: unknown[] }[]
      }
      expect(asked.messages.map(({ content }) => content.slice(1))).to.deep.equal([[], [point], []])
    })
  })

  describe('are not asked', () => {
    for (const [what, path, body] of [
      ['where the client has a key', '/v1/chat/completions', chatBody('gpt-4o', ',"prompt_cache_key":"mine"')],
      ['where the client says how long', '/v1/chat/completions', chatBody('gpt-4o', ',"prompt_cache_retention":"24h"')],
      [
        'where the client marks what it says',
        '/v1/messages',
        messagesBody('claude-opus-4-6').replace('"Tide\\u003f"', '[{"type":"text","text":"Tide?","cache_control":{"type":"ephemeral"}}]'),
      ],
      ["where the client marks it in another vendor's words", '/v1/chat/completions', chatBody('gpt-4o', ',"cache_control":{"type":"ephemeral"}')],
      ['for a short prompt', '/v1/chat/completions', chatBody('gpt-4o').replace(long, 'Be short.')],
      ['for a long question alone', '/v1/chat/completions', `{"model":"gpt-4o","messages":[{"role":"user","content":"${long}"}]}`],
      ['for a prompt that is too short for this very model', '/v1/messages', messagesBody('claude-opus-4-6').replace(long, long.slice(0, long.length / 2))],
      ['of a model that caches nothing', '/v1/chat/completions', chatBody('gpt-4')],
      ['of a provider that nobody knows', '/v1/chat/completions', chatBody('compatible/m').replace('compatible/m', 'm')],
    ] as const) {
      it(`${what}: the body is the client's, byte for byte`, async () => {
        expect(await ask(path, body.replace('"model":"m"', '"model":"compatible/m"'))).to.equal(body)
      })
    }

    for (const [what, path, model, more, word] of [
      ['Anthropic, where the client has a key for OpenAI', '/v1/chat/completions', 'claude-opus-4-6', ',"prompt_cache_key":"mine"', 'cache_control'],
      ['OpenAI, where the client marks for Anthropic', '/v1/messages', 'gpt-4o', ',"cache_control":{"type":"ephemeral"}', 'prompt_cache_key'],
      [
        "Bedrock, for more than the client's own point",
        '/v1/messages',
        'anthropic.claude-opus-4-6-v1',
        ',"cache_control":{"type":"ephemeral"}',
        '"text":"x"},{"cachePoint"',
      ],
      ['Bedrock, for a model that caches nothing', '/v1/chat/completions', 'amazon.titan-x', '', 'cachePoint'],
      [
        'Gemini, where the client names an object',
        '/v1/chat/completions',
        'gemini-2.5-pro',
        ',"extra_body":{"google":{"cached_content":"cachedContents/mine"}}',
        'cachedContents/1',
      ],
    ] as const) {
      it(`of ${what}`, async () => {
        expect(JSON.stringify(await sent(path, model, more))).not.to.contain(word)
        expect(served.upstream.requests).to.have.length(1)
      })
    }

    it('at routes that count or embed', async () => {
      served.upstream.always({
        body: { object: 'list', data: [{ object: 'embedding', index: 0, embedding: [1] }], model: 'gpt-4o', usage: { prompt_tokens: 1, total_tokens: 1 } },
      })
      const body = `{"model":"gpt-4o","input":["${long}","x"]}`
      expect((await served.call('POST', '/v1/embeddings', body)).status).to.equal(200)
      expect(served.upstream.requests[0]?.body.toString()).to.equal(body)
    })
  })

  it('are asked of any provider of which the operator says from how many tokens on', async () => {
    const body = chatBody('told/m')
    const asked = await ask('/v1/chat/completions', body)
    expect(asked.replace(key, '')).to.equal(body.replace('told/m', 'm'))
    expect(asked).to.match(key)
  })
})

describe('a plan for the prompt cache', () => {
  let served: Served
  afterEach(() => served.close())
  const chat = (model: string) => served.chat(chatBody(model))
  const asks = () => served.upstream.requests.map(({ body }) => /prompt_cache_key|cache_control|cachePoint|cachedContent/.exec(body.toString())?.[0])

  it('is made anew for a retry, and for the target that follows a failure', async () => {
    served = await start({
      config: { virtual_models: [{ source: 'pair', targets: [{ model: 'openai/gpt-4o' }, { model: 'anthropic/claude-opus-4-6' }], strategy: 'failover' }] },
    })
    served.upstream.reply({ status: 503, body: errorBody('busy') }, { status: 503, body: errorBody('busy') }).always(answer)
    expect((await chat('pair')).status).to.equal(200)
    expect(asks()).to.deep.equal(['prompt_cache_key', 'prompt_cache_key', 'cache_control'])
  })

  for (const [model, refusal] of [
    ['gpt-4o', { status: 400, body: errorBody('Unrecognized request argument supplied: prompt_cache_key') }],
    [
      'claude-opus-4-6',
      { status: 400, body: { type: 'error', error: { type: 'invalid_request_error', message: 'cache_control: Extra inputs are not permitted' } } },
    ],
    ['anthropic.claude-opus-4-6-v1', { status: 400, headers: { 'x-amzn-errortype': 'ValidationException' }, body: { message: 'cachePoint is not supported' } }],
  ] as const) {
    it(`is dropped where ${model} refuses it, and not made again`, async () => {
      served = await start()
      served.upstream.reply(refusal).always(answer)
      expect([(await chat(model)).status, (await chat(model)).status]).to.deep.equal([200, 200])
      expect(asks().map(word => word !== undefined)).to.deep.equal([true, false, false])
    })
  }

  for (const model of ['gpt-4o', 'gemini/gemini-2.5-pro']) {
    it(`is kept where ${model} refuses the call without it, too: the client may have said what speaks of caching`, async () => {
      served = await start()
      let isWrong = true
      served.upstream.always(request =>
        isWrong && !request.path.endsWith('/cachedContents')
          ? { status: 400, body: errorBody("Invalid schema for function 'get_cache_stats'") }
          : answer(request),
      )
      expect((await chat(model)).status).to.equal(400)
      isWrong = false
      expect((await chat(model)).status).to.equal(200)
      const calls = asks().filter((_, index) => !served.upstream.requests[index]?.path.endsWith('/cachedContents'))
      expect(calls.map(word => word !== undefined)).to.deep.equal([true, false, true])
      expect(served.upstream.requests).to.have.length(model === 'gpt-4o' ? 3 : 4)
    })
  }

  it('is kept where the refusal is about something else', async () => {
    served = await start()
    served.upstream.always({ status: 400, body: errorBody('no such seed') })
    expectError(await chat('gpt-4o'), { status: 400, code: null, message: /no such seed/ })
    expect(asks()).to.deep.equal(['prompt_cache_key'])
  })

  it('is seen by the plugins below it', async () => {
    const seen = `
import { definePlugin } from 'tapline'
export default definePlugin({ name: 'seen', edits: false, setup: () => ({ attempt(_exchange, { headers, promptCache }) {
  if (promptCache !== undefined) headers.push('x-prefix', promptCache.prefixMessages + '/' + promptCache.prefixTokens)
} }) })`
    served = await start({ files: { 'seen.ts': seen }, config: { pipelines: { inference: [{ insert: { use: './seen.ts' }, after: 'prompt-cache' }] } } })
    served.upstream.always(answer)
    await chat('gpt-4o')
    await served.chat(chatBody('gpt-4o').replace(long, ''))
    expect(served.upstream.requests.map(({ headers }) => headers['x-prefix'])).to.deep.equal([`1/${Math.ceil(long.length / 4)}`, undefined])
  })

  it('is told by the audit log, for each call that left with one', async () => {
    await using audited = await Audited.start(planning())
    served = audited.served
    served.upstream.reply({ status: 503, body: errorBody('busy') }).always(answer)
    await chat('gpt-4o')
    const { data } = await audited.row()
    expect((data.attempts as { prompt_cache_tokens?: number }[]).map(attempt => attempt.prompt_cache_tokens)).to.deep.equal([long.length / 4, long.length / 4])
    served.upstream.reply({ status: 500, body: {} })
    await chat('gemini/gemini-2.5-pro')
    expect((await audited.rows(2))[1]?.data.attempts[0]).not.to.have.property('prompt_cache_tokens')
  })

  it('is made for a call that is passed through, where its dialect is known', async () => {
    served = await start()
    served.upstream.always(answer)
    const body = messagesBody('claude-opus-4-6')
    const { status } = await served.call('POST', '/p/anthropic/messages', body, { 'anthropic-version': '2023-06-01' })
    expect([status, served.upstream.requests[0]?.body.toString().replace(automatic, '')]).to.deep.equal([200, body])
    expect(asks()).to.deep.equal(['cache_control'])
  })

  it('is not made unless it is switched on', async () => {
    served = await start({ config: { cache: { response: { prompt_planner: {} } } } })
    served.upstream.always({ body: chatCompletion() })
    const body = chatBody('gpt-4o')
    await served.chat(body)
    expect(served.upstream.requests[0]?.body.toString()).to.equal(body)
  })

  it('is switched on by its variable', async () => {
    served = await start({ config: { cache: { response: { prompt_planner: {} } } }, env: { PROVIDER_PROMPT_CACHE_PLANNER_ENABLED: 'true' } })
    served.upstream.always(answer)
    await chat('gpt-4o')
    expect(asks()).to.deep.equal(['prompt_cache_key'])
  })
})
