/** Finds the event in which a word means something, among texts that may have it, too. */

import { eventAround } from './borders.ts'
import { StreamEvent } from './event.ts'

/** Where the first event begins that has the word and is the one; -1 if there is none. Events without the word are not looked at. */
export function eventWith(word: Buffer, events: Buffer, isIt: (event: StreamEvent) => boolean): number {
  for (let at = events.indexOf(word); at >= 0;) {
    const { start, end } = eventAround(events, at)
    if (isIt(new StreamEvent(events.subarray(start, end)))) return start
    at = events.indexOf(word, end)
  }
  return -1
}
