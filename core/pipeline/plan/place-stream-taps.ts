/** Places the taps on streams: what the events of a reply go through, by who answered. */

import type { StreamTap } from '../../plugin/define.ts'
import type { Dialect } from '../../plugin/dialect.ts'
import { StreamRule, StreamTapError } from '../../stream/rule.ts'
import type { Exchange } from '../exchange.ts'
import type { LastTap } from '../delivery/last-event.ts'
import { noteFailure } from '../tap-failure.ts'
import { buffersStreams, errorMode, guards, isOpening, isStreamTap, readsEvents, seesReplies, taps, type PlacedStep } from './placed-step.ts'
import type { Plan, StreamPass } from './plan.ts'

/** What streams go through, by their dialect and the step that answered; each case is compiled once. */
export function streamPasses(upwards: readonly [PlacedStep, number][]): Plan['streamFrom'] {
  const compiled = new Map<Dialect | undefined, Map<number, StreamPass>>()
  return (answeredBy, dialect) => {
    const ofDialect = compiled.get(dialect) ?? new Map<number, StreamPass>()
    const known = ofDialect.get(answeredBy)
    if (known !== undefined) return known
    const pass = streamPass(
      dialect,
      upwards.filter(([, index]) => index < answeredBy).map(([step]) => step),
    )
    compiled.set(dialect, ofDialect.set(answeredBy, pass))
    return pass
  }
}

function streamPass(dialect: Dialect | undefined, upwards: readonly PlacedStep[]): StreamPass {
  const readers = upwards.filter(readsStreams)
  return {
    rule: ruleOf(readers, dialect),
    replayRule: ruleOf(
      readers.filter(step => !seesReplies(step)),
      dialect,
    ),
    buffered: dialect !== undefined && upwards.some(step => buffersStreams(step)),
    lastTaps: upwards.flatMap(lastTapOf),
    openTaps: upwards.flatMap(openTapOf),
  }
}

function readsStreams(step: PlacedStep): boolean {
  const { stream } = step.instance.taps
  return taps(step, 'stream') && isStreamTap(stream) && readsEvents(stream)
}

function ruleOf(readers: readonly PlacedStep[], dialect: Dialect | undefined): StreamRule | undefined {
  if (dialect === undefined || readers.length === 0) return undefined
  const named = readers.map(step => ({ name: step.name, tap: step.instance.taps.stream as StreamTap<never>, guards: guards(step) }))
  const modes = new Map(readers.map(step => [step.name, errorMode(step, 'stream')]))
  return new StreamRule(named, dialect.stream, (name, cause, exchange) => failedOnStream(name, cause, exchange, modes.get(name) ?? 'closed'))
}

function openTapOf(step: PlacedStep): readonly ((exchange: Exchange) => void)[] {
  const { stream } = step.instance.taps
  if (!taps(step, 'stream') || !isStreamTap(stream) || !isOpening(stream)) return []
  const open = stream.open.bind(stream)
  const mode = errorMode(step, 'stream')
  return [
    exchange => {
      try {
        open(exchange)
      } catch (cause) {
        if (failedOnStream(step.name, cause, exchange, mode) === 'closed') throw new StreamTapError(step.name, cause)
      }
    },
  ]
}

function lastTapOf(step: PlacedStep): readonly LastTap[] {
  const { stream } = step.instance.taps
  if (!taps(step, 'stream') || !isStreamTap(stream) || stream.last === undefined) return []
  const mode = errorMode(step, 'stream')
  const call = stream.last.bind(stream)
  const awaits = stream.awaitsLast?.bind(stream) ?? always
  return [{ name: step.name, call, awaits, timeoutMs: step.timeoutMs, onFailure: (name, cause, exchange) => failedOnStream(name, cause, exchange, mode) }]
}

function always(): boolean {
  return true
}

function failedOnStream(instance: string, cause: unknown, exchange: Exchange, mode: 'open' | 'closed'): 'open' | 'closed' {
  noteFailure(exchange, { instance, phase: 'stream', mode, cause })
  return mode
}
