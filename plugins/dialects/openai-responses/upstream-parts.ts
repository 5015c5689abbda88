/** Writes blocks as the parts of an input message, or of a tool's output. */

import { refusal } from '../../../core/neutral/losses.ts'
import { dataUrl, fileText } from '../../../core/neutral/media.ts'
import { defined } from '../../../core/neutral/members.ts'
import type { Block, CacheMark, FileBlock, ImageBlock, Json, JsonObject } from '../../../core/neutral/request.ts'
import { dialect, type Writing } from './writing.ts'

/** @throws GatewayError 400 for what Responses have no part for */
export function writeParts(blocks: readonly Block[], writing: Writing): readonly JsonObject[] {
  return blocks.flatMap(block => writePart(block, writing))
}

function writePart(block: Block, writing: Writing): readonly JsonObject[] {
  switch (block.type) {
    case 'text':
      noteCache(block.cache, writing)
      return [{ type: 'input_text', text: block.text }]
    case 'image':
      return [writeImage(block, writing)]
    case 'file':
      return writeFile(block, writing)
    default:
      throw refusal(block.at ?? 'messages', `${dialect} takes no ${block.type} here`)
  }
}

/** The provider caches by itself. */
export function noteCache(cache: CacheMark | undefined, { losses }: Writing): void {
  if (cache !== undefined) losses.silent('cache_control', `not taken by ${dialect}`)
}

function writeImage({ source, detail = 'auto', cache, at }: ImageBlock, writing: Writing): JsonObject {
  noteCache(cache, writing)
  if (source.kind === 'file') return { type: 'input_image', detail, file_id: ownFile(source, at, writing) }
  return { type: 'input_image', detail, image_url: source.kind === 'url' ? source.url : dataUrl(source.mime, source.data) }
}

/** A text stands as text under its name; other files as data, by their address, or by their id with the vendor that has them. */
function writeFile(file: FileBlock, writing: Writing): readonly JsonObject[] {
  const { source, mime, name, context, citations, cache, at } = file
  noteCache(cache, writing)
  if (citations === true) writing.losses.drop('citations', `not taken by ${dialect}`, at)
  const text = fileText(file)
  if (text !== undefined) return [{ type: 'input_text', text }]
  if (name !== undefined && source.kind !== 'base64') writing.losses.silent('filename', `not taken by ${dialect} here`)
  const title = context === undefined || context === '' ? [] : [{ type: 'input_text', text: context }]
  switch (source.kind) {
    case 'file':
      return [...title, { type: 'input_file', file_id: ownFile(source, at, writing) }]
    case 'url':
      return [...title, defined<Record<string, Json>>({ type: 'input_file', file_url: source.url })]
    case 'base64':
      return [...title, { type: 'input_file', filename: name ?? 'document.pdf', file_data: dataUrl(mime ?? source.mime, source.data) }]
    case 'text':
      return title
  }
}

function ownFile({ vendor, id }: { readonly vendor: string; readonly id: string }, at: string | undefined, { to }: Writing): string {
  if (vendor === (to.traits.vendor ?? 'openai')) return id
  throw refusal(at ?? 'messages', `${to.provider} has no file of ${vendor}`)
}
