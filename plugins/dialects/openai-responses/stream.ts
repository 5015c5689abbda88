/** OpenAI Responses as a stream: named and numbered events, of which the later ones say again what the earlier ones said in pieces. */

import { JsonDocument, type JsonNode } from '../../../core/document/document.ts'
import { lastMember } from '../../../core/document/last-member.ts'
import { stringOf } from '../../../core/document/readings.ts'
import type { GatewayError } from '../../../core/errors.ts'
import type { StreamFormat, Usage } from '../../../core/plugin/dialect.ts'
import type { StreamEvent } from '../../../core/stream/event.ts'
import { eventWith } from '../../../core/stream/find-event.ts'
import { assemble } from './assemble.ts'
import { vendorError } from './errors.ts'
import { StreamMemory } from './memory.ts'
import { replay } from './replay.ts'
import { errorEvent, sequenceOf } from './spelling.ts'
import { readUsage, usageAtEnd } from './usage.ts'

const ownName = /^(?:response\.|error$)/

/** How the data of an event begins. */
const typeFirst = /^\s*\{\s*"type"\s*:\s*"([\w.]+)"/

/** The type of an event, without parsing it where its name says so; a huge one may be there in part only. */
function typeOf(event: StreamEvent): string | undefined {
  const { name } = event
  if (name !== undefined && ownName.test(name)) return name
  return event.malformed ? typeFirst.exec(event.data?.slice(0, 256) ?? '')?.[1] : stringOf(event.document?.root.get('type'))
}

/** Without a memory each event stands alone. */
const stateless = {
  ending,
  isWhole,
  answerEnd,
  error,
  usage,
  usageOnly: () => undefined,
  failure: (fault: GatewayError, _requestId: string, last?: StreamEvent) => errorEvent(fault, (sequenceOf(last?.document?.root) ?? -1) + 1),
  assemble,
  replay,
} satisfies Partial<StreamFormat>

export const responsesStream: StreamFormat = {
  ...stateless,
  open,
  texts: event => new StreamMemory().texts(event),
  ends: event => new StreamMemory().ends(event),
  text: (like, key, text) => new StreamMemory().text(like, key, text),
  cut: like => new StreamMemory().cut(like),
}

function open(): StreamFormat {
  const memory = new StreamMemory()
  return {
    ...stateless,
    texts: event => memory.texts(event),
    ends: event => memory.ends(event),
    text: (like, key, text) => memory.text(like, key, text),
    leave: event => memory.leave(event),
    cut: like => memory.cut(like),
    failure: (fault, requestId, last) => memory.failure(fault, requestId, last),
  }
}

const ended = new Set(['response.completed', 'response.incomplete', 'response.cancelled'])

function ending(last: readonly StreamEvent[]): 'complete' | 'failed' | 'cut' {
  const types = last.map(typeOf)
  if (types.some(type => type === 'response.failed' || type === 'error')) return 'failed'
  return types.some(type => type !== undefined && ended.has(type)) || last.some(({ isDone }) => isDone) ? 'complete' : 'cut'
}

/** Some send `[DONE]` behind the last event. */
function isWhole(events: readonly StreamEvent[]): boolean {
  const last = events.findLast(({ isDone }) => !isDone)
  if (last === undefined) return false
  const type = typeOf(last)
  if (type !== 'response.incomplete') return type === 'response.completed'
  return stringOf(last.document?.root.get('response')?.get('incomplete_details')?.get('reason')) !== 'content_filter'
}

const endTypes: ReadonlySet<string | undefined> = new Set(['response.completed', 'response.incomplete'])
/** What only the names of these have in them, but for texts: no longer than what Node finds fast, and with a letter in front that is rare in events (see `core/document/words.ts`). */
const endWord = Buffer.from('mplete')

function answerEnd(events: Buffer): number {
  return eventWith(endWord, events, event => endTypes.has(typeOf(event)))
}

function error(event: StreamEvent, provider: string): GatewayError | undefined {
  const fault = errorIn(event)
  return fault === undefined ? undefined : vendorError(fault, provider)
}

/** What an event reports as an error: flat, in a member `error`, or in a failed response. */
function errorIn(event: StreamEvent): JsonNode | undefined {
  const type = typeOf(event)
  if (type === 'error') return objectAt(event.document?.root, 'error') ?? event.document?.root
  if (type === 'response.failed') return objectAt(event.document?.root.get('response'), 'error') ?? event.document?.root
  return type === undefined ? objectAt(event.document?.root, 'error') : undefined
}

function objectAt(node: JsonNode | undefined, name: string): JsonNode | undefined {
  const value = node?.get(name)
  return value?.kind === 'object' || value?.kind === 'string' ? value : undefined
}

const usageWord = Buffer.from('"usage"')

/** How deep the counts stand: in the response, which is in the event. */
const usageDepth = 2

function usage(last: readonly StreamEvent[]): Usage | undefined {
  for (const event of last.toReversed()) {
    if (!event.bytes.includes(usageWord)) continue
    const found = usageAtEnd(event.bytes) ?? readUsage(lastUsage(event) ?? usageIn(event))
    if (found !== undefined) return found
  }
  return undefined
}

/** Without reading all that the response says again. */
function lastUsage({ data = '' }: StreamEvent): unknown {
  return lastMember(data, 'usage', usageDepth)
}

function usageIn(event: StreamEvent): unknown {
  return (event.malformed ? usageInRest(event.data ?? '') : event.document?.root.get('response')?.get('usage'))?.value()
}

/** The last token counts in the rest of a huge event. Quotes inside its texts would be escaped. */
function usageInRest(rest: string): JsonNode | undefined {
  const start = rest.lastIndexOf('"usage"')
  for (let end = rest.indexOf('}', start); end >= 0; end = rest.indexOf('}', end + 1)) {
    const found = JsonDocument.tryParse(Buffer.from(`{${rest.slice(start, end + 1)}}`))
    if (found !== undefined) return found.root.get('usage')
  }
  return undefined
}
