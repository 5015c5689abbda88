/** The token counts of a stream: the first event counts the prompt, one of the last the answer; what both count, the last knows best. */

import { lastMember } from '../../../core/document/last-member.ts'
import type { StreamEvent, Usage } from '../../../core/index.ts'
import { isObject } from '../../../core/neutral/arguments.ts'
import { tryJson } from '../../../core/neutral/json.ts'
import type { RawUsage } from '../../../core/neutral/usage.ts'
import { kindOf } from './stream-events.ts'
import { countsAtEnd, countsAtStart, laterCounts, laterUsage, readUsage, usageAtStart, usageFrom, type ToldCounts } from './usage.ts'

const usageWord = Buffer.from('"usage"')

/** How deep the counts stand, by the type of the event: in the message, or beside what changes of it. */
const usageDepths: ReadonlyMap<string, number> = new Map([
  ['message_start', 2],
  ['message_delta', 1],
])

export function usage(events: readonly StreamEvent[]): Usage | undefined {
  const telling = events.filter(event => event.bytes.includes(usageWord))
  const counts = countsOf(telling)
  return counts === undefined ? readUsage(toldBy(telling)) : usageFrom(() => toldBy(telling) ?? {}, counts)
}

/** The counts alone; undefined if the events must be read for them. */
function countsOf(events: readonly StreamEvent[]): ToldCounts | undefined {
  let counts: ToldCounts | undefined
  for (const event of events) {
    const kind = kindOf(event)
    const told = countsAtEnd(event.bytes, usageDepths.get(kind) ?? 0)
    if (told === undefined) return undefined
    counts = laterCounts(counts, kind === 'message_start' ? countsAtStart(told) : told)
  }
  return counts
}

/** All that was told. */
function toldBy(events: readonly StreamEvent[]): RawUsage | undefined {
  let told: RawUsage | undefined
  for (const event of events) told = laterUsage(told, usageOf(event))
  return told
}

function usageOf(event: StreamEvent): unknown {
  const said = usageAtEnd(event) ?? usageIn(event)
  return kindOf(event) === 'message_start' ? usageAtStart(said) : said
}

/** Without reading the message that has begun. */
function usageAtEnd(event: StreamEvent): unknown {
  const depth = usageDepths.get(kindOf(event))
  return depth === undefined ? undefined : lastMember(event.data ?? '', 'usage', depth)
}

function usageIn({ data = '' }: StreamEvent): unknown {
  const said = tryJson(data)
  if (!isObject(said)) return undefined
  return isObject(said['message']) ? said['message']['usage'] : said['usage']
}
