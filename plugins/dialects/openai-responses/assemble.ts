/** A stream as the plain reply that it amounts to. */

import { gatewayError } from '../../../core/errors.ts'
import { parseJson } from '../../../core/neutral/json.ts'
import { objectOf } from '../../../core/neutral/lenient.ts'
import type { Json, JsonObject } from '../../../core/neutral/request.ts'
import type { StreamEvent } from '../../../core/stream/event.ts'

/** What has come so far. */
interface Growing {
  response: JsonObject
  /** The response came whole, with its end. */
  isEnded: boolean
  readonly items: Map<number, Json>
}

/**
 * The response that the last event brings. Items are taken from the events before it where it has none, as some servers do;
 * a stream that ended in an error of its own is a failed response.
 * @throws GatewayError bad_upstream_response, if an event cannot be read
 */
export function assemble(events: readonly StreamEvent[]): Buffer {
  const growing: Growing = { response: {}, isEnded: false, items: new Map() }
  for (const event of events) take(growing, event)
  const { response, isEnded, items } = growing
  const output = Array.isArray(response['output']) ? response['output'] : []
  const whole = (isEnded && output.length > 0) || items.size === 0 ? output : [...items].sort(([one], [other]) => one - other).map(([, item]) => item)
  return Buffer.from(JSON.stringify({ ...response, output: whole }))
}

function take(growing: Growing, event: StreamEvent): void {
  if (event.text === undefined || event.isDone) return
  const data = read(event)
  const index = typeof data['output_index'] === 'number' ? data['output_index'] : growing.items.size
  switch (data['type']) {
    case 'response.created':
    case 'response.queued':
    case 'response.in_progress':
      growing.response = objectOf(data['response'])
      break
    case 'response.completed':
    case 'response.incomplete':
    case 'response.failed':
    case 'response.cancelled':
      growing.response = objectOf(data['response'])
      growing.isEnded = true
      break
    case 'response.output_item.added':
    case 'response.output_item.done':
      growing.items.set(index, data['item'] ?? {})
      break
    case 'error':
      growing.response = { ...growing.response, status: 'failed', error: faultOf(data) }
  }
}

function faultOf(data: JsonObject): JsonObject {
  const { code = null, message = null } = data['error'] === undefined ? data : objectOf(data['error'])
  return { code, message }
}

function read({ text }: StreamEvent): JsonObject {
  try {
    return objectOf(parseJson(text ?? ''))
  } catch (cause) {
    throw gatewayError('bad_upstream_response', 'the provider sent an event that cannot be read', { cause })
  }
}
