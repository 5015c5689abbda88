/** A stream as the plain reply that it amounts to, in a fraction of the time that reading each of its events would take. */

import { StreamEvent, type Dialect, type StreamText } from '../../core/index.ts'
import { splitEvents } from '../../core/stream/borders.ts'
import { RepeatedEvent } from '../../core/stream/repeated.ts'

/** So many events of text that none like them follows: then none is sought any more. */
const patience = 4
/** Nor where no more than so many can follow. */
const few = 4

/** @throws if an event cannot be read */
export function wholeOf({ stream }: Dialect, bytes: Buffer): Buffer {
  return stream.assemble(bytes.includes('\r') ? splitEvents(bytes) : joinedEvents(stream, bytes))
}

/** The events, with those that repeat the one before with another text put into one. */
function joinedEvents(format: Dialect['stream'], region: Buffer): readonly StreamEvent[] {
  const text = region.toString('latin1')
  const events: StreamEvent[] = []
  let misses = 0
  for (let start = 0; start < region.length;) {
    const end = borderBehind(text, start)
    const event = new StreamEvent(region.subarray(start, end))
    const said = misses < patience && region.length - end > few * event.bytes.length ? format.texts(event) : []
    start = joinFollowing(event, said, text, end)
    if (said.length > 0) misses = start > end ? 0 : misses + 1
    events.push(event)
  }
  return events
}

/** @returns the end of the last event that was put into this one */
function joinFollowing(event: StreamEvent, [only, another]: readonly StreamText[], region: string, end: number): number {
  if (only === undefined || another !== undefined) return end
  const repeated = new RepeatedEvent()
  repeated.learn(event.bytes, only.text)
  return repeated.read(region, end, texts => only.rewrite(only.text + texts.join('')))
}

function borderBehind(text: string, start: number): number {
  const blank = text.indexOf('\n\n', start)
  return blank < 0 ? text.length : blank + 2
}
