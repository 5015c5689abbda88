/** What a request says that Gemini does not take: refused, noted or kept silent. */

import type { Block, Destination, JsonObject, Losses, NeutralRequest } from '../../../core/index.ts'
import { dropUntaken, type Untaken } from '../../../core/neutral/untaken.ts'

const target = 'Gemini'

const always: readonly Untaken[] = ['modalities', 'top_k', 'seed', 'presence_penalty', 'frequency_penalty']

/** @param extras what the caller says to Google alone */
export function noteUntaken(request: NeutralRequest, to: Destination, extras: JsonObject, losses: Losses): void {
  const { hints, turns, system, tools } = request
  const takes = new Set<Untaken>(always)
  if (request.from === 'openai-chat' && !request.isStream) takes.add('logprobs')
  if (to.type === 'vertex') takes.add('metadata')
  if (searches(extras)) takes.add('web_search_options')
  dropUntaken(request, target, takes, losses)
  if (hints.audio !== undefined) losses.drop('audio', `not taken by ${target}`)
  if (turns.some(({ name }) => name !== undefined)) losses.silent('name', `not taken by ${target}`)
  const isMarked = (part: NeutralRequest | Block | NeutralRequest['tools'][number] | NeutralRequest['system'][number]) => 'cache' in part && part.cache !== undefined
  if (isMarked(request) || system.some(isMarked) || tools.some(isMarked) || turns.some(({ blocks }) => blocks.some(isMarked))) losses.silent('cache_control', `not taken by ${target}`)
}

/** Whether the caller asks for Google's own search. */
function searches({ tools }: JsonObject): boolean {
  return Array.isArray(tools) && tools.some(tool => typeof tool === 'object' && tool !== null && ('googleSearch' in tool || 'google_search' in tool))
}
