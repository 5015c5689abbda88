/** A step whose plugin is set up: what it does, where it stands, and how it fails. */

import type { AnyStreamTap, PluginDefinition, Taps } from '../../plugin/define.ts'
import type { Instance } from '../../plugin/instance.ts'
import type { PhaseName } from './step.ts'

export interface PlacedStep {
  readonly name: string
  readonly instance: Instance
  readonly onError: 'open' | 'closed' | undefined
  readonly timeoutMs: number
  readonly phases: ReadonlySet<PhaseName>
  readonly together?: string | undefined
  readonly exempts?: boolean | undefined
  /** The phases in which the same instance stands, in this step or another. */
  readonly everywhere?: ReadonlySet<PhaseName>
}

const defaultTimeoutMs = 30_000

/** How long one call of an asynchronous tap may take: as the operator says, else as the plugin does. 0 is no limit. */
export function timeoutOf(said: number | undefined, { timeoutMs }: Pick<PluginDefinition, 'timeoutMs'>): number {
  return said ?? timeoutMs ?? defaultTimeoutMs
}

/** Steps of one name share an instance, which stands in the phases of all of them. */
export function withEverywhere(steps: readonly PlacedStep[]): readonly PlacedStep[] {
  return steps.map(step => {
    const others = steps.filter(({ name }) => name === step.name)
    return others.length === 1 ? step : { ...step, everywhere: new Set(others.flatMap(({ phases }) => [...phases])) }
  })
}

const failsOpen: ReadonlySet<PhaseName> = new Set(['attempt', 'recover'])

/** Whether a step wants streams collected: it says so, or it taps `response` and, as far as it stands there, not `stream`. */
export function buffersStreams(step: PlacedStep): boolean {
  const { stream } = step.instance.taps
  if (stream === 'pass' || !taps(step, 'response')) return false
  return stream === undefined || stream.buffer === true || (!everywhere(step).has('stream') && !isOpening(stream))
}

export function taps(step: PlacedStep, phase: PhaseName): boolean {
  const stands = step.phases.has(phase) || (phase === 'response' && isForStreamsAlone(step)) || (phase === 'stream' && isForRepliesUnread(step))
  return stands && (step.instance.taps as Record<string, unknown>)[phase] !== undefined
}

/** What an operator should know of a step that has streams collected: of a guardrail always, of another where its plugin does not say so. */
export function bufferingRemark(step: PlacedStep): string | undefined {
  if (!buffersStreams(step)) return undefined
  if (isGuardrail(step)) return `the guardrail "${step.name}" collects streams: callers get the first token together with the last`
  const { stream } = step.instance.taps
  const isDeclared = isStreamTap(stream) && stream.buffer === true
  return isDeclared ? undefined : `${step.name} taps "response" and not "stream": streams are collected before it sees them`
}

/** Whether an instance stands on streams, and not on replies, but has streams collected: it sees those as replies. */
export function isForStreamsAlone(step: PlacedStep): boolean {
  const { stream } = step.instance.taps
  return step.phases.has('stream') && isStreamTap(stream) && stream.buffer === true && !everywhere(step).has('response')
}

/** Whether an instance stands on replies, and not on streams, but leaves those unread: it is told that they begin. */
function isForRepliesUnread(step: PlacedStep): boolean {
  const { stream } = step.instance.taps
  return step.phases.has('response') && isStreamTap(stream) && isOpening(stream) && !everywhere(step).has('stream')
}

/** Whether an instance sees replies that are there as a whole, be it in another step. */
export function seesReplies(step: PlacedStep): boolean {
  return step.instance.taps.response !== undefined && everywhere(step).has('response')
}

function everywhere({ phases, everywhere = phases }: PlacedStep): ReadonlySet<PhaseName> {
  return everywhere
}

/** The phases in which a step does something. */
export function tappedPhases(step: PlacedStep): readonly PhaseName[] {
  return [...step.phases].filter(phase => taps(step, phase))
}

export function errorMode({ onError, instance }: PlacedStep, phase: PhaseName): 'open' | 'closed' {
  if (phase === 'settled' || phase === 'complete' || phase === 'finished') return 'open'
  return onError ?? instance.spec.definition.onError ?? (failsOpen.has(phase) ? 'open' : 'closed')
}

export function mayEdit({ instance }: PlacedStep): boolean {
  return instance.spec.definition.edits !== false
}

/** Whether a step applies policy to what is said: it says so, or it may edit. */
export function guards(step: PlacedStep): boolean {
  return step.instance.spec.definition.guardrail ?? mayEdit(step)
}

/** Whether what a step did is traced: it applies policy, or is a guardrail, even one of headers alone. */
export function isTraced(step: PlacedStep): boolean {
  return guards(step) || isGuardrail(step)
}

/** Whether its plugin is a type of guardrails, the phases of which rules choose. */
function isGuardrail({ instance }: PlacedStep): boolean {
  return instance.spec.definition.phases !== undefined
}

/** Whether a tap takes part in the pass over each event. */
export function readsEvents({ buffer, text, observe, end }: AnyStreamTap): boolean {
  return buffer !== true && [text, observe, end].some(member => member !== undefined)
}

/** Whether a tap is one of `open` alone: it is told that a stream begins, and leaves it unread. */
export function isOpening(stream: AnyStreamTap): stream is AnyStreamTap & Required<Pick<AnyStreamTap, 'open'>> {
  return stream.buffer !== true && !readsEvents(stream) && stream.open !== undefined
}

export function isStreamTap(stream: Taps['stream']): stream is AnyStreamTap {
  return stream !== undefined && stream !== 'pass'
}
