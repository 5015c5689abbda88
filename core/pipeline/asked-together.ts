/** Asks guardrails of one step that edit nothing at once; the gravest of their verdicts is the step's. */

import { GatewayError } from '../errors.ts'
import { isPromise } from '../promise.ts'
import { Phase, type Tap } from './phase.ts'
import type { PhaseName } from './plan/step.ts'
import { Blocked, orRefusal } from './verdict.ts'

/** A tap that may be asked together with its neighbours of the same step; undefined: it is asked alone. */
export type Neighbour<Said> = readonly [tap: Tap<Said>, step: string | undefined]

/** The taps of a phase in their order, with neighbours of one step as one. */
export function askedTogether<Said>(phase: PhaseName, taps: readonly Neighbour<Said>[]): readonly Tap<Said>[] {
  const groups: (readonly Neighbour<Said>[])[] = []
  for (const tap of taps) {
    const last = groups.at(-1)
    if (last !== undefined && tap[1] !== undefined && last[0]?.[1] === tap[1]) groups[groups.length - 1] = [...last, tap]
    else groups.push([tap])
  }
  return groups.map(group =>
    joined(
      phase,
      group.map(([tap]) => tap),
    ),
  )
}

function joined<Said>(phase: PhaseName, taps: readonly Tap<Said>[]): Tap<Said> {
  const [first] = taps as readonly [Tap<Said>]
  if (taps.length === 1) return first
  const each = taps.toSorted((one, other) => (one.name < other.name ? -1 : 1)).map(tap => new Phase<Said>(phase, [tap]))
  return {
    ...first,
    // Each of them has its own deadline, fails in its own way, and is traced under its own name.
    timeoutMs: 0,
    edits: false,
    guards: false,
    call(exchange, attempt) {
      const said = each.map(one => heard(() => one.fire(exchange, attempt)))
      return said.some(isPromise) ? Promise.all(said.map(one => Promise.resolve(one))).then(gravest) : gravest(said as readonly (Said | undefined)[])
    },
  }
}

/** A failure is something said, too: the others are heard out. */
function heard<Said>(ask: () => Said | undefined | Promise<Said | undefined>): Said | undefined | Promise<Said | undefined> {
  try {
    const said = ask()
    return isPromise<Said | undefined>(said) ? (orRefusal(said) as Promise<Said | undefined>) : said
  } catch (cause) {
    if (cause instanceof GatewayError) return cause as Said
    throw cause
  }
}

/** Of two that are as grave, the first. */
function gravest<Said>(said: readonly (Said | undefined)[]): Said | undefined {
  return said.reduce((gravest, other) => (gravity(other) > gravity(gravest) ? other : gravest), undefined)
}

function gravity(said: unknown): number {
  if (said === undefined) return 0
  if (!(said instanceof GatewayError)) return 1
  return said instanceof Blocked ? 2 : 3
}
