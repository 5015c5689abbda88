/** What a dialect plugin tells the kernel: how one wire format spells requests, replies, stream events and errors. */

import type { Conversation } from '../document/conversation.ts'
import type { JsonDocument } from '../document/document.ts'
import type { GatewayError } from '../errors.ts'
import type { FormRules } from '../form/rules.ts'
import type { CallerSide, UpstreamSide } from '../neutral/translation.ts'
import type { Usage } from '../neutral/usage.ts'
import type { StreamEvent } from '../stream/event.ts'

export type { Usage } from '../neutral/usage.ts'

/** An answer that policy gives in the provider's place: one assistant turn. */
export interface AnswerFacts {
  readonly operation: string
  readonly id: string
  readonly model: string
  /** Unix seconds. */
  readonly created: number
  readonly text: string
  /** What the provider counted of the answer in whose place this one stands: it was spent. */
  readonly usage?: Usage | undefined
}

/** Text that one stream event carries, as a place in its JSON that can be spliced. */
export interface StreamText {
  /** Tells the texts of a stream apart: choice and kind, for example `0/text`, `0/tool_arguments/2`. */
  readonly key: string
  readonly channel: 'text' | 'reasoning' | 'refusal' | 'tool_arguments'
  readonly text: string
  /** All of a text at once; events before it may have said the same in pieces. */
  readonly isWhole?: boolean
  /** Of tool arguments: free text, not pieces of JSON. */
  readonly isPlain?: boolean
  /** Replaces this text inside the event's JSON. */
  rewrite(text: string): void
}

/** How a dialect's streamed reply is spelled. All functions are synchronous, and pure but for those of a format that `open` gave. */
export interface StreamFormat {
  /** The same format with a memory of one stream, whose functions see its events in order; for dialects in which later events number or repeat what earlier ones said. */
  open?(): StreamFormat
  /** Of a format with a memory: puts right, as edits of its JSON, what an event numbers or repeats. Called for each event as it leaves, after all other edits. */
  leave?(event: StreamEvent): void
  /** The texts of one event, in order. */
  texts(event: StreamEvent): readonly StreamText[]
  /** The keys (see `StreamText.key`) that this event brings to an end; a `*` stands for any end: `0/*` ends all of one choice, `*` everything. */
  ends(event: StreamEvent): readonly string[]
  /** What the last events of a stream say: finished, ended by an error event of its own, or cut off. */
  ending(last: readonly StreamEvent[]): 'complete' | 'failed' | 'cut'
  /** Where, inside events or pieces of one, the event begins that ends the answer; -1 if it does not. Cheap: no parsing unless likely. Absent: nobody is to see it before it leaves, and an answer is over when its provider closes the stream. */
  answerEnd?(events: Buffer): number
  /**
   * Whether these are all the events of an answer that its last event ended, and that no content filter cut short: one that may be given again to who asks the same.
   * Absent: caches keep no streams of this dialect.
   */
  isWhole?(events: readonly StreamEvent[]): boolean
  /** The error that an event reports, if it is an error event. */
  error(event: StreamEvent, provider: string): GatewayError | undefined
  /** The first event of a stream counts tokens, too: `usage` gets it before the last ones. */
  readonly countsFromStart?: boolean
  /** Token counts, from the last events of a stream. */
  usage(last: readonly StreamEvent[]): Usage | undefined
  /** Finds the event that exists only because usage was asked for, inside whole events; `undefined` if not there. Cheap: no parsing unless likely. */
  usageOnly(events: Buffer): { readonly start: number; readonly end: number } | undefined
  /** An event in the likeness of `like` that carries `text` for `key` and nothing else. */
  text(like: StreamEvent, key: string, text: string): string
  /** The events that end a stream which policy cuts, in the likeness of one of its events. */
  cut(like: StreamEvent | undefined): string
  /** The one event that ends a stream which broke. @param last the last event that left, if there is one */
  failure(error: GatewayError, requestId: string, last?: StreamEvent): string
  /**
   * An event without meaning that keeps the connection alive: what a caller is sent after so long a silence, where clients of the dialect expect
   * it. Not added to a provider's own stream that passes through.
   */
  readonly idle?: { readonly afterMs: number; readonly event: string }
  /** A whole stream as the plain reply that it amounts to. */
  assemble(events: readonly StreamEvent[]): Buffer
  /** A plain reply as the stream that it would have been. `withUsage`: the client asked for the usage event. */
  replay(reply: JsonDocument, withUsage: boolean): string
}

/** A wire format in which a provider can be spoken to. */
export interface UpstreamDialect {
  readonly name: string
  /** Headers that every call in it carries unless its provider or something else gives them. */
  readonly defaultHeaders?: Readonly<Record<string, string>>
  /** Absent: providers of this dialect serve only callers of this dialect. */
  readonly upstream?: UpstreamSide
}

/** A wire format in which callers speak, too. */
export interface Dialect extends UpstreamDialect {
  /** Operations whose bodies are written in this dialect, for example `chat`. */
  readonly operations: readonly string[]
  /** Headers of callers that go along to providers who speak it, beside those that these name themselves; lower case. */
  readonly callerHeaders?: readonly string[]
  /** The queries of callers go along to providers who speak it. */
  readonly callerQuery?: boolean
  /** Callers get all headers of the replies of providers who speak it, but those of one connection. */
  readonly relaysHeaders?: boolean
  /** Checks what the gateway itself reads of a request. @throws GatewayError naming the field */
  validate(request: JsonDocument, operation: string): void
  /** View over a request. */
  conversation(request: JsonDocument, operation: string): Conversation
  /** View over a plain reply: the assistant's messages. */
  reply(reply: JsonDocument, operation: string): Conversation
  /** Whether the request asks for a stream; of an operation whose replies are always plain, none does. */
  streams(request: JsonDocument, operation: string): boolean
  /** Whether the request asks for a usage event. */
  asksForUsage(request: JsonDocument): boolean
  /** Edits the request so that it asks for one. */
  askForUsage(request: JsonDocument): void
  /** The member that vendors take only together with the request for a stream: otherwise it is taken out. Absent: there is none. */
  readonly streamOnly?: string
  /**
   * Takes out of a request what answers of other vendors left in it: `encrypted_content` that only Tapline reads, and `extra_content`. Called on
   * what goes to a provider of this dialect as it is, if it mentions such; absent: it may have it. @param vendor whose state may stay
   */
  keepOwnState?(request: JsonDocument, vendor: string | undefined): void
  /** What is wrong with a reply that came with status 2xx, if anything: an error in its body, no result at all. */
  fault(reply: JsonDocument, operation: string, provider: string): GatewayError | undefined
  /** Puts right, as splices, what the caller asked for and the provider answered otherwise. */
  conform?(request: JsonDocument, reply: JsonDocument, operation: string): void
  usage(reply: JsonDocument): Usage | undefined
  /** The body of a plain reply with this one assistant turn; undefined where replies of the operation have none: the answer becomes a refusal. */
  answer(facts: AnswerFacts): Buffer | undefined
  /** A cached reply or stream for one more request, of the same length in bytes: under an id of its own, where later requests can refer to that. Absent: all get the same. */
  renewed?(body: Buffer, request: JsonDocument, operation: string): Buffer
  /** The envelope of an error. */
  error(error: GatewayError, requestId: string): Buffer
  readonly stream: StreamFormat
  /** How requests that come as forms are checked; absent in dialects that have none such. */
  readonly form?: FormRules
  /** Operations whose plain replies may be something else than JSON, audio for example: those pass through as bytes, under the provider's type. */
  readonly opaqueReplies?: ReadonlySet<string>
  /** Absent: callers of this dialect reach only providers that speak it. */
  readonly caller?: CallerSide
}

/** Whether callers can speak it. */
export function isForCallers(dialect: UpstreamDialect | Dialect): dialect is Dialect {
  return 'conversation' in dialect
}

/** Makes a dialect loadable by name, package or path. */
export function defineDialect(dialect: Dialect): Dialect
export function defineDialect(dialect: UpstreamDialect): UpstreamDialect
export function defineDialect(dialect: UpstreamDialect): UpstreamDialect {
  return dialect
}
