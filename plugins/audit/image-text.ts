/** The answer of an image model, with placeholders for the images in it. */

import { parseJson } from '../../core/neutral/json.ts'
import { placeholder, type KeepMedia } from './body-text.ts'

/** By how the base64 of a file begins. */
const types: readonly (readonly [start: string, type: string])[] = [
  ['iVBORw0', 'image/png'],
  ['/9j/', 'image/jpeg'],
  ['UklGR', 'image/webp'],
  ['R0lGOD', 'image/gif'],
]

/** @throws SyntaxError if it is no JSON */
export function imageText(text: string, keep: KeepMedia): string {
  return JSON.stringify(withPlaceholders(parseJson(text), keep))
}

function withPlaceholders(value: unknown, keep: KeepMedia): unknown {
  if (Array.isArray(value)) return value.map(item => withPlaceholders(item, keep))
  if (typeof value !== 'object' || value === null || (JSON as unknown as { isRawJSON(value: unknown): boolean }).isRawJSON(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      name === 'b64_json' && typeof member === 'string' ? imageOf(member, keep) : withPlaceholders(member, keep),
    ]),
  )
}

function imageOf(base64: string, keep: KeepMedia): unknown {
  const contentType = types.find(([start]) => base64.startsWith(start))?.[1] ?? 'image/png'
  const content = Buffer.from(base64, 'base64')
  return JSON.parse(placeholder({ kind: 'image', contentType, bytes: content.length, content }, keep))
}
