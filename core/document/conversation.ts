/** The conversation view: one interface over every dialect's body. Reading is lazy; every edit is a splice in the bytes. */

export type Role = 'system' | 'developer' | 'user' | 'assistant' | 'tool'

/** What a text is, so that a policy can tell prose from tool arguments from reasoning. */
export type Channel = 'text' | 'reasoning' | 'refusal' | 'tool_arguments' | 'tool_result'

/** A piece of a message. Text parts can be rewritten; the others can be looked at, or removed with their message. */
export type Part = TextPart | OpaquePart

export interface TextPart {
  readonly type: 'text'
  readonly channel: Channel
  /** The decoded text, after the edits made so far. Of tool arguments: one string value inside the JSON that the model wrote. */
  readonly text: string
  /** Replaces the text; a splice of this one JSON string, everything around it stays as it was. */
  rewrite(text: string): void
}

export interface OpaquePart {
  readonly type: 'image' | 'audio' | 'file' | 'tool_call' | 'opaque'
  /** The part as JSON, decoded. */
  readonly value: unknown
}

export interface Message {
  /** Stable within one exchange. */
  readonly id: string
  readonly role: Role
  /** Texts and other parts, in order; of a tool call: an opaque part `tool_call`, then a text part for each string in its arguments. */
  readonly parts: readonly Part[]
  /** The texts of channel `text`, joined by newlines. */
  readonly text: string
  /** As it stands in the body: for who only compares it. Not to be written to. */
  readonly spelled: Buffer
}

export interface NewMessage {
  readonly role: Role
  readonly text: string
}

/** Anything that can say whether a text matches: a RegExp, or a pattern made by `regex` of the set-up context. */
export interface TextTest {
  test(text: string): boolean
}

export interface Conversation {
  readonly messages: readonly Message[]
  /** Tool definitions as JSON, decoded. */
  readonly tools: readonly unknown[]
  /** The same as they are spelled: for who only compares them. Not to be written to. */
  readonly spelledTools: readonly Buffer[]
  /** Every other member of the body (`temperature`, `max_tokens` …), decoded on reading. */
  parameter(name: string): unknown
  /** Whether any text of any message, tool arguments and reasoning included, matches. */
  some(test: TextTest | ((text: string) => boolean)): boolean
  /** Every text part of every message whose role is listed (all by default), in order. */
  texts(roles?: readonly Role[]): Iterable<TextPart>
  /** Rewrites every text for which `edit` returns something else. Returns how many parts changed. */
  rewrite(edit: (text: string, part: TextPart) => string, roles?: readonly Role[]): number
  /** Inserts before the message now at `index`; `messages.length` appends. */
  insert(index: number, message: NewMessage): Message
  /** Removes a message. @throws if a tool call would lose its result, or a result its call: remove both together */
  remove(...messages: readonly Message[]): void
}
