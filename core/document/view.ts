/** The conversation over a JSON body. What all dialects share is here; a dialect supplies its spelling. */

import type { Conversation, Message, NewMessage, Part, Role, TextPart, TextTest } from './conversation.ts'
import { kindOfValue } from '../kind-of-value.ts'
import { JsonNode, type JsonDocument } from './document.ts'
import { checkPairs, type Paired } from './pairs.ts'

const roles: ReadonlySet<Role> = new Set(['system', 'developer', 'user', 'assistant', 'tool'])

/** How one dialect spells a conversation. Reading takes every shape: what it cannot make sense of is an opaque part. */
export interface Spelling {
  /** The nodes that are messages, in order. */
  messages(document: JsonDocument): readonly JsonNode[]
  role(message: JsonNode, document: JsonDocument): Role
  parts(message: JsonNode, document: JsonDocument): readonly Part[]
  /** The ids of the tool calls that a message makes. */
  calls(message: JsonNode): readonly string[]
  /** The ids of the tool calls whose results a message carries. */
  results(message: JsonNode): readonly string[]
  tools(document: JsonDocument): readonly JsonNode[]
  /** Adds a node to the messages, before the one at `index` or at the end, and says which it is where other nodes may be new as well. Absent: the body takes no further messages. */
  insert?(document: JsonDocument, index: number, message: NewMessage): JsonNode | void
  /** Takes nodes from the messages. Absent: the body keeps what it has. */
  remove?(document: JsonDocument, messages: readonly JsonNode[]): void
}

/** Nothing is read before it is asked for. */
export class ConversationView implements Conversation {
  readonly #document: JsonDocument
  readonly #spelling: Spelling
  #messages: readonly MessageView[] | undefined
  /** Those that there were before messages came or went. */
  #known: Map<JsonNode, MessageView> | undefined
  #count = 0

  constructor(document: JsonDocument, spelling: Spelling) {
    this.#document = document
    this.#spelling = spelling
  }

  get messages(): readonly Message[] {
    return this.#read()
  }

  get tools(): readonly unknown[] {
    return this.#spelling.tools(this.#document).map(tool => tool.value())
  }

  get spelledTools(): readonly Buffer[] {
    return this.#spelling.tools(this.#document).map(tool => tool.bytes())
  }

  parameter(name: string): unknown {
    return this.#document.root.get(name)?.value()
  }

  some(test: TextTest | ((text: string) => boolean)): boolean {
    const matches = typeof test === 'function' ? test : (text: string) => isMatch(test, text)
    return this.#read().some(message => message.parts.some(part => part.type === 'text' && matches(part.text)))
  }

  *texts(roles?: readonly Role[]): Iterable<TextPart> {
    for (const message of this.#read()) {
      if (roles !== undefined && !roles.includes(message.role)) continue
      for (const part of message.parts) if (part.type === 'text') yield part
    }
  }

  rewrite(edit: (text: string, part: TextPart) => string, roles?: readonly Role[]): number {
    let changed = 0
    for (const part of this.texts(roles)) {
      const text: unknown = edit(part.text, part)
      if (text === part.text) continue
      if (typeof text !== 'string') throw new TypeError(`rewrite() takes a function that returns a text, and it returned ${kindOfValue(text)}`)
      part.rewrite(text)
      changed++
    }
    return changed
  }

  insert(index: number, message: NewMessage): Message {
    const { insert } = this.#spelling
    if (insert === undefined) throw new Error('this body takes no further messages')
    if (!roles.has(message.role)) throw new TypeError(`insert() takes a message with a role: ${[...roles].join(', ')}`)
    if (typeof message.text !== 'string') throw new TypeError(`insert() takes a message with a text, and its text is ${kindOfValue(message.text)}`)
    const before = this.#read()
    const node = insert(this.#document, index, message)
    this.#reread()
    const inserted = this.#read().find((view, i) => (node === undefined ? view !== before[i] : view.node === node))
    if (inserted === undefined) throw new Error('the dialect inserted no message')
    return inserted
  }

  remove(...messages: readonly Message[]): void {
    const { remove } = this.#spelling
    if (remove === undefined) throw new Error('the messages of this body cannot be removed')
    const present = this.#read()
    const removed = new Set(messages)
    for (const message of removed.difference(new Set<Message>(present))) {
      throw new Error(`message ${message.id} is not, or no longer, in this conversation`)
    }
    const staying = present.filter(view => !removed.has(view))
    checkPairs(present, staying)
    remove(
      this.#document,
      present.filter(view => removed.has(view)).map(view => view.node),
    )
    this.#reread()
  }

  #read(): readonly MessageView[] {
    return (this.#messages ??= this.#spelling.messages(this.#document).map(node => this.#view(node)))
  }

  /** The same node is always the same message. */
  #view(node: JsonNode): MessageView {
    return this.#known?.get(node) ?? new MessageView(this.#count++, node, this.#document, this.#spelling)
  }

  #reread(): void {
    const known = (this.#known ??= new Map())
    for (const view of this.#read()) known.set(view.node, view)
    this.#messages = undefined
  }
}

class MessageView implements Message, Paired {
  readonly node: JsonNode
  readonly #number: number
  readonly #document: JsonDocument
  readonly #spelling: Spelling
  #role: Role | undefined
  #parts: readonly Part[] | undefined

  constructor(number: number, node: JsonNode, document: JsonDocument, spelling: Spelling) {
    this.#number = number
    this.node = node
    this.#document = document
    this.#spelling = spelling
  }

  get id(): string {
    return `m${this.#number}`
  }

  /** Kept once it is known: where a message stood tells it in some dialects, and a message may be removed. */
  get role(): Role {
    return (this.#role ??= this.#spelling.role(this.node, this.#document))
  }

  get parts(): readonly Part[] {
    return (this.#parts ??= this.#spelling.parts(this.node, this.#document))
  }

  get text(): string {
    return this.parts.flatMap(part => (part.type === 'text' && part.channel === 'text' ? part.text : [])).join('\n')
  }

  get spelled(): Buffer {
    return this.node.bytes()
  }

  get calls(): readonly string[] {
    return this.#spelling.calls(this.node)
  }

  get results(): readonly string[] {
    return this.#spelling.results(this.node)
  }
}

/** A global or sticky expression remembers where it stopped: each text is to be looked at from its beginning. */
function isMatch(test: TextTest, text: string): boolean {
  if (test instanceof RegExp) test.lastIndex = 0
  return test.test(text)
}
