/** What a request says that Gemini does not take: refused, noted or kept silent. */

import type { JsonObject } from '../../../core/index.ts'
import type { Losses } from '../../../core/neutral/losses.ts'
import type { NeutralRequest } from '../../../core/neutral/request.ts'
import type { Destination } from '../../../core/neutral/translation.ts'
import { noteUnspoken, type Unspoken } from '../../../core/neutral/unspoken.ts'
import { dropUntaken, type Untaken } from '../../../core/neutral/untaken.ts'

const target = 'Gemini'

const has: ReadonlySet<Unspoken> = new Set(['is_error', 'summary'])
const always: readonly Untaken[] = ['modalities', 'top_k', 'seed', 'presence_penalty', 'frequency_penalty']

/** @param extras what the caller says to Google alone */
export function noteUntaken(request: NeutralRequest, to: Destination, extras: JsonObject, losses: Losses): void {
  const takes = new Set<Untaken>(always)
  if (!request.isStream) takes.add('logprobs')
  if (to.type === 'vertex') takes.add('metadata')
  if (searches(extras)) takes.add('web_search_options')
  dropUntaken(request, target, takes, losses)
  noteUnspoken(request, target, has, losses)
  if (request.hints.audio !== undefined) losses.drop('audio', `not taken by ${target}`)
}

/** Whether the caller asks for Google's own search. */
function searches({ tools }: JsonObject): boolean {
  return Array.isArray(tools) && tools.some(tool => typeof tool === 'object' && tool !== null && ('googleSearch' in tool || 'google_search' in tool))
}
