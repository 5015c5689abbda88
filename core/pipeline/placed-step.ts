/** A step whose plugin is set up: what it does, where it stands, and how it fails. */

import type { AnyStreamTap, Taps } from '../plugin/define.ts'
import type { Instance } from '../plugin/instance.ts'
import type { PhaseName } from './step.ts'

export interface PlacedStep {
  readonly name: string
  readonly instance: Instance
  readonly onError: 'open' | 'closed' | undefined
  readonly timeoutMs: number
  readonly phases: ReadonlySet<PhaseName>
}

const failsOpen: ReadonlySet<PhaseName> = new Set(['attempt', 'recover'])

/** Whether a step wants streams collected: it says so, or it taps `response` and, as far as it stands there, not `stream`. */
export function buffersStreams(step: PlacedStep): boolean {
  const { stream } = step.instance.taps
  return stream !== 'pass' && taps(step, 'response') && (!taps(step, 'stream') || isStreamTap(stream) && stream.buffer === true)
}

/** A step that stands on streams alone, and has them collected, sees them as replies. */
export function taps({ phases, instance }: PlacedStep, phase: PhaseName): boolean {
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

export function mayEdit({ instance }: PlacedStep): boolean {
  return instance.spec.definition.edits !== false
}

/** Whether a step applies policy to what is said: it says so, or it may edit. */
export function guards(step: PlacedStep): boolean {
  return step.instance.spec.definition.guardrail ?? mayEdit(step)
}

export function isStreamTap(stream: Taps['stream']): stream is AnyStreamTap {
  return stream !== undefined && stream !== 'pass'
}
