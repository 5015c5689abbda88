/** Places the taps of set-up plugins into the phases of one pipeline. */

import { hash } from 'node:crypto'
import { GatewayError } from '../../errors.ts'
import type { HeaderNames } from '../../flat-headers.ts'
import { askedTogether, type Neighbour } from '../asked-together.ts'
import type { Attempt } from '../attempt.ts'
import type { Exchange } from '../exchange.ts'
import { Phase, type Tap } from '../phase.ts'
import type { Recovery } from '../recovery.ts'
import { noteFailure } from '../tap-failure.ts'
import { streamPasses } from './place-stream-taps.ts'
import { errorMode, guards, isForStreamsAlone, isStreamTap, isTraced, mayEdit, taps, type PlacedStep } from './placed-step.ts'
import type { Plan, Said } from './plan.ts'
import { Reply } from '../../upstream/reply.ts'
import { vettedTap } from './vetted-tap.ts'

/** What a plan has that its steps do not decide. */
export type PlanFacts = Pick<Plan, 'name' | 'operation' | 'dialect' | 'dialectWhen' | 'body' | 'clock' | 'log' | 'limits' | 'compatHeaders'>

type Bailing = 'request' | 'route' | 'prompt' | 'lookup' | 'attempt' | 'recover' | 'response'

const textPhases = ['prompt', 'response', 'stream'] as const

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
    judgesCallers: steps.some(step => step.instance.spec.definition.judgesCallers === true && (taps(step, 'response') || taps(step, 'stream'))),
    ownHeaders: ownHeaders(steps),
    responseFrom: answeredBy => response?.taps.findIndex(tap => tap.step < answeredBy) ?? -1,
    streamFrom: streamPasses(upwards),
  }
}

/** Those that do not change are put together once. */
function ownHeaders(steps: readonly PlacedStep[]): HeaderNames {
  const fixed = new Set<string>()
  const changing: HeaderNames[] = []
  for (const { instance } of steps) {
    const { ownHeaders: names = [] } = instance.taps
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
  const taken = order.flatMap(([step, index]): Neighbour<T>[] => {
    const tap = taps(step, name) ? step.instance.taps[name] : undefined
    if (tap === undefined) return []
    const call = vettedTap(name, step.name, tap.bind(step.instance.taps) as Tap<T>['call'])
    return [
      [
        {
          name: step.name,
          step: index,
          call: name === 'response' && isForStreamsAlone(step) ? (exchange, attempt) => (exchange.streamed ? call(exchange, attempt) : undefined) : call,
          understands,
          onError: errorMode(step, name),
          timeoutMs: step.timeoutMs,
          edits: mayEdit(step) && (name === 'prompt' || name === 'response'),
          guards: isTraced(step) && (name === 'prompt' || name === 'response'),
          exempts: step.exempts === true,
        },
        mayEdit(step) || (name !== 'prompt' && name !== 'response') ? undefined : step.together,
      ],
    ]
  })
  return askedTogether(name, taken)
}

/** A tap that answers nothing: what it throws is logged, and hurts nobody. */
function listener(step: PlacedStep, phase: 'settled' | 'complete' | 'finished'): readonly ((exchange: Exchange, attempt?: Attempt) => void)[] {
  const call = taps(step, phase)
    ? (step.instance.taps[phase]?.bind(step.instance.taps) as ((exchange: Exchange, attempt?: Attempt) => unknown) | undefined)
    : undefined
  if (call === undefined) return []
  return [
    (exchange, attempt) => {
      const failed = (cause: unknown) => noteFailure(exchange, { instance: step.name, phase, mode: 'open', cause })
      try {
        const said = call(exchange, attempt)
        if (said instanceof Promise) said.catch(failed)
      } catch (cause) {
        failed(cause)
      }
    },
  ]
}

function isSaid(said: unknown): boolean {
  return said instanceof Reply || said instanceof GatewayError
}

function isRecovery(said: unknown): boolean {
  const { do: what, afterMs, reply } = (said ?? {}) as { do?: unknown; afterMs?: unknown; reply?: unknown }
  return what === 'next' || what === 'giveUp' || (what === 'retry' && Number.isFinite(afterMs)) || (what === 'answer' && reply instanceof Reply)
}

function withIndex(steps: readonly PlacedStep[]): [PlacedStep, number][] {
  return steps.map((step, index) => [step, index])
}
