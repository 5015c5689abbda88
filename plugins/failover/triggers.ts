/** Which failures lead to the next target. */

import type { Attempt, Failure } from '../../core/index.ts'
import { Refused } from '../../core/pipeline/verdict.ts'
import { statusTest } from '../shared/attempts/status-list.ts'

/** @param phrases each matches when all its words occur in the error's text; a numeric word is the status, and one word may be the error's code */
export function triggers(statuses: readonly string[], phrases: readonly string[]): (failure: Failure) => boolean {
  const isListed = statusTest(statuses)
  const split = phrases.map(phrase =>
    phrase
      .toLowerCase()
      .split(/\s+/)
      .filter(word => word !== ''),
  )
  return ({ kind, status = 0, text, error }) => {
    switch (kind) {
      case 'transport':
      case 'timeout':
      case 'empty':
        return true
      case 'refused':
        return error instanceof Refused || error.code === 'circuit_open' || error.code === 'rate_limit_exceeded'
      case 'status':
        return isListed(status) || split.some(words => words.every(word => isSaid(word, status, text) || word === error.code))
    }
  }
}

/** What went wrong at a target. A retry that was kept back ends with what the call before it ended with. */
export function failureOf(attempts: readonly Attempt[]): Failure | undefined {
  const last = attempts.at(-1)
  const isKeptBack = last?.failure?.kind === 'refused' && last.retry > 0
  return isKeptBack ? attempts.at(-2)?.failure : last?.failure
}

function isSaid(word: string, status: number, text: string): boolean {
  return /^\d+$/.test(word) ? Number(word) === status : text.includes(word)
}
