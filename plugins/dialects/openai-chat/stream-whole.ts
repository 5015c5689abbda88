/** Whether a stream of chunks has all of its answer. */

import { stringOf } from '../../../core/document/readings.ts'
import type { StreamEvent } from '../../../core/stream/event.ts'
import { choices } from './stream-chunk.ts'

const filterWord = Buffer.from('content_filter')

export function isWhole(events: readonly StreamEvent[]): boolean {
  return events.at(-1)?.isDone === true && !events.some(isFiltered)
}

function isFiltered(event: StreamEvent): boolean {
  if (!event.bytes.includes(filterWord) || event.document === undefined) return false
  return choices(event.document).some(choice => stringOf(choice.get('finish_reason')) === 'content_filter')
}
