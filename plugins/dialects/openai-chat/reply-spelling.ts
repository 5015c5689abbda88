/** What plain replies and streams spell alike: finish words, usage, sources, ids. */

import { isObject, argumentsObject } from '../../../core/neutral/arguments.ts'
import type { Losses } from '../../../core/neutral/losses.ts'
import { defined } from '../../../core/neutral/members.ts'
import type { Finish } from '../../../core/neutral/reply.ts'
import type { Json, JsonObject } from '../../../core/neutral/request.ts'
import type { AskedFor, ReplyContext } from '../../../core/neutral/translation.ts'
import type { Usage } from '../../../core/neutral/usage.ts'

const finishWords: Readonly<Record<Finish, string>> = {
  stop: 'stop',
  stop_sequence: 'stop',
  length: 'length',
  context_window: 'length',
  tool_calls: 'tool_calls',
  content_filter: 'content_filter',
  refusal: 'content_filter',
  pause: 'stop',
}

export function finishWord(finish: Finish): string {
  return finishWords[finish]
}

/** OpenAI's names; what was not reported is left out. */
export function spellUsage(usage: Usage): JsonObject {
  const { inputTokens, outputTokens, totalTokens, cachedTokens, cacheWriteTokens, reasoningTokens, audioInputTokens, audioOutputTokens } = usage
  return defined<{ [name: string]: Json }>({
    prompt_tokens: inputTokens,
    completion_tokens: outputTokens,
    total_tokens: totalTokens ?? (inputTokens === undefined || outputTokens === undefined ? undefined : inputTokens + outputTokens),
    prompt_tokens_details: details({ cached_tokens: cachedTokens, cache_write_tokens: cacheWriteTokens, audio_tokens: audioInputTokens }),
    completion_tokens_details: details({ reasoning_tokens: reasoningTokens, audio_tokens: audioOutputTokens }),
  })
}

function details(counts: { readonly [name: string]: number | undefined }): JsonObject | undefined {
  const known = defined<{ [name: string]: number }>(counts)
  return Object.keys(known).length === 0 ? undefined : known
}

/** Sources that are web pages, nested as OpenAI has them; chat has no other. */
export function spellAnnotations(annotations: readonly Json[], losses: Losses): readonly Json[] {
  const spelled = webPages(annotations)
  if (spelled.length < annotations.length) losses.silent('annotations', 'openai-chat has those of web pages only')
  return spelled
}

function webPages(annotations: readonly Json[]): readonly Json[] {
  return annotations
    .filter(isObject)
    .filter(({ type }) => type === 'url_citation')
    .map(({ type, url_citation: nested, ...flat }) => ({ type: type ?? null, url_citation: nested ?? flat }))
}

/** Gives each call an id of its own: the provider's, unless it is missing or was there before. */
export class CallIds {
  readonly #given = new Set<string>()
  readonly #ids: ReplyContext['ids']

  constructor(ids: ReplyContext['ids']) {
    this.#ids = ids
  }

  of(id: string): string {
    const own = id === '' || this.#given.has(id) ? this.#ids.base62('call_tl', 22) : id
    this.#given.add(own)
    return own
  }
}

/** The id of the whole reply: the provider's, if it is one of chat completions. */
export function replyId(id: string | undefined, { ids }: ReplyContext): string {
  return id?.startsWith('chatcmpl') === true ? id : ids.base62('chatcmpl-', 24)
}

/** Whether a called function stands for a tool of the caller's that takes free text. */
export function isWrapped(name: string, request: AskedFor): boolean {
  return request.tools.some(tool => tool.custom !== undefined && tool.name === name)
}

/** The free text out of the arguments of a function that stands for such a tool; all of it if they are not as they should be. */
export function unwrapped(argumentsText: string): string {
  const { value } = argumentsObject(argumentsText)
  return typeof value['input'] === 'string' ? value['input'] : argumentsText
}
