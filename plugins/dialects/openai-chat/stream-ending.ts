/** How a stream ended: whole, in a failure that it tells of, or cut short. */

import type { JsonNode } from '../../../core/document/document.ts'
import { stringOf } from '../../../core/document/readings.ts'
import { Words } from '../../../core/document/words.ts'
import type { GatewayError } from '../../../core/errors.ts'
import type { StreamEvent } from '../../../core/stream/event.ts'
import { eventWith } from '../../../core/stream/find-event.ts'
import { vendorError } from '../../../core/neutral/vendor-error.ts'
import { failureOf } from './finish.ts'
import { choices, indexOf, isFinished } from './stream-chunk.ts'

const errors = new Words('error')

/** What finish reasons that mean a failure have in them. */
const failures = new Words('error', 'insufficient_system_resource')

function mayFail({ bytes }: StreamEvent): boolean {
  return failures.areIn(bytes)
}

/** Values of `error` that report none. */
const blank = new Set(['null', 'false', '""', '0'])

export function ending(last: readonly StreamEvent[]): 'complete' | 'failed' | 'cut' {
  const suspects = last.filter(mayFail)
  if (suspects.some(event => errorIn(event) !== undefined)) return 'failed'
  const isDone = last.some(event => event.isDone)
  if (suspects.some(event => failureIn(event, '') !== undefined)) return isDone ? 'failed' : 'cut'
  return isDone || allFinished(last) ? 'complete' : 'cut'
}

/** Without its bracket, which each event has: Node looks for the first byte of a word. */
const done = Buffer.from('DONE]')

export function answerEnd(events: Buffer): number {
  return eventWith(done, events, ({ isDone }) => isDone)
}

/** Whether each choice that is seen in these events is seen to finish: some providers send no `[DONE]`. */
function allFinished(events: readonly StreamEvent[]): boolean {
  const unfinished = new Map<number, boolean>()
  for (const choice of events.flatMap(event => (event.document === undefined ? [] : choices(event.document)))) {
    const index = indexOf(choice)
    unfinished.set(index, (unfinished.get(index) ?? true) && !isFinished(choice))
  }
  return unfinished.size > 0 && ![...unfinished.values()].includes(true)
}

export function error(event: StreamEvent, provider: string): GatewayError | undefined {
  const fault = errorIn(event)
  return fault === undefined ? failureIn(event, provider) : vendorError(fault, provider)
}

/** What an event reports as an error: an object or a string in `error`, or all of it (older vLLM; named events). */
export function errorIn(event: StreamEvent): JsonNode | undefined {
  if (!errors.areIn(event.bytes)) return undefined
  const root = event.document?.root
  const fault = root?.get('error')
  if (fault !== undefined && !blank.has(fault.json())) return fault
  return event.name === 'error' || stringOf(root?.get('object')) === 'error' ? root : undefined
}

/** The failure that a choice names as the reason of its end. */
function failureIn(event: StreamEvent, provider: string): GatewayError | undefined {
  if (!mayFail(event) || event.document === undefined) return undefined
  return choices(event.document)
    .map(choice => failureOf({ finish_reason: stringOf(choice.get('finish_reason')) ?? null }, provider))
    .find(failure => failure !== undefined)
}
