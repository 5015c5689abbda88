/** Places the taps on streams: what the events of a reply go through, by who answered. */

import type { StreamTap } from '../../plugin/define.ts'
import type { Dialect } from '../../plugin/dialect.ts'
import { StreamRule, TapFailure } from '../../stream/rule.ts'
import type { Exchange } from '../exchange.ts'
import type { LastTap } from '../delivery/last-event.ts'
import { noteFailure } from '../tap-failure.ts'
import { buffersStreams, errorMode, guards, isOpening, isStreamTap, readsEvents, taps, type PlacedStep } from './placed-step.ts'
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
  const buffered = upwards.some(step => buffersStreams(step))
  const rules = upwards.flatMap(step => {
    const { stream } = step.instance.taps
    return taps(step, 'stream') && isStreamTap(stream) && readsEvents(stream)
      ? [{ name: step.name, tap: stream as StreamTap<never>, guards: guards(step), onError: errorMode(step, 'stream') }]
      : []
  })
  const [lasts, openings] = [upwards.flatMap(lastTaps), upwards.flatMap(openingTaps)]
  if (dialect === undefined || rules.length === 0) return { rule: undefined, buffered: buffered && dialect !== undefined, lasts, openings }
  const modes = new Map(rules.map(({ name, onError }) => [name, onError]))
  return {
    rule: new StreamRule(rules, dialect.stream, (name, cause, exchange) => failedOnStream(name, cause, exchange, modes.get(name) ?? 'closed')),
    buffered,
    lasts,
    openings,
  }
}

function openingTaps(step: PlacedStep): readonly ((exchange: Exchange) => void)[] {
  const { stream } = step.instance.taps
  if (!taps(step, 'stream') || !isStreamTap(stream) || !isOpening(stream)) return []
  const open = stream.open.bind(stream)
  const mode = errorMode(step, 'stream')
  return [
    exchange => {
      try {
        open(exchange)
      } catch (cause) {
        if (failedOnStream(step.name, cause, exchange, mode) === 'closed') throw new TapFailure(step.name, cause)
      }
    },
  ]
}

function lastTaps(step: PlacedStep): readonly LastTap[] {
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
