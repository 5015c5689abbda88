/** A form as an object of its fields, with placeholders for its files. */

import type { Exchange } from '../../core/index.ts'
import type { Capture } from './capture.ts'
import { essenceOf, kindOf, placeholder, type KeepMedia, type MediaKind } from './body-text.ts'

type Form = NonNullable<Exchange['form']>

/** @param copy the bytes of the form, where they are kept for its files */
export function formText({ fields, parts }: Form, copy: Capture | undefined, keep: KeepMedia): string {
  const bytes = copy?.bytes
  const members = parts.map(({ name, filename, type, contentStart, contentEnd }) => {
    if (filename === undefined) return `${JSON.stringify(name)}:${JSON.stringify(fields.get(name) ?? '')}`
    const contentType = essenceOf(type) || 'application/octet-stream'
    const media = {
      kind: kindOf(contentType) ?? guessed(filename),
      contentType,
      bytes: contentEnd - contentStart,
      content: bytes?.subarray(contentStart, contentEnd),
    }
    return `${JSON.stringify(name)}:${placeholder(media, keep)}`
  })
  return `{${members.join(',')}}`
}

/** Callers that say nothing of the type mostly say it with the name. */
function guessed(filename: string): MediaKind {
  if (/\.(mp3|wav|m4a|ogg|oga|flac|webm|mpga|mpeg|mp4|opus|aac)$/i.test(filename)) return 'audio'
  return /\.(png|jpe?g|webp|gif)$/i.test(filename) ? 'image' : 'binary'
}
