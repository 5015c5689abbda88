import { join } from 'node:path'
import { expect } from 'chai'
import { GatewayError, gatewayError, refuse, type Failure } from '../../core/index.ts'
import { chatCompletion, embeddings, errorBody, sampleStream } from '../../core/testing/chat-samples.ts'
import type { Cue, Script } from '../../core/testing/script.ts'
import { ScriptedUpstream } from '../../core/testing/scripted-upstream.ts'
import { schema } from '../../plugins/failover/schema.ts'
import { triggers } from '../../plugins/failover/triggers.ts'
import { expectError } from '../support/answer.ts'
import { hello, Served, type ServeOptions } from '../support/serve.ts'

const { retry_on_statuses: statuses, retry_on_errors: phrases } = schema.properties
const isTrigger = triggers(statuses.default, phrases.default)
const failure = (facts: Partial<Failure>): Failure => ({ kind: 'status', error: gatewayError('bad_upstream_response', 'x'), text: '', ...facts })

describe('failover: what leads to the next target', () => {
  const cases: readonly [string, Partial<Failure>, boolean][] = [
    ['400 "Upstream request failed"', { status: 400, text: 'upstream request failed' }, true],
    ['400 "invalid temperature"', { status: 400, text: 'invalid temperature' }, false],
    ['404 "model retired"', { status: 404, text: 'model retired' }, true],
    ['404 "this deployment is not available"', { status: 404, text: 'this deployment is not available' }, true],
    ['400 "this deployment is not available"', { status: 400, text: 'this deployment is not available' }, false],
    ['404 "no such page"', { status: 404, text: 'no such page' }, false],
    ['400 "the model `x` does not exist or is hidden"', { status: 400, text: 'the model `x` does not exist or is hidden' }, true],
    ['429', { status: 429 }, true],
    ['500', { status: 500 }, true],
    ["a provider's 408", { status: 408 }, true],
    ['401', { status: 401 }, false],
    ['a connection that failed', { kind: 'transport' }, true],
    ['a timeout', { kind: 'timeout' }, true],
    ['an empty answer', { kind: 'empty' }, true],
    ['an open breaker', { kind: 'refused', error: gatewayError('circuit_open', 'x') }, true],
    ['a call that a plugin keeps back', { kind: 'refused', error: refuse('region_full') }, true],
    ['another refusal of the gateway', { kind: 'refused', error: gatewayError('unsupported_response_operation', 'x') }, false],
  ]
  for (const [what, facts, expected] of cases)
    it(`${expected ? 'is' : 'is not'} ${what}`, () => {
      expect(isTrigger(failure(facts))).to.equal(expected)
    })

  it('is what the lists say when they are given', () => {
    const own = triggers(['418'], ['tea pot'])
    expect(own(failure({ status: 418 }))).to.equal(true)
    expect(own(failure({ status: 400, text: 'a pot of tea' }))).to.equal(true)
    expect(own(failure({ status: 500, text: 'model not found' }))).to.equal(false)
  })

  it('is a code that the list names', () => {
    const tooLong = failure({
      status: 400,
      text: 'prompt is too long',
      error: new GatewayError('context_length_exceeded', 'prompt is too long', { status: 400 }),
    })
    expect(triggers([], ['context_length_exceeded'])(tooLong)).to.equal(true)
    expect(triggers([], ['400 context_length_exceeded'])(tooLong)).to.equal(true)
    expect(triggers([], ['context_length'])(tooLong)).to.equal(false)
  })
})

const fine: Script = { body: chatCompletion({ model: 'gpt-b', usage: { prompt_tokens: 3, completion_tokens: 5 } }) }
const smart = { ...hello, model: 'smart' }
const virtual = (more: object = {}) => [
  {
    source: 'smart',
    strategy: 'failover',
    targets: ['openai/gpt-test', 'backup/gpt-b', 'backup/gpt-c'].map(name => ({ provider: name.split('/')[0], model: name.split('/')[1] })),
    ...more,
  },
]

/** Two providers, no retries, and a virtual model over both. */
async function withBackup(
  run: (served: Served, backup: ScriptedUpstream) => Promise<void>,
  config: Readonly<Record<string, unknown>> = {},
  options: ServeOptions = {},
): Promise<void> {
  await using backup = await ScriptedUpstream.start()
  await using served = await Served.start({
    ...options,
    config: {
      resilience: { retry: { max_retries: 0 } },
      virtual_models: virtual(),
      providers: { backup: { type: 'openai-compatible', api_key: 'sk-backup', base_url: backup.url, models: ['gpt-b', 'gpt-c'] } },
      ...config,
    },
  })
  await run(served, backup)
}

describe('failover in the gateway', () => {
  const failing: readonly [string, Cue][] = [
    ['fails with 500', { status: 500, body: errorBody('oops') }],
    ['is throttled', { status: 429, body: errorBody('slow down') }],
    ['cannot be reached', { refuse: true }],
    ['retired the model', { status: 404, body: errorBody('model retired') }],
    ['answers without a choice', { body: { ...chatCompletion(), choices: [] } }],
  ]
  for (const [what, cue] of failing) {
    it(`goes on to the next target when the first ${what}`, async () => {
      await withBackup(async (served, backup) => {
        served.upstream.reply(cue)
        backup.reply(fine)
        const answer = await served.chat(smart)
        expect(answer.status, answer.body.toString()).to.equal(200)
        expect(answer.headers['x-tapline-provider']).to.equal('backup')
        expect(JSON.parse(backup.requests[0]?.body.toString() ?? '')).to.deep.equal({ ...smart, model: 'gpt-b' })
        expect(backup.requests[0]?.headers.authorization).to.equal('Bearer sk-backup')
      })
    })
  }

  it('goes on when a plugin keeps the call back, and says why if it keeps back all', async () => {
    for (const full of ['gpt-test', 'gpt']) {
      await withBackup(
        async (served, backup) => {
          backup.reply(fine)
          const answer = await served.chat(smart)
          expect(served.upstream.requests).to.have.length(0)
          expect([answer.headers['x-tapline-provider'], answer.headers['retry-after']]).to.deep.equal(full === 'gpt' ? [undefined, '2'] : ['backup', undefined])
          if (full === 'gpt') expectError(answer, { status: 503, code: 'region_full' })
        },
        { pipelines: { chat: [{ insert: { use: join(import.meta.dirname, '../fixtures/contract-1/full.ts'), options: { model: full } }, before: 'retry' }] } },
      )
    }
  })

  it('answers a request fault with itself', async () => {
    await withBackup(async (served, backup) => {
      served.upstream.reply({ status: 400, body: errorBody('invalid temperature') })
      expect((await served.chat(smart)).status).to.equal(400)
      expect(backup.requests).to.have.length(0)
    })
  })

  it('goes on before the first byte of a stream', async () => {
    await withBackup(async (served, backup) => {
      served.upstream.reply({ chunks: [] })
      backup.reply({ chunks: sampleStream })
      const answer = await served.chat({ ...smart, stream: true })
      expect(answer.body.toString()).to.contain('[DONE]')
      expect(answer.headers['x-tapline-provider']).to.equal('backup')
    })
  })

  it('gives each target its own retries, and the last error if all fail', async () => {
    await withBackup(
      async (served, backup) => {
        served.upstream.always({ status: 503, body: errorBody('one') })
        backup.always({ status: 503, body: errorBody('two') })
        const answer = await served.chat(smart)
        expect(answer.status).to.equal(503)
        expect(answer.body.toString()).to.contain('two')
        expect(served.upstream.requests).to.have.length(2)
        expect(backup.requests).to.have.length(4)
        expect((await served.completions.ended()).attempts.map(({ kind, target }) => `${kind} ${target.model}`)).to.deep.equal([
          'primary gpt-test',
          'retry gpt-test',
          'failover gpt-b',
          'retry gpt-b',
          'failover gpt-c',
          'retry gpt-c',
        ])
      },
      { resilience: { retry: { max_retries: 1, initial_backoff: '1ms' } } },
    )
  })

  it('tries no more targets than max_attempts', async () => {
    await withBackup(
      async (served, backup) => {
        served.upstream.always({ status: 500, body: errorBody('one') })
        backup.always({ status: 500, body: errorBody('two') })
        await served.chat(smart)
        expect(backup.requests).to.have.length(1)
      },
      { failover: { max_attempts: 1 } },
    )
  })

  it('passes by a target whose breaker is open', async () => {
    await withBackup(
      async (served, backup) => {
        served.upstream.always({ status: 500, body: errorBody('one') })
        backup.always(fine)
        await served.chat(smart)
        expect((await served.chat(smart)).status).to.equal(200)
        expect(served.upstream.requests).to.have.length(1)
      },
      { resilience: { retry: { max_retries: 0 }, circuit_breaker: { failure_threshold: 1 } } },
    )
  })

  it('counts no target that was kept back among those that it tries', async () => {
    await withBackup(
      async (served, backup) => {
        served.upstream.always({ status: 500, body: errorBody('one') })
        backup.always({ status: 500, body: errorBody('two') })
        expect((await served.chat(smart)).status).to.equal(500)
        backup.always(fine)
        expect((await served.chat(smart)).status).to.equal(200)
        expect((await served.completions.ended(2)).attempts.map(({ target, failure }) => `${target.model} ${failure?.kind}`)).to.deep.equal([
          'gpt-test refused',
          'gpt-b refused',
          'gpt-c undefined',
        ])
      },
      { resilience: { retry: { max_retries: 0 }, circuit_breaker: { failure_threshold: 1, scope: 'model' } }, failover: { max_attempts: 1 } },
    )
  })

  it('goes on from a retry that the breaker kept back', async () => {
    await withBackup(
      async (served, backup) => {
        served.upstream.reply({ status: 503, body: errorBody('one quota') })
        backup.always(fine)
        expect((await served.chat(smart)).status).to.equal(200)
        expect(served.upstream.requests).to.have.length(1)
      },
      { resilience: { retry: { max_retries: 2, initial_backoff: '1ms' }, circuit_breaker: { trip_on: { quota: { match: 'quota' } } } } },
    )
  })

  it('stays with the provider that the caller named', async () => {
    await withBackup(async (served, backup) => {
      served.upstream.always({ status: 500, body: errorBody('one') })
      expect((await served.chat({ ...hello, model: 'openai/gpt-test' })).status).to.equal(500)
      expect((await served.chat({ ...smart, model: 'gpt-test', provider: 'openai' })).status).to.equal(500)
      expect(backup.requests).to.have.length(0)
    })
  })

  const off: readonly [string, Readonly<Record<string, unknown>>][] = [
    ['is switched off', { failover: { enabled: false } }],
    ['is not wanted by the virtual model', { virtual_models: virtual({ failover: false }) }],
  ]
  for (const [what, config] of off) {
    it(`stays with the first target when failover ${what}`, async () => {
      await withBackup(async (served, backup) => {
        served.upstream.reply({ status: 500, body: errorBody('one') })
        expect((await served.chat(smart)).status).to.equal(500)
        expect(backup.requests).to.have.length(0)
      }, config)
    })
  }

  it('does not change the model of embeddings', async () => {
    await withBackup(async (served, backup) => {
      served.upstream.reply({ status: 500, body: errorBody('one') })
      backup.always({ body: embeddings({ vectors: [[1]] }) })
      expect((await served.call('POST', '/v1/embeddings', { model: 'smart', input: 'x' })).status).to.equal(500)
      expect(backup.requests).to.have.length(0)
    })
  })

  it('keeps the answer of another target out of the cache, and counts its tokens for that target', async () => {
    await withBackup(
      async (served, backup) => {
        served.upstream.always({ status: 500, body: errorBody('one') })
        backup.always(fine)
        for (let i = 0; i < 2; i++) expect((await served.chat(smart)).headers['x-cache']).to.equal(undefined)
        expect(served.upstream.requests).to.have.length(2)
        expect(backup.requests).to.have.length(2)
        const [line] = served.gateway.log.filter(({ msg }) => msg === 'request')
        expect(line).to.include({ model: 'smart', provider: 'backup', target_model: 'gpt-b', input_tokens: 3, output_tokens: 5 })
      },
      { cache: { response: { simple: {} } } },
    )
  })
})

describe('failover rules', () => {
  const rules = { failover: { rules: { 'gpt-test': ['backup/gpt-b', 'nobody/knows', 'backup/gpt-b', 'gpt-test', 'gpt-c'] } } }

  it('give a model further targets: those that are there, each once', async () => {
    await withBackup(async (served, backup) => {
      served.upstream.always({ status: 500, body: errorBody('one') })
      backup.always({ status: 500, body: errorBody('two') })
      expectError(await served.chat(), { code: null, status: 500, type: 'provider_error', message: 'two' })
      expect((await served.completions.ended()).attempts.map(({ target }) => `${target.provider.name}/${target.model}`)).to.deep.equal([
        'openai/gpt-test',
        'backup/gpt-b',
        'backup/gpt-c',
      ])
    }, rules)
  })

  it('do not hold for a caller who names the provider', async () => {
    await withBackup(async (served, backup) => {
      served.upstream.always({ status: 500, body: errorBody('one') })
      await served.chat({ ...hello, model: 'openai/gpt-test' })
      await served.chat({ ...hello, provider: 'openai' })
      expect(backup.requests).to.have.length(0)
    }, rules)
  })

  it('come from FAILOVER_RULES_JSON, and are skipped for disabled models', async () => {
    await withBackup(
      async (served, backup) => {
        served.upstream.always({ status: 500, body: errorBody('one') })
        backup.always(fine)
        expect((await served.chat()).status).to.equal(200)
      },
      {},
      { env: { FAILOVER_RULES_JSON: '{"gpt-test":["backup/gpt-b"]}' } },
    )
    await withBackup(
      async served => {
        served.upstream.always({ status: 500, body: errorBody('one') })
        expect((await served.chat()).status).to.equal(500)
      },
      rules,
      { env: { FAILOVER_DISABLED_MODELS: '{"gpt-test":true}' } },
    )
  })
})
