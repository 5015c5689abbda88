import { expect } from 'chai'
import { chatChunks, chatCompletion, errorBody } from '../../../core/testing/chat-samples.ts'
import { Gate } from '../../../core/testing/gate.ts'
import { TurnedClock } from '../../../core/testing/turned-clock.ts'
import { AdminGateway } from '../../support/admin.ts'
import { expectRefusal } from '../../support/admin-routes.ts'
import { Audited } from '../../support/audit.ts'
import { LiveReader, type Seen } from '../../support/live.ts'
import { configuration, hello, helloStream, masterKey, Served, type ServeOptions } from '../../support/serve.ts'
import { until } from '../../support/until.ts'

const path = '/live/logs'

/** Stores what waits. */
const flush = async (served: Served) => {
  await served.call('GET', '/admin/audit/log')
}
const started = async (options: ServeOptions = {}, logging: Readonly<Record<string, unknown>> = {}) => {
  const audited = await Audited.start(options, { log_bodies: false, ...logging })
  audited.served.upstream.always({ body: chatCompletion({ content: 'the answer', usage: { prompt_tokens: 7, completion_tokens: 3 } }) })
  return audited
}
const types = (events: readonly Seen[], kind = '') => events.map(({ type }) => type).filter(type => type.startsWith(kind))

describe('GET /admin/live/logs', () => {
  describe('the route', () => {
    it('streams events that nobody in between keeps or changes', async () => {
      await using audited = await started()
      using reader = await LiveReader.open(audited.served)
      expect(reader.status).to.equal(200)
      expect(reader.headers).to.include({
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-cache, no-transform',
        'x-accel-buffering': 'no',
      })
      expect(reader.headers).to.not.have.property('content-length')
    })

    it('is in the document, with what its events are', async () => {
      await using gateway = await AdminGateway.start()
      const { json } = await gateway.call('GET', '/openapi.json')
      const { content } = json.paths['/admin/live/logs'].get.responses['200']
      expect(content).to.have.all.keys('text/event-stream')
      expect(content['text/event-stream'].schema).to.have.property('$ref')
    })

    it('asks for a credential', async () => {
      await using gateway = await AdminGateway.start()
      expectRefusal(await gateway.call('GET', path, { headers: { authorization: '' } }), 401, 'invalid_api_key')
    })

    it('refuses a key without access to the admin API, and an administrator of one user path', async () => {
      await using gateway = await AdminGateway.start()
      expectRefusal(await gateway.call('GET', path, { as: 'none' }), 403, 'dashboard_access_denied')
      expectRefusal(await gateway.call('GET', path, { as: '/team/a' }), 403, 'admin_scope_denied')
    })

    const malformed: readonly [what: string, query: string, param: string, headers?: Readonly<Record<string, string>>][] = [
      ['a cursor that is no number', '?cursor=abc', 'cursor'],
      ['a cursor below 0', '?cursor=-1', 'cursor'],
      ['a cursor that is no whole number', '?cursor=1.5', 'cursor'],
      ['a kind that nobody knows', '?types=audit,metrics', 'types'],
      ['a Last-Event-ID that is no number', '', 'Last-Event-ID', { 'last-event-id': 'x' }],
      ['a parameter that it does not have', '?since=1', 'since'],
    ]
    for (const [what, query, param, headers = {}] of malformed) {
      it(`refuses ${what}`, async () => {
        await using gateway = await AdminGateway.start()
        const { status, json } = await gateway.call('GET', path + query, { headers })
        expect([status, json.error.param]).to.deep.equal([400, param])
      })
    }

    it('says when it is off, and what is malformed all the same', async () => {
      await using gateway = await AdminGateway.start({ config: { admin: { live_logs: { enabled: false } } } })
      expectRefusal(await gateway.call('GET', path), 503, 'feature_unavailable')
      expectRefusal(await gateway.call('GET', `${path}?cursor=x`), 400, 'invalid_type', 'cursor')
      expect((await gateway.call('GET', '/runtime/config')).json.DASHBOARD_LIVE_LOGS_ENABLED).to.equal('off')
      gateway.served.upstream.always({ body: chatCompletion() })
      expect((await gateway.served.chat()).status).to.equal(200)
    })

    it('is switched off by its variable', async () => {
      await using gateway = await AdminGateway.start({ env: { DASHBOARD_LIVE_LOGS_ENABLED: 'false' } })
      expectRefusal(await gateway.call('GET', path), 503, 'feature_unavailable')
    })

    it('is on where nobody says anything', async () => {
      await using gateway = await AdminGateway.start()
      expect((await gateway.call('GET', '/runtime/config')).json.DASHBOARD_LIVE_LOGS_ENABLED).to.equal('on')
    })

    it('is not there without the admin API', async () => {
      await using gateway = await AdminGateway.start({ config: { admin: { endpoints_enabled: false } } })
      expect((await gateway.call('GET', path)).status).to.equal(404)
    })

    it('answers who asks for its head alone', async () => {
      await using gateway = await AdminGateway.start()
      expect((await gateway.call('HEAD', path)).status).to.equal(200)
    })

    it('answers below the older prefix', async () => {
      await using gateway = await AdminGateway.start()
      const { status, headers, body } = await gateway.served.open('GET', '/admin/api/v1/live/logs')
      expect([status, headers['deprecation'], headers['cache-control']]).to.deep.equal([200, 'true', 'no-cache, no-transform'])
      body.on('error', () => {}).destroy()
    })
  })

  describe('a call', () => {
    it('is told from its start to its storing', async () => {
      await using audited = await started()
      const { served } = audited
      using reader = await LiveReader.open(served)
      const answer = await served.chat()
      const id = String(answer.headers['x-request-id'])
      await flush(served)
      const seen = [...(await reader.until('audit.flushed', id))]
      while (!seen.some(({ type }) => type === 'usage.flushed')) seen.push(...(await reader.until('usage.flushed', id)))
      expect(types(seen, 'audit')).to.deep.equal(['audit.started', 'audit.updated', 'audit.updated', 'audit.completed', 'audit.flushed'])
      expect(types(seen, 'usage')).to.deep.equal(['usage.completed', 'usage.flushed'])
      expect(seen.map(({ seq }) => seq)).to.deep.equal([1, 2, 3, 4, 5, 6, 7])
      expect(new Set(seen.map(event => event.request_id))).to.deep.equal(new Set([id]))
      const [first, routed, begun, ...rest] = seen.filter(({ type }) => type.startsWith('audit'))
      expect(first?.data)
        .to.include({
          method: 'POST',
          path: '/v1/chat/completions',
          status_code: null,
          provider_name: null,
          requested_model: null,
          _live_state: 'audit.started',
          _live_pending: true,
        })
        .and.to.not.have.property('id')
      expect(routed?.data).to.include({ requested_model: 'gpt-test', provider_name: 'openai', resolved_model: 'gpt-test', status_code: null })
      expect(begun?.data).to.include({ status_code: 200, _live_pending: true })
      for (const { data } of rest)
        expect(data).to.include({ status_code: 200, auth_method: 'master_key', _live_pending: data._live_state === 'audit.completed' })
      const [row] = await audited.rows(1)
      expect(rest.map(({ data }) => data.id)).to.deep.equal([row?.id, row?.id])
    })

    it('is shown as in the audit log, without bodies and headers', async () => {
      await using audited = await started({ config: { virtual_models: [{ source: 'smart', targets: [{ model: 'openai/gpt-test' }] }] } }, { log_bodies: true })
      const { served } = audited
      using reader = await LiveReader.open(served, '?types=audit')
      await served.chat({ ...hello, model: 'smart' }, { 'x-tapline-user-path': '/team' })
      await flush(served)
      const { data } = (await reader.until('audit.flushed')).at(-1) as Seen
      const { replica_id: replica, _live_state: _state, _live_pending: _pending, data: shown, ...columns } = data
      const {
        data: full,
        bodies_omitted: _omitted,
        conversation_payload: _payload,
        usage: _usage,
        ...expected
      } = (await audited.row()) as Awaited<ReturnType<typeof audited.row>> & { usage: unknown }
      expect(columns).to.deep.equal(expected)
      expect(shown).to.deep.equal({ workflow_features: full.workflow_features })
      expect(full).to.include.keys('request_body', 'response_body', 'request_headers')
      expect(replica).to.be.a('string')
      expect(columns).to.include({ requested_model: 'smart', alias_used: true })
    })

    it('says what it failed with, and where it went instead', async () => {
      await using audited = await started({
        config: {
          resilience: { retry: { max_retries: 0 } },
          providers: { other: { type: 'vllm', base_url: 'http://127.0.0.1:1', models: ['x'] } },
          virtual_models: [{ source: 'smart', strategy: 'failover', targets: [{ model: 'other/x' }, { model: 'openai/gpt-test' }] }],
        },
      })
      const { served } = audited
      using reader = await LiveReader.open(served, '?types=audit')
      await served.chat({ ...hello, model: 'smart' })
      const { data } = (await reader.until('audit.completed')).at(-1) as Seen
      expect(data.data.failover).to.deep.equal({ target_model: 'openai/gpt-test' })
      served.upstream.always({ status: 400, body: errorBody('a strange temperature', 'invalid_request_error') })
      await served.chat()
      const failed = (await reader.until('audit.completed')).at(-1) as Seen
      expect(failed.data.data.error_message).to.include('a strange temperature')
      expect(failed.data).to.include({ status_code: 400, error_type: 'invalid_request_error' })
    })

    it('has its usage as in the usage log', async () => {
      await using audited = await started()
      const { served } = audited
      using reader = await LiveReader.open(served, '?types=usage')
      await served.chat()
      const events = await reader.until('usage.flushed')
      expect(types(events)).to.deep.equal(['usage.completed', 'usage.flushed'])
      const {
        entries: [entry],
      } = (await audited.read('/usage/log')).json
      for (const {
        data: { replica_id: _replica, _live_state: _state, _live_pending: _pending, ...shown },
      } of events)
        expect(shown).to.deep.equal(entry)
      expect(entry).to.include({ input_tokens: 7, output_tokens: 3 })
    })

    it('that streams says that it goes on, once a second at most', async () => {
      const clock = new TurnedClock()
      await using audited = await started({ clock })
      const { served } = audited
      const gates = [new Gate(), new Gate(), new Gate()]
      const chunks = [...chatChunks({ pieces: ['a', 'b', 'c', 'd'] })]
      served.upstream.always({ chunks, gates: { beforeChunk: { 1: gates[0] as Gate, 2: gates[1] as Gate, 3: gates[2] as Gate } } })
      using reader = await LiveReader.open(served, '?types=audit')
      const answer = await served.open('POST', '/v1/chat/completions', helloStream)
      await reader.until('audit.updated') // routed
      const begun = (await reader.until('audit.updated')).at(-1) as Seen
      expect(begun.data).to.include({ status_code: 200, stream: true })
      const bytes = answer.body[Symbol.asyncIterator]()
      await bytes.next()
      clock.advance(999)
      gates[0]?.open()
      await bytes.next()
      clock.advance(1)
      gates[1]?.open()
      expect(types(await reader.until('audit.stream'))).to.deep.equal(['audit.stream'])
      gates[2]?.open()
      while ((await bytes.next()).done !== true);
      expect(types(await reader.until('audit.completed'))).to.deep.equal(['audit.completed'])
    })

    it('whose caller leaves is told as such', async () => {
      await using audited = await started()
      const { served } = audited
      served.upstream.always({ silent: true })
      using reader = await LiveReader.open(served, '?types=audit')
      const leaving = new AbortController()
      const call = served.open('POST', '/v1/chat/completions', hello, {}, leaving.signal).catch(() => {})
      await reader.until('audit.updated')
      leaving.abort()
      await call
      expect((await reader.until('audit.completed')).at(-1)?.data).to.include({ status_code: 499, error_type: 'request_canceled' })
    })

    it("that a plugin makes is told, too, and what an administrator writes; what is no model's affair is not", async () => {
      await using audited = await started()
      const { served, admin } = audited
      using reader = await LiveReader.open(served, '?types=audit')
      await served.call('GET', '/v1/models')
      await admin.call('POST', '/auth-keys', { body: { name: 'one' } })
      await served.call('GET', '/health')
      await flush(served)
      const seen = await reader.until('audit.flushed')
      expect(seen.map(({ type, data }) => [type, data.path])).to.deep.equal([
        ['audit.completed', '/admin/auth-keys'],
        ['audit.flushed', '/admin/auth-keys'],
      ])
    })

    it('that gets no row is taken back', async () => {
      await using audited = await started({ clock: new TurnedClock(), config: { load_shed: { max_in_flight: 1 } } })
      const { served } = audited
      const gate = new Gate()
      served.upstream.always({ body: chatCompletion(), gates: { beforeHeaders: gate } })
      using reader = await LiveReader.open(served, '?types=audit')
      const call = served.chat()
      await served.upstream.received()
      for (let i = 0; i < 11; i++) expect((await served.chat()).status).to.equal(503)
      const seen = await reader.until('audit.removed')
      expect(types(seen).filter(type => type === 'audit.completed')).to.have.length(10)
      expect(seen.at(-1)?.data).to.include({ status_code: 503, _live_state: 'audit.removed', _live_pending: false })
      gate.open()
      await call
    })

    it('shows no secret', async () => {
      await using audited = await started({ config: { resilience: { retry: { max_retries: 0 } } } }, { log_bodies: true, only_model_interactions: false })
      const { served } = audited
      served.upstream.always(({ headers: sent }) => ({
        status: 401,
        headers: { 'set-cookie': 'set-cookie-1' },
        body: errorBody(`no such key: ${String(sent['authorization'])}`),
      }))
      using reader = await LiveReader.open(served)
      await served.chat(hello, { cookie: 'sid=cookie-1', 'x-my-secret': 'my-secret-1' })
      await served.chat(hello, { authorization: 'Bearer sk-wrong-key-1' })
      await served.call('GET', '/p/openai/files?key=query-key-1')
      served.upstream.always(({ headers: sent }) => ({ status: 400, body: errorBody(`not with ${String(sent['authorization'])}`, 'invalid_request_error') }))
      await served.chat()
      const made = await audited.admin.call('POST', '/auth-keys', { body: { name: 'one' } })
      await flush(served)
      const seen: Seen[] = []
      while (!seen.some(({ type, data }) => type === 'audit.flushed' && data.path === '/admin/auth-keys')) seen.push((await reader.next()) as Seen)
      const text = JSON.stringify(seen)
      expect(text).to.include('not with Bearer <redacted>')
      for (const secret of ['sk-upstream', masterKey, 'cookie-1', 'my-secret-1', 'sk-wrong-key-1', 'query-key-1', 'set-cookie-1', made.json.value as string])
        expect(text).to.not.include(secret)
    })
  })

  describe('somebody who comes', () => {
    it('sees what is under way, which nobody noted before, and then how it ends', async () => {
      await using audited = await started()
      const { served } = audited
      const gate = new Gate()
      served.upstream.always({ body: chatCompletion(), gates: { beforeHeaders: gate } })
      const call = served.chat(hello, { 'x-request-id': 'the-call' })
      await served.upstream.received()
      using reader = await LiveReader.open(served)
      const [snapshot] = await reader.until('audit.updated')
      expect(snapshot).to.include({ type: 'audit.updated', request_id: 'the-call', seq: 0 })
      expect(snapshot?.data).to.include({ provider_name: 'openai', requested_model: 'gpt-test', status_code: null, _live_pending: true })
      gate.open()
      await call
      expect((await reader.until('audit.completed')).at(-1)).to.include({ request_id: 'the-call' })
    })

    it('sees a stream that flows', async () => {
      await using audited = await started()
      const { served } = audited
      const gate = new Gate()
      served.upstream.always({ chunks: [...chatChunks({ pieces: ['a', 'b'] })], gates: { beforeChunk: { 1: gate } } })
      const answer = await served.open('POST', '/v1/chat/completions', helloStream)
      using reader = await LiveReader.open(served)
      expect((await reader.next())?.type).to.equal('audit.stream')
      gate.open()
      await answer.body.dump()
    })

    it('sees nothing of what was over before', async () => {
      const clock = new TurnedClock()
      await using audited = await started({ clock })
      const { served } = audited
      await served.chat()
      using reader = await LiveReader.open(served)
      clock.advance(15_000)
      expect(types(await reader.until('heartbeat'))).to.deep.equal(['heartbeat'])
    })

    it('again gets exactly what he missed, by cursor or by Last-Event-ID, of which the header counts more', async () => {
      await using audited = await started()
      const { served } = audited
      const first = await LiveReader.open(served)
      await served.chat()
      await flush(served)
      const seen: Seen[] = []
      while (seen.length < 7) seen.push((await first.next()) as Seen)
      first.close()
      await served.chat()
      await flush(served)
      const read = async (query: string, headers: Readonly<Record<string, string>> = {}) => {
        using reader = await LiveReader.open(served, query, headers)
        const events: Seen[] = []
        while (events.length === 0 || events.at(-1)?.seq !== 14) events.push((await reader.next()) as Seen)
        return events.map(({ seq }) => seq)
      }
      const missed = [8, 9, 10, 11, 12, 13, 14]
      expect(await read('?cursor=7')).to.deep.equal(missed)
      expect(await read('', { 'last-event-id': '7' })).to.deep.equal(missed)
      expect(await read('?cursor=2', { 'last-event-id': '7' })).to.deep.equal(missed)
      expect(await read(`?cursor=7&replica=${seen[0]?.data.replica_id}`)).to.deep.equal(missed)
    })

    it('with a cursor of an earlier process begins anew, and sees what is under way', async () => {
      await using audited = await started()
      const { served } = audited
      const gate = new Gate()
      served.upstream.always({ body: chatCompletion(), gates: { beforeHeaders: gate } })
      const call = served.chat()
      await served.upstream.received()
      using reader = await LiveReader.open(served, '?cursor=4711&types=usage,audit')
      expect(types(await reader.until('audit.updated'))).to.deep.equal(['reset', 'audit.updated'])
      gate.open()
      await call
    })

    it('is told of a reset and hears heartbeats, whatever he takes', async () => {
      const clock = new TurnedClock()
      await using audited = await started({ clock, config: { admin: { live_logs: { heartbeat_seconds: 3 } } } })
      using reader = await LiveReader.open(audited.served, '?cursor=4711&types=usage')
      clock.advance(2_999)
      clock.advance(1)
      expect(types(await reader.until('heartbeat'))).to.deep.equal(['reset', 'heartbeat'])
    })

    it('may have missed as much as is configured', async () => {
      await using audited = await started({ env: { DASHBOARD_LIVE_LOGS_REPLAY_LIMIT: '3', DASHBOARD_LIVE_LOGS_BUFFER_SIZE: '3' } })
      const { served } = audited
      using first = await LiveReader.open(served)
      await served.chat()
      await flush(served)
      let last = 0
      while (last < 7) last = ((await first.next()) as Seen).seq
      using within = await LiveReader.open(served, '?cursor=4')
      expect((await within.next())?.seq).to.equal(5)
      using beyond = await LiveReader.open(served, '?cursor=3')
      expect((await beyond.next())?.type).to.equal('reset')
    })

    it('and leaves again keeps nothing alive', async () => {
      await using audited = await started()
      const { served } = audited
      const reader = await LiveReader.open(served)
      const running = () => served.gateway.gateway.current.inFlight
      expect(running()).to.equal(1)
      reader.close()
      await until(() => running() === 0)
    })
  })

  describe('one who does not read', () => {
    it('is sent away, and no request waits for him', async () => {
      await using audited = await started({}, {})
      const { served } = audited
      const stalled = await served.open('GET', '/admin/live/logs')
      const running = () => served.gateway.gateway.current.inFlight
      // What the two sockets hold between them is megabytes, and each call tells of 7 kilobytes.
      for (let calls = 0; running() > 0; calls++) {
        if (calls > 20_000) throw new Error('he was never sent away')
        const answers = await Promise.all(
          Array.from({ length: 50 }, () => served.chat({ ...hello, model: 'gpt-test', metadata: {} }, { 'x-tapline-user-path': `/${'a'.repeat(900)}` })),
        )
        for (const { status } of answers) expect(status).to.equal(200)
      }
      let broke = false
      try {
        for await (const _ of stalled.body);
      } catch {
        broke = true
      }
      expect(broke).to.equal(true)
    }).timeout(180_000)
  })

  describe('the end', () => {
    it('of the gateway is told at once, before it goes on accepting, and the streams end', async () => {
      const clock = new TurnedClock()
      const audited = await started({ clock, config: { server: { master_key: masterKey, shutdown: { linger: '5s' } } } })
      const { served } = audited
      using reader = await LiveReader.open(served)
      const { gateway } = served.gateway
      const stopping = gateway.stop()
      const seen = await reader.rest()
      expect(seen.map(({ type, data }) => [type, data.reason])).to.deep.equal([['bye', 'shutdown']])
      using late = await LiveReader.open(served)
      expect(types(await late.rest())).to.deep.equal(['bye'])
      clock.advance(5_000)
      expect(await stopping).to.equal(true)
      let isClosed = false
      void audited[Symbol.asyncDispose]().then(() => {
        isClosed = true
      })
      await until(() => {
        clock.advance(1_000)
        return isClosed
      })
    })

    it('of a configuration is told, and the next one begins anew with what is under way', async () => {
      await using audited = await started()
      const { served } = audited
      const gate = new Gate()
      using reader = await LiveReader.open(served)
      await served.chat()
      await flush(served)
      let last = 0
      while (last < 7) last = ((await reader.next()) as Seen).seq
      served.upstream.always({ body: chatCompletion(), gates: { beforeHeaders: gate } })
      const call = served.chat(hello, { 'x-request-id': 'the-call' })
      await reader.until('audit.updated', 'the-call')
      expect(await served.gateway.gateway.reload()).to.equal(true)
      expect((await reader.rest()).map(({ type, data }) => [type, data.reason])).to.deep.equal([['bye', 'reload']])
      using again = await LiveReader.open(served, '?cursor=9')
      const [reset, snapshot] = await again.until('audit.updated', 'the-call')
      expect(reset?.type).to.equal('reset')
      expect(snapshot?.data).to.include({ provider_name: 'openai' })
      gate.open()
      await call
      expect((await again.until('audit.completed')).at(-1)).to.include({ request_id: 'the-call' })
      await served.chat()
      expect((await again.until('audit.completed')).at(-1)?.seq).to.be.greaterThan(9)
    })

    it('of a configuration ends what it served, so that it can close', async () => {
      await using audited = await started()
      const { served } = audited
      using reader = await LiveReader.open(served)
      await served.chat()
      const latest = (await reader.until('audit.completed')).at(-1) as Seen
      const before = served.gateway.gateway.current
      await served.gateway.configure(
        configuration({ storage: { sqlite: { path: ':memory:' } }, admin: { live_logs: { heartbeat_seconds: 5 } } }, served.completions),
      )
      expect(await served.gateway.gateway.reload()).to.equal(true)
      expect((await reader.rest()).at(-1)?.type).to.equal('bye')
      await until(() => before.inFlight === 0)
      using again = await LiveReader.open(served, `?cursor=${latest.seq}`)
      await served.chat()
      const seen = await again.until('audit.completed')
      expect(seen[0]?.type).to.equal('reset')
      expect(seen.at(-1)?.data).to.include({ status_code: 200, replica_id: latest.data.replica_id })
      expect(seen.at(-1)?.seq).to.be.greaterThan(latest.seq)
    })
  })

  it('has nothing to tell of the audit log where that is off, and of usage all the same', async () => {
    await using audited = await started({}, { enabled: false })
    const { served } = audited
    using reader = await LiveReader.open(served)
    await served.chat()
    expect(types(await reader.until('usage.flushed'))).to.deep.equal(['usage.completed', 'usage.flushed'])
  })
})
