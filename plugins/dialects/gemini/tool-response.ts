/** What a tool answered, as the object that Gemini wants. */

import type { JsonObject } from '../../../core/index.ts'
import type { ToolResultBlock } from '../../../core/neutral/request.ts'
import { objectIn } from '../../../core/neutral/arguments.ts'
import { parseExactly } from '../../../core/neutral/json.ts'
import { fileText } from '../../../core/neutral/media.ts'

/** One text that is a JSON object stands for itself; other texts are joined with nothing. */
export function responseOf({ blocks, isError }: ToolResultBlock): JsonObject {
  const texts = blocks.flatMap(block => (block.type === 'text' ? block.text : block.type === 'file' ? fileText(block) : undefined) ?? [])
  const text = texts.join('')
  if (isError === true) return { error: text }
  if (text === '') return {}
  return (texts.length === 1 ? objectIn(text, parseExactly) : undefined) ?? { result: text }
}
