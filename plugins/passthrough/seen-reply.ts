/** What an answer that goes by unread says of its tokens: its bytes are looked at once they are all gone. */

import {
  headerIn,
  JsonDocument,
  type Dialect,
  type Exchange,
  type JsonNode,
  type ProviderInstance,
  type StreamEvent,
  type UpstreamDialect,
  type Usage,
} from '../../core/index.ts'
import { decodeSync, encodingIn } from '../../core/content-encoding.ts'
import { isForCallers } from '../../core/plugin/dialect.ts'
import { AwsFrames } from '../../core/stream/aws-frames.ts'
import { splitEvents } from '../../core/stream/borders.ts'

/** Of a longer answer, the beginning and the end are kept. */
const heldBytes = 4 * 1024 * 1024
const decodedBytes = 16 * 1024 * 1024
/** As many of the last events as may tell the tokens. */
const lastEvents = 4

/** Has the tokens of an answer read, and its last events known, where the gateway reads nothing on the way. @param spoken the dialect of the call, where its path tells it */
export function watchReply(exchange: Exchange, provider: ProviderInstance, spoken: Dialect | undefined): void {
  const seen = new SeenReply()
  const wires = [...new Set([...[...provider.dialects].flatMap(name => provider.wires.get(name) ?? []), ...provider.wires.values()])]
  const dialects = spoken === undefined ? wires : [spoken]
  exchange.copyTo(bytes => seen.take(bytes))
  exchange.readUsageFrom(() => seen.usage(exchange, dialects))
  // The length is asked for while the answer still flows.
  exchange.readStreamEndsFrom(() => ({
    get events() {
      return seen.events(exchange)
    },
    bytes: seen.length,
  }))
}

/** By how the type of a stream begins. */
const splitters = [
  ['text/event-stream', splitEvents],
  ['application/vnd.amazon.eventstream', eventsInFrames],
] as const

class SeenReply {
  length = 0
  readonly #chunks: Buffer[] = []
  #held = 0
  #events: { readonly length: number; readonly events: readonly StreamEvent[] } | undefined

  take(bytes: Buffer): void {
    this.length += bytes.length
    this.#held += bytes.length
    this.#chunks.push(bytes)
    while (this.#held > heldBytes && this.#chunks.length > 2) this.#held -= this.#chunks.splice(1, 1)[0]?.length ?? 0
  }

  /** As the first dialect says it that finds any. */
  usage(exchange: Exchange, dialects: readonly (UpstreamDialect | Dialect)[]): Usage | undefined {
    if (exchange.reply === undefined || exchange.reply.status >= 400) return undefined
    const events = this.events(exchange)
    const document = events.length > 0 ? undefined : JsonDocument.tryParse(this.#bytes(exchange))
    for (const dialect of dialects) {
      const usage = isForCallers(dialect) ? heardBy(dialect, document, events) : toldTo(dialect, document, events)
      if (usage?.inputTokens !== undefined || usage?.outputTokens !== undefined) return usage
    }
    return undefined
  }

  /** The first event and the last ones; none of what is no stream of events. */
  events(exchange: Exchange): readonly StreamEvent[] {
    if (this.#events?.length !== this.length) this.#events = { length: this.length, events: this.#read(exchange) }
    return this.#events.events
  }

  #read(exchange: Exchange): readonly StreamEvent[] {
    const type = headerOf(exchange, 'content-type')?.toLowerCase() ?? ''
    const split = splitters.find(([beginning]) => type.startsWith(beginning))?.[1]
    const events = split?.(this.#bytes(exchange)) ?? []
    return events.length <= lastEvents ? events : [...events.slice(0, 1), ...events.slice(-lastEvents)]
  }

  #bytes(exchange: Exchange): Buffer {
    const encoding = encodingIn(headerOf(exchange, 'content-encoding') || undefined)
    const bytes = Buffer.concat(this.#chunks)
    try {
      return encoding === 'identity' ? bytes : decodeSync(encoding, bytes, decodedBytes)
    } catch {
      // What was cut, or is not encoded so, tells nothing.
      return Buffer.alloc(0)
    }
  }
}

function heardBy(dialect: Dialect, document: JsonDocument | undefined, events: readonly StreamEvent[]): Usage | undefined {
  return document === undefined ? dialect.stream.usage(events) : dialect.usage(document)
}

/** What the last event tells that tells anything; Gemini streams a list where nobody asks for events. */
function toldTo({ upstream }: UpstreamDialect, document: JsonDocument | undefined, events: readonly StreamEvent[]): Usage | undefined {
  const said = document === undefined ? events.map(event => event.document?.root) : objectsOf(document.root)
  for (const node of said.toReversed()) {
    const usage = node?.kind === 'object' ? upstream?.usage?.(node) : undefined
    if (usage !== undefined) return usage
  }
  return undefined
}

function objectsOf(root: JsonNode): readonly JsonNode[] {
  return root.kind === 'array' ? root.items() : [root]
}

function eventsInFrames(bytes: Buffer): readonly StreamEvent[] {
  try {
    return splitEvents(new AwsFrames().push(bytes) ?? Buffer.alloc(0))
  } catch {
    // Frames of which the middle was not kept tell nothing.
    return []
  }
}

function headerOf({ reply }: Exchange, name: string): string | undefined {
  return headerIn(reply?.headers ?? [], name)
}
