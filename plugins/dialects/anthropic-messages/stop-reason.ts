/** Why the model stopped, in both directions. */

import type { Finish } from '../../../core/neutral/reply.ts'

const finishes: Readonly<Record<string, Finish>> = {
  end_turn: 'stop',
  stop_sequence: 'stop_sequence',
  max_tokens: 'length',
  model_context_window_exceeded: 'context_window',
  tool_use: 'tool_calls',
  refusal: 'refusal',
  pause_turn: 'pause',
}

const reasons: Readonly<Record<Finish, string>> = {
  stop: 'end_turn',
  stop_sequence: 'stop_sequence',
  length: 'max_tokens',
  context_window: 'model_context_window_exceeded',
  tool_calls: 'tool_use',
  content_filter: 'refusal',
  refusal: 'refusal',
  pause: 'pause_turn',
}

/** A word that nobody knows is an end like any other. */
export function finishOf(reason: unknown): Finish {
  return typeof reason === 'string' && Object.hasOwn(finishes, reason) ? (finishes[reason] ?? 'stop') : 'stop'
}

export function reasonOf(finish: Finish): string {
  return reasons[finish]
}
