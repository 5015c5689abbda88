/** What a message says a second time, in the state of the vendor that thought it: `extra_content`, `thinking_blocks` and their like. */

import type { TextPart } from './conversation.ts'
import type { JsonDocument, JsonNode } from './document.ts'
import { textPart, watchedPart } from './parts.ts'

/** A text, and the seal by which its vendor would know it again. */
export interface Carried {
  readonly node: JsonNode
  readonly seal: JsonNode | undefined
}

/** The thoughts that a message, a delta or an item carries beside its own text. */
export function carriedThoughts(holder: JsonNode | undefined): readonly Carried[] {
  const contents =
    holder
      ?.get('extra_content')
      ?.members()
      .map(({ value }) => value) ?? []
  return [...contents, ...(holder === undefined ? [] : [holder])].flatMap(content => [
    ...listed(content, 'thinking_blocks').flatMap(block => carried(block, 'thinking', block.get('signature'))),
    ...listed(content, 'reasoning_items').flatMap(item =>
      ['summary', 'content'].flatMap(name =>
        [item, ...listed(item, name)].flatMap(text => carried(text, text === item ? name : 'text', item.get('encrypted_content'))),
      ),
    ),
  ])
}

/** The thoughts that routers list. */
export function listedThoughts(holder: JsonNode): readonly Carried[] {
  return listed(holder, 'reasoning_details').flatMap(detail => ['text', 'summary'].flatMap(name => carried(detail, name, detail.get('signature'))))
}

/** Where the text changes, the seal goes: it would no longer be true, and be refused with the history. */
export function carriedPart(document: JsonDocument, { node, seal }: Carried): TextPart {
  return watchedPart(textPart(document, node, 'reasoning'), () => unseal(document, seal))
}

export function unseal(document: JsonDocument, seal: JsonNode | undefined): void {
  if (seal?.kind === 'string') document.replace(seal, '""')
}

function listed(holder: JsonNode, name: string): readonly JsonNode[] {
  return holder.get(name)?.items() ?? []
}

function carried(holder: JsonNode, name: string, seal: JsonNode | undefined): readonly Carried[] {
  const node = holder.get(name)
  return node?.kind === 'string' ? [{ node, seal }] : []
}
