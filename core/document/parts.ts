/** The parts of a message over nodes of a JSON document: what every dialect's view is made of. */

import type { Channel, OpaquePart, Part, TextPart } from './conversation.ts'
import { JsonDocument, type JsonNode } from './document.ts'
import { respell } from './respell.ts'

/** A part whose text is the JSON string at `node`. */
export function textPart(document: JsonDocument, node: JsonNode, channel: Channel): TextPart {
  return new StringPart(document, node, channel)
}

/** The same part; where its text changes, `changed` puts right what else says it. */
export function watchedPart(part: TextPart, changed: () => void): TextPart {
  return new WatchedPart(part, changed)
}

export function opaquePart(node: JsonNode, type: OpaquePart['type'] = 'opaque'): OpaquePart {
  return new NodePart(node, type)
}

/** The arguments of a tool call, spelled as a JSON value: one text for each string inside. */
export function argumentParts(document: JsonDocument, value: JsonNode): readonly Part[] {
  return value.strings().map(node => textPart(document, node, 'tool_arguments'))
}

/**
 * The arguments of a tool call, spelled as a string that holds JSON, or shall: models write broken JSON too, which is one text.
 * Edits are splices inside the JSON; what stands before the first and behind the last keeps even the escapes of the outer string.
 */
export function encodedArgumentParts(document: JsonDocument, node: JsonNode): readonly Part[] {
  const inner = parse(node.string())
  if (inner === undefined) return [textPart(document, node, 'tool_arguments')]
  const encoded = new Encoded(document, node, inner)
  return inner.root.strings().map(string => new StringPart(inner, string, 'tool_arguments', encoded))
}

/** A document inside a string of another. */
class Encoded {
  readonly #document: JsonDocument
  readonly #node: JsonNode
  readonly #inner: JsonDocument
  #spelling: string
  #text: string

  constructor(document: JsonDocument, node: JsonNode, inner: JsonDocument) {
    this.#document = document
    this.#node = node
    this.#inner = inner
    this.#spelling = node.json()
    this.#text = node.string()
  }

  /** To be called before each edit of the inner document; the outer one is written when somebody reads it. */
  touch(): void {
    if (this.#node.isPending(this.#spell)) return
    if (this.#node.string() !== this.#text) throw new Error('the tool arguments were changed by another view of the document')
    this.#document.replaceLater(this.#node, this.#spell)
  }

  readonly #spell = (): string => {
    const text = this.#inner.render().toString()
    this.#spelling = respell(this.#spelling, this.#text, text)
    this.#text = text
    return this.#spelling
  }
}

class StringPart implements TextPart {
  readonly type = 'text'
  readonly channel: Channel
  readonly #document: JsonDocument
  readonly #node: JsonNode
  readonly #encoded: Encoded | undefined

  /** `encoded`: where `document` stands, if that is inside another. */
  constructor(document: JsonDocument, node: JsonNode, channel: Channel, encoded?: Encoded) {
    this.#document = document
    this.#node = node
    this.channel = channel
    this.#encoded = encoded
  }

  get text(): string {
    return this.#node.string()
  }

  rewrite(text: string): void {
    const before = this.text
    if (text === before) return
    this.#encoded?.touch()
    this.#document.replace(this.#node, respell(this.#node.json(), before, text))
  }
}

class WatchedPart implements TextPart {
  readonly type = 'text'
  readonly channel: Channel
  readonly #part: TextPart
  readonly #changed: () => void

  constructor(part: TextPart, changed: () => void) {
    this.channel = part.channel
    this.#part = part
    this.#changed = changed
  }

  get text(): string {
    return this.#part.text
  }

  rewrite(text: string): void {
    if (text === this.text) return
    this.#part.rewrite(text)
    this.#changed()
  }
}

class NodePart implements OpaquePart {
  readonly type: OpaquePart['type']
  readonly #node: JsonNode

  constructor(node: JsonNode, type: OpaquePart['type']) {
    this.#node = node
    this.type = type
  }

  get value(): unknown {
    return this.#node.value()
  }
}

/** Models write wrong escapes, and the scan of a document is lenient with them: `JSON.parse` is not. */
function parse(json: string): JsonDocument | undefined {
  try {
    JSON.parse(json)
  } catch {
    return undefined
  }
  return JsonDocument.tryParse(Buffer.from(json))
}
