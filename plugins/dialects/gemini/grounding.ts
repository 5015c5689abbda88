/** What an answer rests on, as Gemini tells it. */

import type { Json, JsonObject } from '../../../core/index.ts'
import { isObject } from '../../../core/neutral/arguments.ts'

/** `groundingMetadata` of a candidate without the texts of the answer that it repeats, which guardrails would not see there: their places remain. */
export function withoutRepeatedTexts(candidate: JsonObject): JsonObject {
  const { groundingMetadata: grounding } = candidate
  if (!isObject(grounding) || !Array.isArray(grounding['groundingSupports'])) return candidate
  const supports = (grounding['groundingSupports'] as readonly Json[]).map(support =>
    isObject(support) ? { ...support, ...placeOf(support['segment']) } : support,
  )
  return { ...candidate, groundingMetadata: { ...grounding, groundingSupports: supports } }
}

function placeOf(segment: Json | undefined): { readonly segment?: JsonObject } {
  if (!isObject(segment)) return {}
  const { text: _text, ...place } = segment
  return { segment: place }
}
