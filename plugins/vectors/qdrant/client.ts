/** The client of Qdrant, made to say what it is told. */

import type { QdrantClient } from '@qdrant/js-client-rest'
import { Refusal, Vendor } from '../shared/vendor.ts'

/** The client has no way to end a call earlier. */
const timeoutMs = 10_000

export interface Address {
  readonly url: string
  readonly api_key?: string
}

export function qdrantAt(address: Address): Vendor<QdrantClient> {
  return new Vendor({ connect: async () => await connect(address), refusalIn })
}

/** By itself, the client would add a port of its own, leave out a path, and warn on the console of what is the operator's affair. */
async function connect({ url, api_key: key }: Address): Promise<QdrantClient> {
  const { QdrantClient } = await import('@qdrant/js-client-rest')
  const { origin, pathname } = new URL(url)
  return new QdrantClient({
    url: origin,
    port: null,
    prefix: pathname.replace(/\/+$/, ''),
    timeout: timeoutMs,
    checkCompatibility: false,
    headers: key === undefined ? {} : { 'api-key': key },
  })
}

/** What Qdrant says stands apart from the message. */
function refusalIn(cause: Error): Refusal | undefined {
  if (!('status' in cause && typeof cause.status === 'number')) return undefined
  const { data } = cause as { readonly data?: string | { readonly status?: { readonly error?: string } } }
  const words = typeof data === 'string' ? data : data?.status?.error
  return new Refusal(cause.status, `${cause.status} ${words ?? cause.message}`.trim())
}
