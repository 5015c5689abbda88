/** Calls that are made once more at once: the provider's refusal taught something, its credentials had to be renewed, or it does not take what a plan added. */

import type { Attempt, Failure } from '../pipeline/attempt.ts'
import type { Exchange } from '../pipeline/exchange.ts'
import { factsOfCall } from './respell.ts'

/** Whether the same call has a better chance now. */
export function isWorthAnother(exchange: Exchange, attempt: Attempt, failure: Failure): boolean {
  const { status } = failure
  if (status === undefined || attempt.once) return false
  return isRenewed(attempt, status) || isTaught(exchange, attempt, failure, status) || isUnplanned(attempt, failure)
}

function isRenewed({ target: { provider } }: Attempt, status: number): boolean {
  const { onUnauthorized } = provider.definition
  if (status !== 401 || onUnauthorized === undefined) return false
  onUnauthorized(provider.settings)
  return true
}

/** A body that goes on as the caller wrote it would only be refused again. */
function isTaught(exchange: Exchange, { target, translation }: Attempt, { error, date }: Failure, status: number): boolean {
  const { learn } = target.provider.definition
  const { dialect, operation, forward } = exchange
  if (learn === undefined || dialect === undefined || forward !== undefined) return false
  const facts = factsOfCall(exchange, target, translation?.dialect ?? dialect.name, translation?.operation ?? operation)
  const word = learn({ status, code: error.code, param: error.param, message: error.message, ...(date === undefined ? {} : { date }) }, facts)
  if (word === undefined || target.provider.learned.has(word)) return false
  target.provider.learned.add(word)
  return true
}

/** The client did not ask for the plan, and shall not fail by it. */
function isUnplanned(attempt: Attempt, failure: Failure): boolean {
  if (attempt.promptCache?.isRefused(failure) !== true) return false
  attempt.promptCache = undefined
  return true
}
