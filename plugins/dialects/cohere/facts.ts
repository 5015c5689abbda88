/** How Cohere says why an answer ended, what it cost, and what went wrong. */

import { GatewayError, gatewayError, type JsonNode, type JsonObject, type Usage } from '../../../core/index.ts'
import type { Finish } from '../../../core/neutral/reply.ts'
import { isObject } from '../../../core/neutral/arguments.ts'
import type { Json } from '../../../core/neutral/request.ts'
import { readFrom } from '../../../core/neutral/usage.ts'

const finishes: ReadonlyMap<string, Finish> = new Map([
  ['COMPLETE', 'stop'],
  ['STOP_SEQUENCE', 'stop_sequence'],
  ['MAX_TOKENS', 'length'],
  ['TOOL_CALL', 'tool_calls'],
])

/** @throws GatewayError 502 and 504 where the answer ended in an error */
export function finishOf(reason: Json | undefined, provider: string, said?: Json): Finish {
  if (reason === 'TIMEOUT') throw gatewayError('upstream_timeout', explain(said, `${provider}: the model took too long`), { provider })
  if (reason === 'ERROR') throw new GatewayError('ERROR', explain(said, `${provider}: the model failed`), { status: 502, provider })
  return typeof reason === 'string' ? (finishes.get(reason) ?? 'stop') : 'stop'
}

/** The counts of a reply, or of the event that ends a stream. */
export function usageIn(said: JsonNode): Usage | undefined {
  return usageOf((said.get('usage') ?? said.get('delta')?.get('usage'))?.value() as Json | undefined)
}

export function usageOf(usage: Json | undefined): Usage | undefined {
  const tokens = isObject(usage) ? usage['tokens'] : undefined
  if (!isObject(usage) || !isObject(tokens)) return undefined
  const [input, output, cached] = [tokens['input_tokens'], tokens['output_tokens'], usage['cached_tokens']].map(count =>
    typeof count === 'number' ? count : undefined,
  )
  return readFrom(usage, { inputTokens: input, outputTokens: output, cachedTokens: cached })
}

/** A body that holds an error instead of an answer: `{"message", "id"}`. */
export function errorIn(json: JsonObject, provider: string): GatewayError | undefined {
  return typeof json['message'] === 'string' ? new GatewayError(null, json['message'], { status: 502, provider }) : undefined
}

function explain(said: Json | undefined, otherwise: string): string {
  return typeof said === 'string' && said !== '' ? said : otherwise
}
