/** The token counts of a stream, and the event that exists only for them. */

import { lastMember } from '../../../core/document/last-member.ts'
import type { Usage } from '../../../core/plugin/dialect.ts'
import { eventAround } from '../../../core/stream/borders.ts'
import type { StreamEvent } from '../../../core/stream/event.ts'
import type { Span } from '../../../core/stream/fields.ts'
import { readUsage, record, usageAtEnd, type JsonMap } from './usage.ts'

export function usage(last: readonly StreamEvent[]): Usage | undefined {
  for (const event of last.toReversed()) {
    const at = placeOfUsage(event.bytes, 0)
    const found = at < 0 ? undefined : (usageBehind(event.bytes, at) ?? usageOf(json(event.data ?? '')))
    if (found !== undefined) return found
  }
  return undefined
}

/** The token counts of a chunk that says nothing of what it cost beside them. */
function usageBehind(event: Buffer, at: number): Usage | undefined {
  if (event[at - 1] === backslash || event.includes(costMember)) return undefined
  return usageAtEnd(event) ?? readUsage(lastMember(event.toString('utf8', at), 'usage', 1))
}

function behindColon(event: Buffer, at: number): number {
  if (event[at] !== colon) return at
  return event[at + 1] === space ? at + 2 : at + 1
}

/** The same of any; Groq puts them into `x_groq`. */
function usageOf(chunk: JsonMap | undefined): Usage | undefined {
  return readUsage(chunk?.['usage'], chunk?.['cost']) ?? readUsage(record(chunk?.['x_groq'])?.['usage'])
}

const costMember = Buffer.from('cost"')
const backslash = 0x5c

function json(text: string): JsonMap | undefined {
  try {
    return record(JSON.parse(text))
  } catch {
    return undefined
  }
}

/** What precedes the choices of an event; quotes inside a text would be escaped. */
const choicesMember = Buffer.from('"choices":')
/** The event that exists only for its usage is one of the last that have choices: of those before, nothing is looked at. */
const searchedEvents = 4

export function usageOnly(events: Buffer): Span | undefined {
  let at = events.length
  for (let searched = 0; searched < searchedEvents && at > 0; searched++) {
    at = events.lastIndexOf(choicesMember, at - 1)
    if (at < 0) return undefined
    if (!isEmptyList(events, at + choicesMember.length)) continue
    const place = eventAround(events, at)
    if (hasUsage(events.subarray(place.start, place.end))) return place
  }
  return undefined
}

function isEmptyList(bytes: Buffer, at: number): boolean {
  const open = bytes[at] === 0x20 ? at + 1 : at
  return bytes[open] === 0x5b && bytes[open + 1] === 0x5d
}

/** Without its first quote: Node looks for the first byte of a word, and events are full of quotes. */
const usageMember = Buffer.from('usage"')
const usageLength = '"usage"'.length
const quote = 0x22
const colon = 0x3a
const space = 0x20
const firstOfNull = 0x6e

function hasUsage(event: Buffer): boolean {
  const first = placeOfUsage(event, 0)
  for (let at = first; at >= 0; at = placeOfUsage(event, at + usageLength)) {
    const behind = at + usageLength
    const value = behindColon(event, behind)
    if (value > behind && event[value] === firstOfNull) return false
  }
  return first >= 0
}

/** Where `"usage"` stands; -1 if it does nowhere behind `from`. */
function placeOfUsage(event: Buffer, from: number): number {
  let at = event.indexOf(usageMember, from)
  while (at >= 0 && event[at - 1] !== quote) at = event.indexOf(usageMember, at + 1)
  return at < 0 ? -1 : at - 1
}
