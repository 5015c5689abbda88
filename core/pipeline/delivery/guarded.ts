/** The work of stream taps, with what becomes of it when one of them refuses or fails. */

import { GatewayError } from '../../errors.ts'
import type { StreamRule } from '../../stream/rule.ts'
import type { Exchange } from '../exchange.ts'
import { policyFailure } from '../tap-failure.ts'
import { Blocked } from '../verdict.ts'

/** A tap that must not fail and did ends the stream like a refusal; which one it was is in the log. */
export function guarded<T>(work: () => T): T | GatewayError {
  try {
    return work()
  } catch (cause) {
    if (cause instanceof GatewayError) return cause
    return policyFailure('answer', cause)
  }
}

/** What leaves of a stream that is there as a whole, or why none of it does. */
export function passWhole(exchange: Exchange, rule: StreamRule, events: Buffer): Buffer | GatewayError {
  const left = guarded(() => passed(exchange, rule, events))
  return left instanceof Blocked ? left.ofAnswer() : left
}

function passed(exchange: Exchange, rule: StreamRule, events: Buffer): Buffer | GatewayError {
  const running = rule.open(exchange)
  const out: Buffer[] = []
  try {
    const rest = running.pass(events, out) ?? running.end()
    return rest instanceof GatewayError ? rest : Buffer.concat([...out, ...rest])
  } finally {
    running.close()
  }
}
