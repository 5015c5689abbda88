/** Sends a request as an application would, and hears what comes back. */

import { gatewayBase } from '../../data/api.ts'
import { eventsOf } from '../../data/events.ts'
import { parsed } from '../../data/json.ts'
import { key } from '../../data/key.ts'
import { nothingHeard, type Dialect, type Heard } from './draft.ts'

export interface Answer extends Heard {
  readonly status: number
  readonly headers: readonly (readonly [name: string, value: string])[]
  /** One that is not streamed is one piece. */
  readonly pieces: readonly { readonly atMs: number; readonly data: string }[]
  /** When the first text, thought or call of a tool came. */
  readonly firstMs: number | undefined
  /** Undefined while it goes on. */
  readonly tookMs: number | undefined
}

/** The answer so far, again and again until it is whole. */
export async function* answers({ path, hear }: Dialect, body: object, headers: Readonly<Record<string, string>>, signal: AbortSignal): AsyncGenerator<Answer> {
  const startedAt = performance.now()
  const now = () => performance.now() - startedAt
  const reply = await fetch(gatewayBase + path, {
    method: 'POST',
    signal,
    headers: { 'Content-Type': 'application/json', 'anthropic-version': '2023-06-01', ...authorization(), ...headers },
    body: JSON.stringify(body),
  })
  let so: Answer = { ...nothingHeard, status: reply.status, headers: [...reply.headers], pieces: [], firstMs: undefined, tookMs: undefined }
  if (reply.headers.get('content-type')?.startsWith('text/event-stream') !== true) {
    const text = await reply.text()
    yield { ...so, ...heardIn(hear, nothingHeard, text), pieces: [{ atMs: now(), data: pretty(text) }], firstMs: now(), tookMs: now() }
    return
  }
  for await (const data of eventsOf(reply)) {
    const heard = heardIn(hear, so, data)
    const isFirst = so.firstMs === undefined && (heard.text !== '' || heard.reasoning !== '' || heard.toolCalls.length > 0)
    so = { ...so, ...heard, pieces: [...so.pieces, { atMs: now(), data }], ...(isFirst ? { firstMs: now() } : {}) }
    yield so
  }
  yield { ...so, tookMs: now() }
}

/** What callers may name: models, and the names that stand for some. */
export async function namesOfModels(): Promise<readonly string[]> {
  const reply = await fetch(`${gatewayBase}/v1/models`, { headers: authorization() })
  return reply.ok ? ((await reply.json()) as { readonly data: readonly { readonly id: string }[] }).data.map(({ id }) => id) : []
}

/** What is no JSON, such as the mark of the end of a stream, says nothing. */
function heardIn(hear: Dialect['hear'], heard: Heard, data: string): Heard {
  const said = parsed(data)
  return typeof said === 'object' && said !== null ? hear(heard, said) : heard
}

function authorization(): Record<string, string> {
  return key.value === undefined ? {} : { Authorization: `Bearer ${key.value}` }
}

function pretty(text: string): string {
  const said = parsed(text)
  return said === undefined ? text : JSON.stringify(said, undefined, 2)
}
