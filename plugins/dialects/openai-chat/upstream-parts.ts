/** Writes blocks as the parts of a message's content. */

import { refusal } from '../../../core/neutral/losses.ts'
import { dataUrl, fileText } from '../../../core/neutral/media.ts'
import { defined } from '../../../core/neutral/members.ts'
import type { AudioBlock, Block, CacheMark, FileBlock, ImageBlock, Json, JsonObject } from '../../../core/neutral/request.ts'
import { dialect, type Writing } from './writing.ts'

export type Part = JsonObject

/** @throws GatewayError 400 for what chat has no part for */
export function writeParts(blocks: readonly Block[], writing: Writing): readonly Part[] {
  const parts: Part[] = []
  for (const block of blocks) {
    if (block.type === 'text' && block.cache === undefined) parts.push({ type: 'text', text: block.text })
    else parts.push(...writePart(block, writing))
  }
  return parts
}

function writePart(block: Block, writing: Writing): readonly Part[] {
  switch (block.type) {
    case 'text':
      return [{ type: 'text', text: block.text, ...marked(block.cache, writing) }]
    case 'image':
      return [writeImage(block, writing)]
    case 'audio':
      return [writeAudio(block)]
    case 'file':
      return writeFile(block, writing)
    default:
      throw refusal(block.at ?? 'messages', `${dialect} takes no ${block.type} here`)
  }
}

/** Some vendors behind this dialect cache what is marked; the others plan by themselves. */
function marked(cache: CacheMark | undefined, { to, losses }: Writing): JsonObject {
  if (cache === undefined) return {}
  if (to.traits.cacheMarks === true) return { cache_control: { type: 'ephemeral', ...cache } }
  losses.silent('cache_control', `not taken by ${dialect}`)
  return {}
}

function writeImage({ source, detail, cache, at }: ImageBlock, writing: Writing): Part {
  if (source.kind === 'file') throw refusal(at ?? 'messages', `${dialect} takes no image by file id`)
  const url = source.kind === 'url' ? source.url : dataUrl(source.mime, source.data)
  return { type: 'image_url', image_url: defined<Record<string, Json>>({ url, detail: detail === 'original' ? 'high' : detail }), ...marked(cache, writing) }
}

const audioFormats: ReadonlyMap<string, string> = new Map([
  ['audio/mpeg', 'mp3'],
  ['audio/x-wav', 'wav'],
  ['audio/wave', 'wav'],
  ['audio/vnd.wave', 'wav'],
])

function writeAudio({ mime, data }: AudioBlock): Part {
  return { type: 'input_audio', input_audio: { data, format: audioFormats.get(mime) ?? mime.slice(mime.indexOf('/') + 1) } }
}

/** A text stands as text under its name; other files as data, or by their id with the vendor that has them. */
function writeFile(file: FileBlock, writing: Writing): readonly Part[] {
  const { to, losses } = writing
  const { source, mime, name, context, citations, cache, at } = file
  if (citations === true) losses.drop('citations', `not taken by ${dialect}`, at)
  const text = fileText(file)
  if (text !== undefined) return [{ type: 'text', text, ...marked(cache, writing) }]
  if (source.kind === 'url') throw refusal(at ?? 'messages', `${dialect} takes no file by its address`)
  if (source.kind === 'file' && source.vendor !== to.traits.vendor) throw refusal(at ?? 'messages', `${to.provider} has no file of ${source.vendor}`)
  const members = source.kind === 'file' ? { file_id: source.id } : source.kind === 'base64' ? { file_data: dataUrl(mime ?? source.mime, source.data) } : {}
  if (name !== undefined && source.kind === 'file') losses.silent('filename', `not taken by ${dialect} here`)
  const title = name === undefined || source.kind === 'file' ? {} : { filename: name }
  return [
    ...(context === undefined || context === '' ? [] : [{ type: 'text', text: context }]),
    { type: 'file', file: { ...title, ...members }, ...marked(cache, writing) },
  ]
}
