import { expect } from 'chai'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chatChunks, chatCompletion, errorBody } from '../../../core/testing/chat-samples.ts'
import { Gate } from '../../../core/testing/gate.ts'
import { Audited, type Entry } from '../../support/audit.ts'
import { recorded } from '../../support/recorded.ts'
import { hello, helloStream } from '../../support/serve.ts'

const audio = Buffer.from('ID3 not really music')
const twoProviders = { providers: { openai: { models: ['gpt-test'] } }, failover: { rules: { 'gpt-test': ['gpt-other'] } } }

/** A form with a file, as callers of transcriptions send it. */
function form(file: Buffer): { readonly body: Buffer; readonly headers: Readonly<Record<string, string>> } {
  const parts = [
    '--x\r\nContent-Disposition: form-data; name="model"\r\n\r\ngpt-test\r\n--x\r\nContent-Disposition: form-data; name="file"; filename="a.mp3"\r\nContent-Type: audio/mpeg\r\n\r\n',
    file,
    '\r\n--x--\r\n',
  ]
  return { body: Buffer.concat(parts.map(part => Buffer.from(part))), headers: { 'content-type': 'multipart/form-data; boundary=x' } }
}

interface Case {
  readonly logging?: Readonly<Record<string, unknown>>
  readonly config?: Readonly<Record<string, unknown>>
  readonly env?: Readonly<Record<string, string>>
  readonly files?: Readonly<Record<string, string>>
  readonly run: (audited: Audited) => Promise<unknown>
  readonly check: (row: Entry) => void
}

const guardrail = (phase: string, said: string) => `
  import { answer, block } from 'tapline'
  export default { name: 'guard', setup: () => ({ ${phase} }) } // ${said}`

const insert = (phase: string) => ({
  files: { 'guard.ts': guardrail(phase, '') },
  config: { pipelines: { inference: [{ insert: './guard.ts', before: 'retry' }] } },
})

const cases: Readonly<Record<string, Case>> = {
  'a plain call, with both bodies as they were': {
    run: async ({ served }) => {
      served.upstream.always({ body: chatCompletion({ content: 'hi' }) })
      await served.chat(
        '{"model":"gpt-test","temperature":0.5,"max_tokens":7,"seed":12345678901234567890,"messages":[{"role":"user","content":"caf\\u00e9"}]}',
        { 'user-agent': 'curl/8', 'x-tapline-user-path': '/acme' },
      )
      await recorded(served, 1)
    },
    check: row => {
      expect(row).to.include({
        status_code: 200,
        method: 'POST',
        path: '/v1/chat/completions',
        requested_model: 'gpt-test',
        resolved_model: 'gpt-test',
        provider: 'openai',
        provider_name: 'openai',
        stream: false,
        error_type: null,
        auth_method: 'master_key',
        user_path: '/acme',
        client_ip: '127.0.0.1',
        cache_type: null,
        alias_used: false,
        bodies_omitted: false,
        conversation_payload: true,
      })
      expect(row['workflow_version_id']).to.match(/^[0-9a-f-]{36}$/)
      expect(row.data).to.include({ temperature: 0.5, max_tokens: 7, user_agent: 'curl/8' })
      expect(row.data.api_key_hash).to.match(/^[0-9a-f]{16}$/)
      expect(row.data.request_body).to.deep.include({ messages: [{ role: 'user', content: 'café' }] })
      expect(row.data.response_body.choices[0].message.content).to.equal('hi')
      expect(row.data.request_headers).to.include({ authorization: '[REDACTED]', 'content-type': 'application/json' })
      expect(row.data.response_headers['x-request-id']).to.equal(row.request_id)
      expect(row.data.attempts).to.have.length(1)
      expect(row.data.attempts[0]).to.include({ seq: 1, kind: 'primary', provider_name: 'openai', success: true, status_code: 200, error_type: null })
      expect(row.data.workflow_features).to.deep.equal({ cache: false, audit: true, usage: true, budget: true, guardrails: false, failover: true })
      expect(row.usage).to.include({ entries: 1 })
      expect(row.duration_ns).to.be.greaterThan(0)
    },
  },
  'a stream, put together': {
    run: async ({ served }) => {
      served.upstream.always({ chunks: chatChunks({ pieces: ['a', 'b', 'c\n', '"d', 'e'] }) })
      await served.chat(helloStream)
    },
    check: ({ data, ...row }) => {
      expect(row).to.include({ stream: true, status_code: 200 })
      expect(data.response_body).to.include({ object: 'chat.completion' })
      expect(data.response_body.choices[0].message.content).to.equal('abc\n"de')
    },
  },
  'a stream that broke, with what had come of it': {
    run: async ({ served }) => {
      served.upstream.always({ chunks: chatChunks({ pieces: ['half'] }).slice(0, 2) })
      await served.chat(helloStream)
    },
    check: row => {
      expect(row).to.include({ status_code: 200, error_type: 'provider_error' })
      expect(row.data).to.include({ error_code: 'stream_incomplete', error_provider: 'openai' })
      expect(row.data.response_body.choices[0].message.content).to.equal('half')
    },
  },
  'a caller who left before there was an answer': {
    run: async audited => {
      const { served } = audited
      const gate = new Gate()
      served.upstream.always({ gates: { beforeHeaders: gate }, body: chatCompletion() })
      const leaving = new AbortController()
      const call = served.open('POST', '/v1/chat/completions', hello, {}, leaving.signal).catch(() => {})
      await gate.reached
      leaving.abort()
      await call
      await audited.rows(1)
      gate.open()
    },
    check: row => {
      expect(row).to.include({ status_code: 499, error_type: 'request_canceled' })
      expect(row.data.attempts[0]).to.include({ success: false, error_type: 'request_canceled' })
    },
  },
  'a caller who left with the whole of a stream that its provider did not close': {
    run: async audited => {
      const { served } = audited
      const gate = new Gate()
      served.upstream.always({ chunks: chatChunks({ pieces: ['a'] }), gates: { beforeEnd: gate } })
      const leaving = new AbortController()
      const { body } = await served.open('POST', '/v1/chat/completions', helloStream, {}, leaving.signal)
      for await (const chunk of body) if (String(chunk).includes('[DONE]')) break
      leaving.abort()
      await audited.rows(1)
      gate.open()
    },
    check: row => {
      expect(row).to.include({ status_code: 200, error_type: null })
      expect(row.data.response_body.choices[0].message.content).to.equal('a')
    },
  },
  'a key that nobody knows': {
    run: async ({ served }) => await served.chat(hello, { authorization: 'Bearer sk-nobody' }),
    check: row => {
      expect(row).to.include({
        status_code: 401,
        error_type: 'authentication_error',
        auth_method: null,
        requested_model: null,
        provider: null,
        session_id: null,
      })
      expect(row.data).to.include({ event_type: 'authentication_failed', error_code: 'invalid_api_key', error_provider: '' })
      expect(row.data.attempts).to.deep.equal([])
      expect(row.data).to.not.have.property('request_body')
    },
  },
  'a body that is no JSON, as the text that it is': {
    run: async ({ served }) => await served.chat('{"model": oops'),
    check: row => {
      expect(row).to.include({ status_code: 400 })
      expect(row.data.request_body).to.equal('{"model": oops')
      expect(row.data.response_body.error.code).to.equal('invalid_json')
    },
  },
  'calls that failed before one succeeded': {
    config: { resilience: { retry: { max_retries: 1, initial_backoff: '1ms', max_backoff: '1ms' } } },
    run: async ({ served }) => {
      served.upstream.reply({ status: 503, body: errorBody('busy') }, { body: chatCompletion() })
      await served.chat()
    },
    check: row => {
      expect(row.status_code).to.equal(200)
      const [first, second] = row.data.attempts
      expect(first).to.include({ seq: 1, kind: 'primary', status_code: 503, success: false, error_type: 'provider_error', error_message: 'busy' })
      expect(first.response_body.error.message).to.equal('busy')
      expect(first.response_headers['content-type']).to.equal('application/json')
      expect(second).to.include({ seq: 2, kind: 'retry', success: true })
      expect(second).to.not.have.property('response_body')
    },
  },
  'another model that answered': {
    config: { ...twoProviders, resilience: { retry: { max_retries: 0 } } },
    env: { OPENAI_MODELS: 'gpt-test,gpt-other' },
    run: async ({ served }) => {
      served.upstream.reply({ status: 500, body: errorBody('broken') }, { body: chatCompletion() })
      await served.chat()
    },
    check: row => {
      expect(row).to.include({ status_code: 200, requested_model: 'gpt-test', resolved_model: 'gpt-other' })
      expect(row.data.failover).to.deep.equal({ target_model: 'openai/gpt-other' })
      expect(row.data.attempts.map(({ kind }: { kind: string }) => kind)).to.deep.equal(['primary', 'failover'])
    },
  },
  'a guardrail that blocked': {
    ...insert(`prompt: () => block('no_secrets', 'Remove the secret')`),
    run: async ({ served }) => await served.chat(),
    check: row => {
      expect(row).to.include({ status_code: 400 })
      expect(row.data.error_code).to.equal('no_secrets')
      expect(row.data.guardrails).to.have.length(1)
      expect(row.data.guardrails[0]).to.include({
        seq: 1,
        phase: 'prompt',
        instance: 'guard',
        type: 'guard',
        action: 'block',
        code: 'no_secrets',
        message: 'Remove the secret',
        edited: false,
        fail_mode: null,
        error: null,
      })
    },
  },
  'a guardrail that answered': {
    ...insert(`prompt: () => answer('by policy')`),
    run: async ({ served }) => await served.chat(),
    check: row => {
      expect(row.status_code).to.equal(200)
      expect(row.data.guardrails[0]).to.include({ action: 'respond' })
      expect(row.data.response_body.choices[0].message.content).to.equal('by policy')
      expect(row.data.attempts).to.deep.equal([])
    },
  },
  'a guardrail that edited, and what it made of the request': {
    ...insert(
      `prompt: ({ conversation }) => { conversation.rewrite(text => text + '!') }, response: ({ reply }) => { reply.conversation?.rewrite(text => text.toUpperCase()) }, stream: 'pass'`,
    ),
    run: async ({ served }) => {
      served.upstream.always({ body: chatCompletion({ content: 'hi' }) })
      await served.chat()
    },
    check: row => {
      expect(row.data.guardrails.map(({ phase, action, edited }: Record<string, unknown>) => ({ phase, action, edited }))).to.deep.equal([
        { phase: 'prompt', action: 'allow', edited: true },
        { phase: 'response', action: 'allow', edited: true },
      ])
      const { bytes_before: before, bytes_after: after, body, ...revision } = row.data.request_revisions[0]
      expect(revision).to.deep.equal({ seq: 1, rewriter: 'guard', tokens_saved: 0 })
      expect(after - before).to.equal(1)
      expect(body.messages[0].content).to.equal('hello!')
      expect(row.data.request_body.messages[0].content).to.equal('hello')
      expect(row.data.response_body.choices[0].message.content).to.equal('HI')
    },
  },
  'a guardrail that changed headers alone': {
    config: { guardrails: { rules: [{ name: 'headers', type: 'header_edit', config: { request_set: { 'x-team': 'legal' } } }] } },
    run: async ({ served }) => await served.chat(),
    check: row => {
      expect(row.data.guardrails[0]).to.include({ phase: 'prompt', instance: 'headers', type: 'header-edit', action: 'allow', edited: false })
    },
  },
  'a guardrail that failed': {
    ...insert(`prompt: () => { throw new Error('the reason') }`),
    run: async ({ served }) => await served.chat(),
    check: row => {
      expect(row.status_code).to.equal(500)
      expect(row.data.guardrails[0]).to.include({ action: 'failure', error: 'the reason', fail_mode: 'closed' })
    },
  },
  'a guardrail that cut a stream': {
    ...insert(`stream: { text: text => text.includes('bad') ? block('bad_word', 'No') : text }`),
    run: async ({ served }) => {
      await served.begun('/v1/chat/completions', helloStream, chatChunks({ pieces: ['good ', 'bad'] }), 2)
    },
    check: row => {
      expect(row.data.error_code).to.equal('bad_word')
      expect(row.data.guardrails[0]).to.include({ phase: 'stream', instance: 'guard', action: 'block', code: 'bad_word' })
      expect(JSON.stringify(row.data.response_body)).to.include('good').and.not.include('bad"')
    },
  },
  'an answer of the cache': {
    config: { cache: { response: { simple: { enabled: true } } } },
    run: async audited => {
      audited.served.upstream.always({ body: chatCompletion() })
      await audited.served.chat()
      await audited.served.chat()
      await audited.rows(2)
    },
    check: row => expect(row.status_code).to.equal(200),
  },
  'a passed-through call, with an answer that was compressed': {
    run: async ({ served }) => {
      served.upstream.always({ body: { object: 'list', data: [] }, encoding: 'gzip' })
      await served.call('GET', '/p/openai/files?key=sk-in-the-query', undefined, { 'accept-encoding': 'gzip' })
    },
    check: row => {
      expect(row).to.include({ path: '/p/openai/files', method: 'GET', status_code: 200, provider_name: 'openai' })
      expect(row.data.response_body).to.deep.equal({ object: 'list', data: [] })
      expect(JSON.stringify(row)).to.not.include('sk-in-the-query')
    },
  },
  'a form, with a placeholder for its file': {
    run: async ({ served }) => {
      served.upstream.always({ body: { text: 'hello' } })
      const { body, headers } = form(audio)
      await served.call('POST', '/v1/audio/transcriptions', body, headers)
    },
    check: row => {
      expect(row.data.request_body).to.deep.equal({
        model: 'gpt-test',
        file: { __audio__: true, content_type: 'audio/mpeg', bytes: audio.length, stored: false },
      })
      expect(row.data.response_body).to.deep.equal({ text: 'hello' })
    },
  },
  'speech, with a placeholder for it': {
    run: async ({ served }) => {
      served.upstream.always({ headers: { 'content-type': 'audio/mpeg' }, body: audio })
      await served.call('POST', '/v1/audio/speech', { model: 'gpt-test', input: 'hi', voice: 'alloy' })
    },
    check: row => {
      expect(row.data.request_body.input).to.equal('hi')
      expect(row.data.response_body).to.deep.equal({ __audio__: true, content_type: 'audio/mpeg', bytes: audio.length, stored: false })
    },
  },
  'images, with placeholders for them': {
    run: async ({ served }) => {
      served.upstream.always({ body: { created: 1, data: [{ b64_json: 'iVBORw0KGgo=' }] } })
      await served.call('POST', '/v1/images/generations', { model: 'gpt-test', prompt: 'a cat' })
    },
    check: row =>
      expect(row.data.response_body).to.deep.equal({
        created: 1,
        data: [{ b64_json: { __image__: true, content_type: 'image/png', bytes: 8, stored: false } }],
      }),
  },
  'bodies that are too large, by a word': {
    run: async ({ served }) => {
      served.upstream.always({ body: chatCompletion({ content: 'y'.repeat(1 << 20) }) })
      await served.chat({ ...hello, messages: [{ role: 'user', content: 'x'.repeat(1 << 20) }] })
    },
    check: row => {
      expect(row.data).to.include({ request_body_too_big_to_handle: true, response_body_too_big_to_handle: true })
      expect(row.data).to.not.have.any.keys('request_body', 'response_body')
    },
  },
  'no bodies, unless they are asked for': {
    logging: { log_bodies: false },
    ...insert(`prompt: ({ conversation }) => { conversation.rewrite(text => text + '!') }`),
    run: async ({ served }) => {
      served.upstream.always({ body: chatCompletion({ content: 'hi' }) })
      await served.chat()
    },
    check: row => {
      expect(row.data).to.not.have.any.keys('request_body', 'response_body')
      expect(row.conversation_payload).to.equal(false)
      expect(row.data.request_revisions[0]).to.have.all.keys('seq', 'rewriter', 'bytes_before', 'bytes_after', 'tokens_saved')
    },
  },
  'no headers, where they are not wanted': {
    logging: { log_headers: false },
    run: async ({ served }) => {
      served.upstream.always({ body: chatCompletion() })
      await served.chat()
    },
    check: row => expect(row.data).to.not.have.any.keys('request_headers', 'response_headers'),
  },
  'one revision for all guardrails, where steps are not wanted': {
    logging: { log_guardrail_steps: false },
    files: { 'guard.ts': guardrail(`prompt: ({ conversation }) => { conversation.rewrite(text => text + '!') }`, '') },
    config: {
      pipelines: {
        inference: [
          { insert: { use: './guard.ts', name: 'one' }, before: 'retry' },
          { insert: { use: './guard.ts', name: 'two' }, before: 'retry' },
        ],
      },
    },
    run: async ({ served }) => {
      served.upstream.always({ body: chatCompletion() })
      await served.chat()
    },
    check: row => {
      expect(row.data.request_revisions).to.have.length(1)
      expect(row.data.request_revisions[0]).to.include({ rewriter: 'one,two' })
      expect(row.data.request_revisions[0].body.messages[0].content).to.equal('hello!!')
    },
  },
  'revisions without their bodies, where those are not wanted': {
    logging: { log_revision_bodies: false },
    ...insert(`prompt: ({ conversation }) => { conversation.rewrite(text => text + '!') }`),
    run: async ({ served }) => {
      served.upstream.always({ body: chatCompletion() })
      await served.chat()
    },
    check: row => expect(row.data.request_revisions[0]).to.not.have.property('body'),
  },
}

describe('the audit log tells', () => {
  for (const [what, { run, check, logging, ...options }] of Object.entries(cases)) {
    it(`of ${what}`, async () => {
      await using audited = await Audited.start(options, logging)
      await run(audited)
      check(await audited.row())
    })
  }

  it('of a hit of the cache that no provider was asked', async () => {
    await using audited = await Audited.start({ config: { cache: { response: { simple: { enabled: true } } } } })
    audited.served.upstream.always({ body: chatCompletion() })
    await audited.served.chat()
    await audited.rows(1)
    await audited.served.chat()
    const [, hit] = await audited.rows(2)
    expect(hit).to.include({ cache_type: 'exact', status_code: 200 })
    expect(hit?.data.attempts).to.deep.equal([])
  })

  it('of calls in each dialect what they answered in it', async () => {
    await using audited = await Audited.start()
    audited.served.upstream.always(({ body }) =>
      (JSON.parse(body.toString()) as { stream?: boolean }).stream === true
        ? { chunks: chatChunks({ pieces: ['he', 'llo'], withUsage: true }) }
        : { body: chatCompletion({ content: 'hello' }) },
    )
    for (const stream of [false, true])
      await audited.served.call(
        'POST',
        '/v1/messages',
        { model: 'gpt-test', max_tokens: 9, stream, messages: [{ role: 'user', content: 'hi' }] },
        { 'anthropic-version': '2023-06-01' },
      )
    const rows = await audited.rows(2)
    expect(rows.map(({ data: { response_body: body } }) => [body.type, body.content[0].text])).to.deep.equal([
      ['message', 'hello'],
      ['message', 'hello'],
    ])
  })

  it("nothing of what is no model's affair, unless it is asked to", async () => {
    for (const only of [true, false]) {
      await using audited = await Audited.start({}, { only_model_interactions: only })
      await audited.served.call('GET', '/v1/models')
      await audited.served.call('GET', '/nowhere')
      audited.served.upstream.always({ body: chatCompletion() })
      await audited.served.chat()
      const rows = await audited.rows(only ? 1 : 3)
      expect(rows.map(({ path }) => path).filter(path => !path.startsWith('/admin'))).to.have.members(
        only ? ['/v1/chat/completions'] : ['/v1/models', '/nowhere', '/v1/chat/completions'],
      )
    }
  })

  it('nothing while it is switched off, and its endpoints are empty', async () => {
    await using audited = await Audited.start({}, { enabled: false })
    audited.served.upstream.always({ body: chatCompletion() })
    await audited.served.chat()
    expect((await audited.read('/audit/log?limit=7')).json).to.deep.equal({ entries: [], total: 0, limit: 7, offset: 0 })
    expect((await audited.read('/audit/sessions')).json).to.deep.equal({ sessions: [], total: 0, limit: 25, offset: 0 })
    expect((await audited.read('/audit/conversation?log_id=x')).json).to.deep.equal({ anchor_id: 'x', entries: [], truncated: false })
    expect((await audited.read('/audit/detail?log_id=x')).status).to.equal(404)
    expect((await audited.read('/audit/stats')).json.summary).to.include({ requests: 0, success_rate: null })
    expect((await audited.read('/audit/log?status_code=many')).status).to.equal(400)
    expect((await audited.read('/runtime/config')).json.LOGGING_ENABLED).to.equal('off')
  })
})

describe('the audit log over a stop', () => {
  for (const logging of [{ log_bodies: true }, { log_bodies: false }]) {
    it(`has all that was answered before, ${JSON.stringify(logging)}`, async () => {
      const folder = await mkdtemp(join(tmpdir(), 'tapline-audit-'))
      const config = { storage: { sqlite: { path: join(folder, 'tapline.db') } } }
      try {
        const before = await Audited.start({ config }, logging)
        before.served.upstream.always({ body: chatCompletion() })
        for (let i = 0; i < 30; i++) await before.served.chat()
        await before[Symbol.asyncDispose]()
        await using after = await Audited.start({ config }, logging)
        const rows = await after.rows(30)
        expect(rows).to.have.length(30)
        expect(rows.every(({ data }) => 'request_body' in data === logging.log_bodies)).to.equal(true)
      } finally {
        await rm(folder, { recursive: true })
      }
    })
  }
})
