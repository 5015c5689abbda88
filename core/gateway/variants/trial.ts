/** Tries a step out: it is asked alone, on a plan of its own. */

import { gatewayError } from '../../errors.ts'
import type { Exchange } from '../../pipeline/exchange.ts'
import type { Plan } from '../../pipeline/plan/plan.ts'
import { reviewAnswer, reviewRequest } from '../../pipeline/rehearse.ts'
import { Trace } from '../../pipeline/trace.ts'
import type { Trial, TrialResult } from '../../services/variants.ts'
import { timeOrderedId } from '../../time-ordered-id.ts'
import { exchangeFor } from '../inner-calls.ts'

/** @param plan of that step alone */
export async function tryOut(plan: Plan, { request, answer, caller, signal }: Trial): Promise<TrialResult> {
  const call = { method: 'POST', path: '/', body: request, caller, userPath: caller.userPath ?? '' }
  const exchange = exchangeFor(timeOrderedId(plan.clock.now()), call, plan)
  const trace = (exchange.trace = new Trace())
  const stop = () => exchange.stop(gatewayError('request_canceled', 'the trial was ended', { cause: signal?.reason }))
  if (signal?.aborted === true) stop()
  signal?.addEventListener('abort', stop)
  try {
    const left = await (answer === undefined ? reviewRequest(exchange) : reviewed(exchange, answer))
    return { outcome: trace.outcomes[0], failure: exchange.failures[0], left }
  } finally {
    signal?.removeEventListener('abort', stop)
  }
}

async function reviewed(exchange: Exchange, answer: Buffer): Promise<TrialResult['left']> {
  return (await reviewAnswer(exchange, answer)).body
}
