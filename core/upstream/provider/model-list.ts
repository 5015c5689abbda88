/** The models that a provider offers, as its API lists them, page by page. */

import { inspect, type InspectOptions } from 'node:util'
import type { ModelDetails, ModelEntry, ProviderDefinition } from '../../plugin/provider.ts'
import { placeOf, type EndpointPlace } from './provider-facts.ts'
import type { OutgoingCall, Transport } from '../transport/transport.ts'

export interface ModelListing {
  readonly place: EndpointPlace
  /** How its type reads a page, finds the next one, and asks for details. */
  readonly definition: Pick<ProviderDefinition, 'models' | 'nextPage' | 'modelDetails'>
  readonly transport: Transport
  /** Those of one call, with its key. */
  headers(): string[]
}

/** A provider that says there is always one more is not believed. */
const mostPages = 100

/** Of what is wrong in a list: enough to see what it is. */
const shown: InspectOptions = { depth: 1, breakLength: Infinity, maxStringLength: 80, maxArrayLength: 3 }

/** @throws Error if the provider does not say */
export async function listModels(listing: ModelListing, timeoutMs: number): Promise<readonly ModelEntry[]> {
  const { place, definition, headers } = listing
  const { models = openAiModels, nextPage, modelDetails } = definition
  const entries: ModelEntry[] = []
  let path: string | undefined = place.path
  for (let page = 0; path !== undefined && page < mostPages; page++) {
    const body = await fetched(listing.transport, { operation: 'models', ...place, path, headers: headers(), body: undefined }, timeoutMs)
    entries.push(...identified(models(body)))
    const next = nextPage?.(body)
    path = next === undefined ? undefined : place.path.replace(/\?.*$/, '') + next
  }
  return modelDetails === undefined ? entries : await Promise.all(entries.map(entry => detailed(entry, modelDetails, listing, timeoutMs)))
}

/** Those that have an id, by which everybody looks for a model. @throws TypeError if this is no list, or nothing in it has one */
function identified(listed: unknown): readonly ModelEntry[] {
  const entries = Array.isArray(listed) ? listed.filter(isEntry) : []
  if (entries.length > 0 || (Array.isArray(listed) && listed.length === 0)) return entries
  throw new TypeError(`models() returned ${inspect(listed, shown)}: expected a list of { id }`)
}

function isEntry(entry: unknown): entry is ModelEntry {
  return typeof (entry as { id?: unknown } | null | undefined)?.id === 'string'
}

/** The entry, with what its provider says of it when asked; without, if it says nothing. */
async function detailed(
  entry: ModelEntry,
  { endpoint, ask, read }: ModelDetails,
  { transport, headers }: ModelListing,
  timeoutMs: number,
): Promise<ModelEntry> {
  const body = Buffer.from(JSON.stringify(ask(entry.id)))
  const call = { operation: 'models', ...placeOf(endpoint), headers: [...headers(), 'Content-Type', 'application/json'], body }
  try {
    return { ...entry, metadata: { ...entry.metadata, ...read(await fetched(transport, call, timeoutMs)) } }
  } catch {
    return entry
  }
}

/** @throws Error if there is no answer, or none in JSON */
function fetched(transport: Transport, call: OutgoingCall, timeoutMs: number): Promise<unknown> {
  return new Promise<Buffer>((resolve, reject) => {
    const chunks: Buffer[] = []
    let status = 0
    const timer = setTimeout(() => {
      running.abort()
      reject(new Error(`no answer within ${timeoutMs} ms`))
    }, timeoutMs)
    const done = (settle: () => void) => {
      clearTimeout(timer)
      settle()
    }
    const running = transport.send(call, {
      onHead: code => {
        status = code
      },
      onData: chunk => {
        chunks.push(chunk)
      },
      onEnd: () => done(() => (status === 200 ? resolve(Buffer.concat(chunks)) : reject(new Error(`${call.method} ${call.path} answered ${status}`)))),
      onError: cause => done(() => reject(cause)),
    })
  }).then(body => JSON.parse(body.toString()) as unknown)
}

/** OpenAI's list, or a bare array of its entries. */
function openAiModels(body: unknown): readonly ModelEntry[] {
  const data = Array.isArray(body) ? body : (body as { data?: unknown } | null)?.data
  if (!Array.isArray(data)) throw new Error('the model list is neither {"data": […]} nor an array')
  return data.filter(isEntry)
}
