/** What goes back to the caller: bytes that are there, a stream that is running, or a turn that the dialect still has to spell. */

import type { Conversation } from '../document/conversation.ts'
import { JsonDocument } from '../document/document.ts'
import type { GatewayError } from '../errors.ts'
import { flatHeaders, type WrittenHeaders } from '../flat-headers.ts'
import type { Dialect, Usage } from '../plugin/dialect.ts'
import type { Target } from './provider/target.ts'

/** A streamed reply that has begun; it waits until somebody takes its events. */
export interface ReplyStream {
  /** Starts the flow. `events` are whole events, as many as arrived together. */
  start(taker: { events(bytes: Buffer): void; ended(broken?: GatewayError): void }): void
  pause(): void
  resume(): void
  /** Ends the upstream call. Nothing is handed out afterwards. */
  abort(): void
}

/** Whether a stream is made of server-sent events, or of bytes that nobody reads. */
export type Framing = 'events' | 'bytes'

/** Finished, ended by an error event of its own, or cut off. */
export type Ending = 'complete' | 'failed' | 'cut'

interface ReplyFacts {
  readonly status: number
  readonly headers?: WrittenHeaders
  readonly body?: Buffer
  readonly stream?: ReplyStream
  readonly framing?: Framing
  readonly turn?: string
  readonly target?: Target
  /** The tokens of a stream, where they are not to be read from its events. */
  readonly usage?: () => Usage | undefined
  /** How a stream ended, where that is not to be read from its events. */
  readonly ending?: () => Ending
}

export class Reply {
  readonly status: number
  /** Flat: name, value, name, value … */
  readonly headers: readonly string[]
  readonly stream: ReplyStream | undefined
  readonly framing: Framing
  /** The text of an assistant's turn, not yet spelled in any dialect. */
  readonly turn: string | undefined
  /** The target that answered, if one did. */
  readonly target: Target | undefined
  readonly #ending: (() => Ending) | undefined
  readonly #body: Buffer | undefined
  readonly #usage: (() => Usage | undefined) | undefined
  #dialect: Dialect | undefined
  #operation = ''
  #document: JsonDocument | undefined
  #conversation: Conversation | undefined

  constructor(facts: ReplyFacts) {
    this.status = facts.status
    this.headers = facts.headers === undefined ? [] : flatHeaders(facts.headers)
    this.stream = facts.stream
    this.framing = facts.framing ?? 'bytes'
    this.turn = facts.turn
    this.target = facts.target
    this.#body = facts.body
    this.#usage = facts.usage
    this.#ending = facts.ending
  }

  /** Says in which dialect the body is written; until then it is opaque bytes. */
  readAs(dialect: Dialect, operation: string): this {
    this.#dialect = dialect
    this.#operation = operation
    return this
  }

  /** How often the body was edited. */
  get edits(): number {
    return this.#document?.edits ?? 0
  }

  /** The bytes of a plain reply, with every edit spliced in; the provider's own bytes if nothing was edited. */
  get body(): Buffer | undefined {
    return this.#document?.edited === true ? this.#document.render() : this.#body
  }

  /** The body as a lossless document. @throws JsonError if it is not JSON */
  get document(): JsonDocument | undefined {
    if (this.#document === undefined && this.#body !== undefined) this.#document = JsonDocument.parse(this.#body)
    return this.#document
  }

  /** The assistant's messages; undefined for a reply whose dialect nobody reads, or that is no conversation. */
  get conversation(): Conversation | undefined {
    const { document } = this
    if (document === undefined || this.#dialect === undefined) return undefined
    return (this.#conversation ??= this.#dialect.reply(document, this.#operation))
  }

  /** How the stream ended; undefined where only its events say it. */
  get ending(): Ending | undefined {
    return this.#ending?.()
  }

  /** The tokens that the reply reports; of a stream only where they are known without reading its events. */
  get usage(): Usage | undefined {
    if (this.#usage !== undefined) return this.#usage()
    return this.#dialect === undefined || this.document === undefined ? undefined : this.#dialect.usage(this.document)
  }

  /** The tokens that a stream reports. Its events are read for them only if whoever made it does not know: counts in events that the gateway wrote itself report nothing. */
  streamUsage(read: () => Usage | undefined): Usage | undefined {
    return this.#usage === undefined ? read() : this.#usage()
  }
}
