/** Why Gemini stopped, and what it counted. */

import type { JsonNode, JsonObject, Usage } from '../../../core/index.ts'
import type { Finish } from '../../../core/neutral/reply.ts'
import { finishWith } from '../../../core/neutral/finish.ts'
import { readFrom } from '../../../core/neutral/usage.ts'
import { countIn, objectsIn, textIn } from './fields.ts'

const filtered = new Set(['SAFETY', 'RECITATION', 'BLOCKLIST', 'PROHIBITED_CONTENT', 'SPII', 'LANGUAGE'])
const failed = new Set(['MALFORMED_FUNCTION_CALL', 'UNEXPECTED_TOOL_CALL', 'TOO_MANY_TOOL_CALLS', 'OTHER', 'NO_IMAGE'])
/** What is no failure if there is an answer all the same. */
const forgivable = new Set(['OTHER', 'NO_IMAGE'])

/** @param said what came before: any tool call, any text */
export function finishOf(reason: string | undefined, said: { readonly hasCalls: boolean; readonly hasText: boolean }): Finish | 'error' {
  switch (reason) {
    case 'MAX_TOKENS':
      return 'length'
    case 'CONTINUATION':
      return 'pause'
    case undefined:
      break
    default:
      if (filtered.has(reason) || reason.startsWith('IMAGE_')) return 'content_filter'
      if (failed.has(reason) && !(forgivable.has(reason) && said.hasText)) return 'error'
  }
  return finishWith('stop', said.hasCalls)
}

export const knownInUsage = new Set([
  'promptTokenCount',
  'cachedContentTokenCount',
  'candidatesTokenCount',
  'toolUsePromptTokenCount',
  'thoughtsTokenCount',
  'totalTokenCount',
  'promptTokensDetails',
  'cacheTokensDetails',
  'candidatesTokensDetails',
  'toolUsePromptTokensDetails',
])

/** The counts of a response, or of one event of its stream, which counts all that was said so far. */
export function usageIn(said: JsonNode): Usage | undefined {
  const counts = said.get('usageMetadata')
  return counts?.kind === 'object' ? usageOf(counts.value() as JsonObject) : undefined
}

/** Counts of zero are left out by Google. */
export function usageOf(said: JsonObject): Usage {
  const thoughts = countIn(said, 'thoughtsTokenCount')
  return readFrom(said, {
    inputTokens: (countIn(said, 'promptTokenCount') ?? 0) + (countIn(said, 'toolUsePromptTokenCount') ?? 0),
    outputTokens: (countIn(said, 'candidatesTokenCount') ?? 0) + (thoughts ?? 0),
    cachedTokens: countIn(said, 'cachedContentTokenCount'),
    reasoningTokens: thoughts,
    totalTokens: countIn(said, 'totalTokenCount'),
    audioInputTokens: audioIn(said, 'promptTokensDetails'),
    audioOutputTokens: audioIn(said, 'candidatesTokensDetails'),
  })
}

function audioIn(said: JsonObject, name: string): number | undefined {
  const audio = objectsIn(said, name).find(detail => textIn(detail, 'modality') === 'AUDIO')
  return audio === undefined ? undefined : countIn(audio, 'tokenCount')
}
