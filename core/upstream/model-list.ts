/** The models that a provider offers, as its API lists them, page by page. */

import type { ModelEntry, ProviderDefinition } from '../plugin/provider.ts'
import type { EndpointPlace } from './provider-facts.ts'
import type { OutgoingCall, Transport } from './transport.ts'

export interface ModelListing {
  readonly place: EndpointPlace
  /** How its type reads a page, and finds the next one. */
  readonly definition: Pick<ProviderDefinition, 'models' | 'nextPage'>
  readonly transport: Transport
  /** Those of one call, with its key. */
  headers(): string[]
}

/** A provider that says there is always one more is not believed. */
const mostPages = 100

/** @throws Error if the provider does not say */
export async function listModels({ place, definition, transport, headers }: ModelListing, timeoutMs: number): Promise<readonly ModelEntry[]> {
  const { models = openAiModels, nextPage } = definition
  const entries: ModelEntry[] = []
  let path: string | undefined = place.path
  for (let page = 0; path !== undefined && page < mostPages; page++) {
    const answer = await fetched(transport, { operation: 'models', ...place, path, headers: headers(), body: undefined }, timeoutMs)
    const body = JSON.parse(answer.toString()) as unknown
    entries.push(...models(body))
    const next = nextPage?.(body)
    path = next === undefined ? undefined : place.path.replace(/\?.*$/, '') + next
  }
  return entries
}

function fetched(transport: Transport, call: OutgoingCall, timeoutMs: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let status = 0
    const timer = setTimeout(() => { running.abort(); reject(new Error(`no answer within ${timeoutMs} ms`)) }, timeoutMs)
    const done = (settle: () => void) => { clearTimeout(timer); settle() }
    const running = transport.send(call, {
      onHead: code => { status = code },
      onData: chunk => { chunks.push(chunk) },
      onEnd: () => done(() => status === 200 ? resolve(Buffer.concat(chunks)) : reject(new Error(`${call.method} ${call.path} answered ${status}`))),
      onError: cause => done(() => reject(cause)),
    })
  })
}

/** OpenAI's list, or a bare array of its entries. */
function openAiModels(body: unknown): readonly ModelEntry[] {
  const data = Array.isArray(body) ? body : (body as { data?: unknown } | null)?.data
  if (!Array.isArray(data)) throw new Error('the model list is neither {"data": […]} nor an array')
  return data.filter((entry): entry is ModelEntry => typeof (entry as { id?: unknown } | null)?.id === 'string')
}
