/** Texts that stand beside the content of a message, or of a delta: what was spoken, and what is quoted. */

import type { JsonNode } from '../../../core/document/document.ts'
import { items } from './stream-chunk.ts'

/** The transcript of an answer that is sound. */
export function spokenTexts(message: JsonNode): readonly JsonNode[] {
  return stringsAt(message.get('audio'), ['transcript'])
}

/** The titles and addresses of the pages that an answer quotes. */
export function quotedTexts(message: JsonNode): readonly JsonNode[] {
  return items(message.get('annotations')).flatMap(annotation => stringsAt(annotation.get('url_citation'), ['title', 'url', 'content']))
}

function stringsAt(node: JsonNode | undefined, names: readonly string[]): readonly JsonNode[] {
  return names.flatMap(name => node?.get(name) ?? []).filter(({ kind }) => kind === 'string')
}
