/** A compiled pipeline: phases with their taps in place, nothing left to look up. */

import type { Logger } from 'pino'
import type { GatewayError } from '../../errors.ts'
import type { HeaderNames } from '../../flat-headers.ts'
import type { Verdict } from '../../plugin/define.ts'
import type { Dialect } from '../../plugin/dialect.ts'
import type { Clock } from '../../services/clock.ts'
import type { StreamRule } from '../../stream/rule.ts'
import type { Attempt } from '../attempt.ts'
import type { Exchange } from '../exchange.ts'
import type { LastTap } from '../delivery/last-event.ts'
import type { Phase } from '../phase.ts'
import type { Recovery } from '../recovery.ts'
import type { Warning } from '../warning.ts'

export type Said = Exclude<Verdict, Warning | void>

/** Limits that the kernel holds while it runs an exchange. */
export interface Limits {
  readonly totalMs: number
  readonly responseHeaderMs: number
  readonly streamIdleMs: number
  readonly streamStallMs: number
}

/** What the stream of a reply has to go through, above the step that answered. */
export interface StreamPass {
  /** The joined stream taps; undefined if the bytes go by. */
  readonly rule: StreamRule | undefined
  /** The same for a stream that the gateway makes of a whole reply: those who tap `response` have seen it. */
  readonly replayRule: StreamRule | undefined
  /** The stream is collected and goes through the `response` taps. */
  readonly buffered: boolean
  /** Taps that see the event which ends the answer before it leaves. */
  readonly lastTaps: readonly LastTap[]
  /** Taps that are told that the stream begins, and do not read it. @throws StreamTapError */
  readonly openTaps: readonly ((exchange: Exchange) => void)[]
}

/** A dialect of callers who are known by a header that is there, or by the beginning of the path. */
export interface DialectRule {
  readonly dialect: Dialect
  readonly header?: string
  readonly path?: string
}

export interface Plan {
  readonly name: string
  readonly operation: string
  /** Its steps by name, each with the name of its plugin, and whether that applies policy; those that are off left out. */
  readonly steps: readonly { readonly name: string; readonly type: string; readonly guards: boolean }[]
  readonly dialect: Dialect | undefined
  /** Callers of other dialects, and how they are known; the first that fits counts. */
  readonly dialectWhen: readonly DialectRule[]
  /** How the body is read before `route`: as JSON, as bytes, as a form that flows, or not at all. */
  readonly body: 'json' | 'bytes' | 'form' | 'none'
  readonly request: Phase<Said> | undefined
  readonly route: Phase<Said> | undefined
  readonly prompt: Phase<Said> | undefined
  readonly lookup: Phase<Said> | undefined
  readonly attempt: Phase<GatewayError> | undefined
  readonly recover: Phase<Recovery> | undefined
  /** In reverse order of the steps. */
  readonly response: Phase<Said> | undefined
  readonly settled: readonly ((exchange: Exchange, attempt: Attempt) => void)[]
  readonly complete: readonly ((exchange: Exchange) => void)[]
  readonly finished: readonly ((exchange: Exchange) => void)[]
  /** Whether a tap that applies policy stands on `response` or `stream`. */
  readonly guardsReplies: boolean
  /** Whether such a tap stands on `prompt`. */
  readonly guardsPrompts: boolean
  /** A digest of every step that may look at or change what is said: two plans of one digest answer alike. */
  readonly policy: string
  /** Whether what becomes of replies depends on who asks, too. */
  readonly judgesCallers: boolean
  /** Of a variant: told when an exchange that took it is over. */
  readonly onLeft?: () => void
  /** Lower-case names of request headers that no provider gets. */
  readonly ownHeaders: HeaderNames
  /** The first `response` tap above a step. */
  responseFrom(answeredBy: number): number
  /** What a stream in this dialect goes through above a step. */
  streamFrom(answeredBy: number, dialect: Dialect | undefined): StreamPass
  /** Whether warnings are also given under the header of compatible gateways. */
  readonly compatHeaders: boolean
  readonly clock: Clock
  readonly log: Logger
  readonly limits: Limits
}
