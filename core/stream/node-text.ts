/** A text of a stream's event, where it stands as a string in its JSON. */

import type { JsonDocument, JsonNode } from '../document/document.ts'
import type { StreamText } from '../plugin/dialect.ts'

export class NodeText implements StreamText {
  readonly key: string
  readonly channel: StreamText['channel']
  readonly document: JsonDocument
  readonly node: JsonNode

  constructor(key: string, channel: StreamText['channel'], document: JsonDocument, node: JsonNode) {
    this.key = key
    this.channel = channel
    this.document = document
    this.node = node
  }

  get text(): string {
    return this.node.string()
  }

  rewrite(text: string): void {
    this.document.replace(this.node, JSON.stringify(text))
  }
}
