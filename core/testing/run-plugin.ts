/** Runs one plugin on one exchange, in memory: through a real pipeline, against a provider that answers as told. */

import pino from 'pino'
import { checkOptions } from '../config/options.ts'
import { formatProblem } from '../config/problems.ts'
import { realClock } from '../gateway/clock.ts'
import { GatewayHealth } from '../gateway/health.ts'
import type { Caller } from '../pipeline/caller.ts'
import { Exchange } from '../pipeline/exchange.ts'
import type { TapFailure } from '../pipeline/tap-failure.ts'
import { buildPlan } from '../pipeline/place-taps.ts'
import type { PlacedStep } from '../pipeline/placed-step.ts'
import { finish } from '../pipeline/complete.ts'
import { run } from '../pipeline/run.ts'
import { MemorySink } from '../pipeline/memory-sink.ts'
import { phases } from '../pipeline/step.ts'
import { flawOfDefinition } from '../pipeline/vet.ts'
import { setUpPlugin } from '../pipeline/vetted.ts'
import type { PluginDefinition } from '../plugin/define.ts'
import { Instance } from '../plugin/instance.ts'
import { load } from '../plugin/load.ts'
import type { Clock } from '../plugin/clock.ts'
import { noMeter } from '../plugin/meter.ts'
import type { Services } from '../plugin/services.ts'
import { ProviderInstance } from '../upstream/provider.ts'
import { chatCompletion, chatChunks } from './chat-samples.ts'
import { isForCallers, type Dialect } from '../plugin/dialect.ts'
import { noAdmin } from './no-admin.ts'
import { testSurroundings } from './surroundings.ts'

export interface PluginRunOptions {
  readonly options?: Readonly<Record<string, unknown>>
  /** The body of the chat request; `model` and `messages` have defaults. With `stream: true`, the answer is streamed. */
  readonly request?: Readonly<Record<string, unknown>>
  readonly headers?: Readonly<Record<string, string>>
  readonly caller?: Caller
  readonly userPath?: string
  /** What the provider answers: a text, the texts of a stream's events, or a whole body. */
  readonly answer?: string | readonly string[] | Readonly<Record<string, unknown>>
  /** Services that the plugin needs. */
  readonly services?: Partial<Services>
  readonly clock?: Clock
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

/** @throws Error when the plugin is none, or the options do not pass its schema */
export async function runPlugin(definition: PluginDefinition, options: PluginRunOptions = {}): Promise<PluginRun> {
  const flaw = flawOfDefinition(definition)
  if (flaw !== undefined) throw new TypeError(`${definition.name} cannot be used: ${flaw}`)
  const checked = checkOptions(definition.schema, options.options, () => undefined)
  if (checked.problems.length > 0) throw new Error(checked.problems.map(problem => formatProblem(problem)).join('\n'))
  const received: Buffer[] = []
  const provider = answering(options, received)
  const log = pino({ enabled: false })
  const clock = options.clock ?? realClock
  const services = { clock, random: Math.random, health: new GatewayHealth(clock), version: { version: '0', commit: 'test' }, meter: noMeter, admin: noAdmin, providers: new Map([['test', provider]]), ...options.services } as Services
  const instance = await setUpPlugin({ key: 'test', name: definition.name, definition, options: checked.value }, services, log, clock)
  const placed: PlacedStep = { name: definition.name, instance, onError: options.onError, timeoutMs: options.timeoutMs ?? 0, phases: new Set(phases) }
  const dialect = await chatDialect()
  const limits = { totalMs: 0, responseHeaderMs: 0, streamIdleMs: 0, streamStallMs: 0 }
  const plan = buildPlan({ name: 'test', operation: 'chat', dialect, dialectWhen: [], body: 'json', clock, log, limits, compatHeaders: true }, [await router(provider, options), placed])
  const exchange = new Exchange('test', incoming(options), plan)
  const sink = new MemorySink()
  instance.hold()
  await instance.open()
  instance.start()
  await run(exchange, sink)
  finish(exchange)
  await instance.release()
  return outcome(exchange, sink, received)
}

function outcome(exchange: Exchange, sink: MemorySink, received: readonly Buffer[]): PluginRun {
  const raw = sink.body.toString()
  const isStream = sink.headers['content-type']?.startsWith('text/event-stream') === true
  const body: unknown = isStream || raw === '' ? undefined : JSON.parse(raw)
  return {
    status: sink.status,
    headers: sink.headers,
    body,
    reply: { raw, text: isStream ? textOfStream(raw) : (body as { choices?: { message?: { content?: string | null } }[] } | undefined)?.choices?.[0]?.message?.content ?? '' },
    upstream: received[0] === undefined ? undefined : JSON.parse(received[0].toString()) as Record<string, unknown>,
    failures: exchange.failures,
    exchange,
  }
}

function textOfStream(raw: string): string {
  const chunks = raw.split('\n\n').filter(event => event.startsWith('data: {')).map(event => JSON.parse(event.slice('data: '.length)) as { choices?: { delta?: { content?: string } }[] })
  return chunks.map(chunk => chunk.choices?.[0]?.delta?.content ?? '').join('')
}

async function chatDialect(): Promise<Dialect> {
  const { definition } = await load('dialect', 'openai-chat', '/', { searchPaths: [], foreignAllowed: false })
  if (isForCallers(definition)) return definition
  throw new TypeError('openai-chat is spoken by callers')
}

/** A step above the plugin that sends everything to the one provider. */
async function router(provider: ProviderInstance, { caller, userPath = '' }: PluginRunOptions): Promise<PlacedStep> {
  const definition: PluginDefinition = {
    name: 'test-router',
    setup: () => ({
      request: exchange => { exchange.caller = caller; exchange.userPath = userPath },
      route: exchange => { exchange.targets = [{ provider, model: exchange.model }] },
    }),
  }
  const instance = await Instance.setUp({ key: 'router', name: 'test-router', definition, options: {} }, {} as Services, pino({ enabled: false }), realClock)
  return { name: 'test-router', instance, onError: undefined, timeoutMs: 0, phases: new Set(phases) }
}

function answering({ answer = 'Hello!' }: PluginRunOptions, received: Buffer[]): ProviderInstance {
  const config = { name: 'test', type: 'test', keys: [], models: [], settings: {}, source: 'test' }
  return new ProviderInstance(config, {
    name: 'test',
    dialects: ['openai-chat'],
    operations: { chat: 'POST /chat/completions' },
    answer({ body }) {
      if (body !== undefined) received.push(body)
      const isStream = (JSON.parse(body?.toString() ?? '{}') as { stream?: boolean }).stream === true
      if (isStream) return { status: 200, headers: ['Content-Type', 'text/event-stream'], body: chatChunks({ pieces: typeof answer === 'string' ? [...answer] : answer as readonly string[] }).map(event => Buffer.from(event)) }
      const whole = typeof answer === 'string' ? chatCompletion({ content: answer }) : Array.isArray(answer) ? chatCompletion({ content: answer.join('') }) : answer
      return { status: 200, headers: ['Content-Type', 'application/json'], body: Buffer.from(JSON.stringify(whole)) }
    },
  }, testSurroundings())
}

function incoming({ request = {}, headers = {} }: PluginRunOptions) {
  const body = Buffer.from(JSON.stringify({ model: 'test-model', messages: [{ role: 'user', content: 'Hello' }], ...request }))
  const all: Record<string, string> = { 'content-type': 'application/json', ...headers }
  return { method: 'POST', path: '/v1/chat/completions', query: '', params: {}, headers: all, rawHeaders: Object.entries(all).flat(), remoteAddress: '127.0.0.1', body: () => Promise.resolve(body) }
}
