/** What results and streams of a package have in common, in the versions of the interface that are in use. */

import { gatewayError, GatewayError, type Json, type JsonObject, type Usage } from '../../../core/index.ts'
import type { Finish } from '../../../core/neutral/reply.ts'
import type { VendorState } from '../../../core/neutral/request.ts'
import { isObject } from '../../../core/neutral/arguments.ts'
import { defined } from '../../../core/neutral/members.ts'
import { readFrom } from '../../../core/neutral/usage.ts'

/** Why it ended: a word, or since version 3 a word and the vendor's own. @throws GatewayError if the provider failed */
export function finishOf(reason: Json | undefined, provider: string): Finish {
  const { unified, raw } = isObject(reason) ? reason : { unified: reason, raw: undefined }
  if (raw === 'pause_turn') return 'pause'
  if (raw === 'refusal') return 'refusal'
  if (raw === 'stop_sequence') return 'stop_sequence'
  if (raw === 'model_context_window_exceeded') return 'context_window'
  switch (unified) {
    case 'length':
      return 'length'
    case 'content-filter':
      return 'content_filter'
    case 'tool-calls':
      return 'tool_calls'
    case 'error':
      throw gatewayError('bad_upstream_response', `${provider}: provider ended the answer with an error`, { provider })
    default:
      return 'stop'
  }
}

/** Tokens: flat in version 2, by kind since. */
export function usageOf(said: Json | undefined): Usage | undefined {
  if (!isObject(said)) return undefined
  const { inputTokens: input, outputTokens: output } = said
  const flat = defined<Usage>({
    inputTokens: count(isObject(input) ? input['total'] : input),
    outputTokens: count(isObject(output) ? output['total'] : output),
    cachedTokens: count(isObject(input) ? input['cacheRead'] : said['cachedInputTokens']),
    cacheWriteTokens: count(isObject(input) ? input['cacheWrite'] : undefined),
    reasoningTokens: count(isObject(output) ? output['reasoning'] : said['reasoningTokens']),
    totalTokens: count(said['totalTokens']),
  })
  return Object.keys(flat).length === 0 ? undefined : readFrom(isObject(said['raw']) ? said['raw'] : {}, flat)
}

/** What has to come back to the vendor with the history. */
export function stateOf(metadata: Json | undefined, model: string): VendorState | undefined {
  for (const [vendor, name] of [
    ['anthropic', 'signature'],
    ['google', 'thoughtSignature'],
    ['openai', 'reasoningEncryptedContent'],
  ] as const) {
    const value = optionOf(metadata, vendor, name)
    if (value !== undefined) return { vendor, value, model }
  }
  return undefined
}

export function optionOf(metadata: Json | undefined, vendor: string, name: string): string | undefined {
  const own = isObject(metadata) ? metadata[vendor] : undefined
  const value = isObject(own) ? own[name] : undefined
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** An error that a package reports: `{"message", "status"?}`. */
export function errorOf(said: Json | undefined, provider: string): GatewayError {
  const { message, status } = isObject(said) ? said : { message: said, status: undefined }
  const text = typeof message === 'string' && message !== '' ? message : 'the provider reported an error'
  return new GatewayError(null, text, { status: typeof status === 'number' && status >= 400 && status <= 599 ? status : 502, provider })
}

/** An image that the model made; other files are passed over. */
export function imageOf({ mediaType, data }: JsonObject): { readonly type: 'image'; readonly mime: string; readonly data: string } | undefined {
  const bytes = isObject(data) ? data['data'] : data
  return typeof mediaType === 'string' && mediaType.startsWith('image/') && typeof bytes === 'string'
    ? { type: 'image', mime: mediaType, data: bytes }
    : undefined
}

/** A page that the answer refers to, as OpenAI spells it. */
export function citationOf({ sourceType, url, title }: JsonObject): JsonObject | undefined {
  return sourceType === 'url' && typeof url === 'string'
    ? { type: 'url_citation', url_citation: { url, ...(typeof title === 'string' ? { title } : {}) } }
    : undefined
}

function count(value: Json | undefined): number | undefined {
  return typeof value === 'number' ? value : undefined
}
