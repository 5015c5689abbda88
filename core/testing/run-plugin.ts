/** Runs one plugin on one exchange, in memory: through a real pipeline, against a provider that answers as told. */

import pino from 'pino'
import { JsonDocument } from '../document/document.ts'
import { realClock } from '../gateway/clock.ts'
import { GatewayHealth } from '../gateway/health.ts'
import type { Caller } from '../pipeline/caller.ts'
import { Exchange } from '../pipeline/exchange.ts'
import type { TapFailure } from '../pipeline/tap-failure.ts'
import { buildPlan } from '../pipeline/plan/place-taps.ts'
import { timeoutOf, type PlacedStep } from '../pipeline/plan/placed-step.ts'
import { finish } from '../pipeline/complete.ts'
import { run } from '../pipeline/run.ts'
import { MemorySink } from '../pipeline/delivery/memory-sink.ts'
import { phases } from '../pipeline/plan/step.ts'
import type { PluginDefinition } from '../plugin/define.ts'
import { Instance } from '../plugin/instance.ts'
import type { Clock } from '../services/clock.ts'
import type { Services } from '../services/services.ts'
import { ProviderInstance } from '../upstream/provider/provider.ts'
import { noAdmin } from './no-admin.ts'
import { setUpForTest } from './set-up-for-test.ts'
import { answerIn, greeting, replayIn, spokenDialect, streamIn, textOfAnswer, textOfStream, type SpokenDialect } from './spoken.ts'
import { testProviderDeps } from './provider-deps.ts'

export interface PluginRunOptions {
  readonly options?: Readonly<Record<string, unknown>>
  /** In which the caller speaks, and the provider: `openai-chat` by default, or `openai-responses`, `anthropic-messages`. */
  readonly dialect?: string
  /** Members of the request; without any, it greets a model. With `stream: true`, the answer is streamed. */
  readonly request?: Readonly<Record<string, unknown>>
  readonly headers?: Readonly<Record<string, string>>
  readonly caller?: Caller
  readonly userPath?: string
  /** What the provider answers: a text, the texts of a stream's events, or a whole body in its dialect, which is told as a stream to who asks for one. */
  readonly answer?: string | readonly string[] | Readonly<Record<string, unknown>>
  /** Services that the plugin needs. */
  readonly services?: Partial<Services>
  readonly clock?: Clock
  /** As the pipeline would say them; as in a gateway where it says nothing. */
  readonly onError?: 'open' | 'closed'
  readonly timeoutMs?: number
}

export interface PluginRun {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** The reply's text: of a plain answer or of a stream, put together. */
  readonly reply: { readonly text: string; readonly raw: string }
  /** The reply's body as JSON; of a stream, undefined. */
  // eslint-disable-next-line typescript/no-explicit-any -- the shape is the test's to know
  readonly body: any
  /** The body that the provider received; undefined if it was not called. */
  readonly upstream: Readonly<Record<string, unknown>> | undefined
  readonly failures: readonly TapFailure[]
  readonly exchange: Exchange
}

/** @throws Error when the plugin is none, the options do not pass its schema, or a service that it needs is not given */
export async function runPlugin(definition: PluginDefinition, options: PluginRunOptions = {}): Promise<PluginRun> {
  const received: Buffer[] = []
  const dialect = await spokenDialect(options.dialect ?? 'openai-chat')
  const request = greeting(dialect, options.request ?? {})
  const operation = dialect.upstream.operation(dialect.streams(JsonDocument.parse(request), dialect.upstream.operation(false)))
  const provider = answering(dialect, operation, options, received)
  const log = pino({ enabled: false })
  const clock = options.clock ?? realClock
  const own = { health: new GatewayHealth(clock), admin: noAdmin, providers: new Map([['test', provider]]) }
  const instance = await setUpForTest(definition, options.options, { clock, ...own, ...options.services })
  const placed: PlacedStep = {
    name: definition.name,
    instance,
    onError: options.onError,
    timeoutMs: timeoutOf(options.timeoutMs, definition),
    phases: new Set(phases),
  }
  const limits = { totalMs: 0, responseHeaderMs: 0, streamIdleMs: 0, streamStallMs: 0 }
  const plan = buildPlan({ name: 'test', operation, dialect, dialectWhen: [], body: 'json', clock, log, limits, compatHeaders: true }, [
    await router(provider, options),
    placed,
  ])
  const exchange = new Exchange('test', incoming(request, operation, options), plan)
  const sink = new MemorySink()
  try {
    await instance.open()
    instance.start()
    await run(exchange, sink)
    finish(exchange)
  } finally {
    await instance.release()
  }
  return outcome(dialect, exchange, sink, received)
}

function outcome(dialect: SpokenDialect, exchange: Exchange, sink: MemorySink, received: readonly Buffer[]): PluginRun {
  const { body: bytes, status } = sink
  const isStream = sink.headers['content-type']?.startsWith('text/event-stream') === true
  return {
    status,
    headers: sink.headers,
    body: isStream || bytes.length === 0 ? undefined : JSON.parse(bytes.toString()),
    reply: {
      raw: bytes.toString(),
      text: isStream ? textOfStream(dialect, bytes) : status === 200 && bytes.length > 0 ? textOfAnswer(dialect, exchange.operation, bytes) : '',
    },
    upstream: received[0] === undefined ? undefined : (JSON.parse(received[0].toString()) as Record<string, unknown>),
    failures: exchange.failures,
    exchange,
  }
}

/** A step above the plugin that sends everything to the one provider. */
async function router(provider: ProviderInstance, { caller, userPath = '' }: PluginRunOptions): Promise<PlacedStep> {
  const definition: PluginDefinition = {
    name: 'test-router',
    setup: () => ({
      request: exchange => {
        exchange.caller = caller
        exchange.userPath = userPath
      },
      route: exchange => {
        exchange.targets = [{ provider, model: exchange.model }]
      },
    }),
  }
  const instance = await Instance.setUp({ key: 'router', name: 'test-router', definition, options: {} }, {} as Services, pino({ enabled: false }), realClock)
  return { name: 'test-router', instance, onError: undefined, timeoutMs: 0, phases: new Set(phases) }
}

function answering(dialect: SpokenDialect, operation: string, { answer = 'Hello!' }: PluginRunOptions, received: Buffer[]): ProviderInstance {
  const config = { name: 'test', type: 'test', keys: [], models: [], settings: {}, source: 'test' }
  const whole = (request: Buffer) => (isBody(answer) ? Buffer.from(JSON.stringify(answer)) : answerIn(dialect, [answer].flat().join(''), request))
  const events = (request: Buffer) => (isBody(answer) ? [replayIn(dialect, whole(request), request)] : streamIn(dialect, [...answer], request))
  return new ProviderInstance(
    config,
    {
      name: 'test',
      dialects: [dialect.name],
      operations: { [operation]: 'POST /test' },
      answer({ body = Buffer.from('{}') }) {
        received.push(body)
        const isStream = dialect.streams(JsonDocument.parse(body), operation)
        if (isStream) return { status: 200, headers: ['Content-Type', 'text/event-stream'], body: events(body) }
        return { status: 200, headers: ['Content-Type', 'application/json'], body: whole(body) }
      },
    },
    testProviderDeps(),
  )
}

function isBody(answer: NonNullable<PluginRunOptions['answer']>): answer is Readonly<Record<string, unknown>> {
  return typeof answer === 'object' && !Array.isArray(answer)
}

function incoming(body: Buffer, operation: string, { headers = {} }: PluginRunOptions) {
  const all: Record<string, string> = { 'content-type': 'application/json', ...headers }
  const path = operation === 'chat' ? '/v1/chat/completions' : `/v1/${operation}`
  return {
    method: 'POST',
    path,
    query: '',
    params: {},
    headers: all,
    rawHeaders: Object.entries(all).flat(),
    remoteAddress: '127.0.0.1',
    body: () => Promise.resolve(body),
  }
}
