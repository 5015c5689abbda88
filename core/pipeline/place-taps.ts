/** Places the taps of set-up plugins into the phases of one pipeline. */

import { hash } from 'node:crypto'
import type { Logger } from 'pino'
import { GatewayError } from '../errors.ts'
import type { AnyStreamTap, HeaderNames, Recovery, StreamTap, Taps } from '../plugin/define.ts'
import type { Dialect } from '../plugin/dialect.ts'
import type { Instance } from '../plugin/instance.ts'
import type { Clock } from '../plugin/services.ts'
import { StreamRule, TapFailure } from '../stream/rule.ts'
import type { Attempt } from './attempt.ts'
import type { Exchange } from './exchange.ts'
import type { LastTap } from './last-event.ts'
import { Phase, type Tap } from './phase.ts'
import type { Limits, Plan, Said, StreamPass } from './plan.ts'
import { Reply } from '../upstream/reply.ts'
import type { PhaseName } from './step.ts'

/** A step whose plugin is set up. */
export interface PlacedStep {
  readonly name: string
  readonly instance: Instance
  readonly onError: 'open' | 'closed' | undefined
  readonly timeoutMs: number
  readonly phases: ReadonlySet<PhaseName>
}

export interface PlanFacts {
  readonly name: string
  readonly operation: string
  readonly dialect: Dialect | undefined
  readonly dialectWhen: Plan['dialectWhen']
  readonly body: Plan['body']
  readonly clock: Clock
  readonly log: Logger
  readonly limits: Limits
  readonly compatHeaders: boolean
}

type Bailing = 'request' | 'route' | 'prompt' | 'lookup' | 'attempt' | 'recover' | 'response'

const textPhases = ['prompt', 'response', 'stream'] as const

const failsOpen: ReadonlySet<PhaseName> = new Set(['attempt', 'recover'])

export function buildPlan(facts: PlanFacts, steps: readonly PlacedStep[]): Plan {
  const phase = <T>(name: Bailing, understands: (said: unknown) => boolean, order: readonly [PlacedStep, number][] = withIndex(steps)) => {
    const taps = tapsOf<T>(name, understands, order)
    return taps.length === 0 ? undefined : new Phase<T>(name, taps)
  }
  const upwards = withIndex(steps).reverse()
  const response = phase<Said>('response', isSaid, upwards)
  return {
    ...facts,
    steps: steps.map(step => ({ name: step.name, type: step.instance.spec.definition.name, guards: guards(step) })),
    request: phase<Said>('request', isSaid),
    route: phase<Said>('route', isSaid),
    prompt: phase<Said>('prompt', isSaid),
    lookup: phase<Said>('lookup', isSaid),
    attempt: phase<GatewayError>('attempt', said => said instanceof GatewayError),
    recover: phase<Recovery>('recover', isRecovery),
    response,
    settled: steps.flatMap(step => listener(step, 'settled')),
    complete: steps.flatMap(step => listener(step, 'complete')),
    finished: steps.flatMap(step => listener(step, 'finished')),
    guardsReplies: steps.some(step => guards(step) && (taps(step, 'response') || isStreamTap(step.instance.taps.stream))),
    guardsPrompts: steps.some(step => guards(step) && taps(step, 'prompt')),
    policy: policyOf(steps),
    ownHeaders: ownHeaders(steps),
    responseFrom: answeredBy => response?.taps.findIndex(tap => tap.step < answeredBy) ?? -1,
    streamFrom: streamPasses(upwards),
  }
}

/** Those that do not change are put together once. */
function ownHeaders(steps: readonly PlacedStep[]): HeaderNames {
  const fixed = new Set<string>()
  const changing: HeaderNames[] = []
  for (const { instance: { taps: { ownHeaders: names = [] } } } of steps) {
    if ('has' in names) changing.push(names)
    else for (const name of names) fixed.add(name)
  }
  return changing.length === 0 ? fixed : { has: name => fixed.has(name) || changing.some(names => names.has(name)) }
}

/** A digest of every step that may look at or change what is said: two plans of one digest answer alike. */
function policyOf(steps: readonly PlacedStep[]): string {
  const policy = steps.filter(step => guards(step) && textPhases.some(phase => taps(step, phase)))
  return hash('sha256', JSON.stringify(policy.map(({ instance, phases }) => [instance.spec.key, [...phases]])))
}

function tapsOf<T>(name: Bailing, understands: (said: unknown) => boolean, order: readonly [PlacedStep, number][]): readonly Tap<T>[] {
  return order.flatMap(([step, index]) => {
    const call = taps(step, name) ? step.instance.taps[name] : undefined
    if (call === undefined) return []
    return [{
      name: step.name,
      step: index,
      call: call.bind(step.instance.taps) as Tap<T>['call'],
      understands,
      onError: errorMode(step, name),
      timeoutMs: step.timeoutMs,
      edits: mayEdit(step) && (name === 'prompt' || name === 'response'),
      guards: guards(step) && (name === 'prompt' || name === 'response'),
    }]
  })
}

/** A tap that answers nothing: what it throws is logged, and hurts nobody. */
function listener(step: PlacedStep, phase: 'settled' | 'complete' | 'finished'): readonly ((exchange: Exchange, attempt?: Attempt) => void)[] {
  const call = taps(step, phase) ? step.instance.taps[phase]?.bind(step.instance.taps) as ((exchange: Exchange, attempt?: Attempt) => unknown) | undefined : undefined
  if (call === undefined) return []
  return [(exchange, attempt) => {
    const failed = (cause: unknown) => {
      exchange.failures.push({ instance: step.name, phase, mode: 'open', cause })
      exchange.log.error({ instance: step.name, phase, err: cause }, 'a plugin failed')
    }
    try {
      const said = call(exchange, attempt)
      if (said instanceof Promise) said.catch(failed)
    } catch (cause) {
      failed(cause)
    }
  }]
}

/** What streams go through, by their dialect and the step that answered; each case is compiled once. */
function streamPasses(upwards: readonly [PlacedStep, number][]): Plan['streamFrom'] {
  const compiled = new Map<Dialect | undefined, Map<number, StreamPass>>()
  return (answeredBy, dialect) => {
    const ofDialect = compiled.get(dialect) ?? new Map<number, StreamPass>()
    const known = ofDialect.get(answeredBy)
    if (known !== undefined) return known
    const pass = streamPass(dialect, upwards.filter(([, index]) => index < answeredBy).map(([step]) => step))
    compiled.set(dialect, ofDialect.set(answeredBy, pass))
    return pass
  }
}

function streamPass(dialect: Dialect | undefined, upwards: readonly PlacedStep[]): StreamPass {
  const buffered = upwards.some(step => buffersStreams(step))
  const rules = upwards.flatMap(step => {
    const { stream } = step.instance.taps
    return taps(step, 'stream') && isStreamTap(stream) && readsEvents(stream) ? [{ name: step.name, tap: stream as StreamTap<never>, onError: errorMode(step, 'stream') }] : []
  })
  const [lasts, openings] = [upwards.flatMap(lastTaps), upwards.flatMap(openingTaps)]
  if (dialect === undefined || rules.length === 0) return { rule: undefined, buffered: buffered && dialect !== undefined, lasts, openings }
  const modes = new Map(rules.map(({ name, onError }) => [name, onError]))
  return { rule: new StreamRule(rules, dialect.stream, (name, cause, exchange) => failedOnStream(name, cause, exchange, modes.get(name) ?? 'closed')), buffered, lasts, openings }
}

/** Whether a tap takes part in the pass over each event. */
function readsEvents({ buffer, text, observe, end }: AnyStreamTap): boolean {
  return buffer !== true && [text, observe, end].some(member => member !== undefined)
}

/** A tap of `open` alone: it is told that a stream begins, and leaves it unread. */
function openingTaps(step: PlacedStep): readonly ((exchange: Exchange) => void)[] {
  const { stream } = step.instance.taps
  if (!taps(step, 'stream') || !isStreamTap(stream) || stream.buffer === true || readsEvents(stream) || stream.open === undefined) return []
  const open = stream.open.bind(stream)
  const mode = errorMode(step, 'stream')
  return [exchange => {
    try {
      open(exchange, step.name)
    } catch (cause) {
      if (failedOnStream(step.name, cause, exchange, mode) === 'closed') throw new TapFailure(step.name, cause)
    }
  }]
}

function lastTaps(step: PlacedStep): readonly LastTap[] {
  const { stream } = step.instance.taps
  const call = taps(step, 'stream') && isStreamTap(stream) ? stream.last?.bind(stream) : undefined
  if (call === undefined) return []
  const mode = errorMode(step, 'stream')
  return [{ name: step.name, call, timeoutMs: step.timeoutMs, onFailure: (name, cause, exchange) => failedOnStream(name, cause, exchange, mode) }]
}

function failedOnStream(instance: string, cause: unknown, exchange: Exchange, mode: 'open' | 'closed'): 'open' | 'closed' {
  exchange.failures.push({ instance, phase: 'stream', mode, cause })
  exchange.log.warn({ instance, phase: 'stream', err: cause }, mode === 'open' ? 'a plugin failed; going on without it' : 'a plugin failed')
  return mode
}

/** Whether a step wants streams collected: it says so, or it taps `response` and, as far as it stands there, not `stream`. */
export function buffersStreams(step: PlacedStep): boolean {
  const { stream } = step.instance.taps
  return stream !== 'pass' && taps(step, 'response') && (!taps(step, 'stream') || isStreamTap(stream) && stream.buffer === true)
}

/** A step that stands on streams alone, and has them collected, sees them as replies. */
function taps({ phases, instance }: PlacedStep, phase: PhaseName): boolean {
  const { stream } = instance.taps
  const stands = phases.has(phase) || phase === 'response' && phases.has('stream') && isStreamTap(stream) && stream.buffer === true
  return stands && (instance.taps as Record<string, unknown>)[phase] !== undefined
}

/** The phases in which a step does something. */
export function tappedPhases(step: PlacedStep): readonly PhaseName[] {
  return [...step.phases].filter(phase => taps(step, phase))
}

export function errorMode({ onError, instance }: PlacedStep, phase: PhaseName): 'open' | 'closed' {
  if (phase === 'settled' || phase === 'complete' || phase === 'finished') return 'open'
  return onError ?? instance.spec.definition.onError ?? (failsOpen.has(phase) ? 'open' : 'closed')
}

function mayEdit({ instance }: PlacedStep): boolean {
  return instance.spec.definition.edits !== false
}

/** Whether a step applies policy to what is said: it says so, or it may edit. */
function guards(step: PlacedStep): boolean {
  return step.instance.spec.definition.guardrail ?? mayEdit(step)
}

function isStreamTap(stream: Taps['stream']): stream is AnyStreamTap {
  return stream !== undefined && stream !== 'pass'
}

function isSaid(said: unknown): boolean {
  return said instanceof Reply || said instanceof GatewayError
}

function isRecovery(said: unknown): boolean {
  const { do: what, afterMs, reply } = (said ?? {}) as { do?: unknown; afterMs?: unknown; reply?: unknown }
  return what === 'next' || what === 'giveUp' || what === 'retry' && Number.isFinite(afterMs) || what === 'answer' && reply instanceof Reply
}

function withIndex(steps: readonly PlacedStep[]): [PlacedStep, number][] {
  return steps.map((step, index) => [step, index])
}
