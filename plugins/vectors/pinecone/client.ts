/** The client of Pinecone, for one index. */

import type { Index, RecordMetadata } from '@pinecone-database/pinecone'
import { Refusal, Vendor } from '../shared/vendor.ts'

const callMs = 10_000
/** The classes of the client's errors are there only once it is loaded; their names are in its manual. */
const statuses: Readonly<Record<string, number>> = { PineconeAuthorizationError: 401, PineconeNotFoundError: 404 }

export interface Address {
  readonly host: string
  readonly api_key: string
  readonly namespace?: string
}

export function pineconeAt<Metadata extends RecordMetadata>(address: Address): Vendor<Index<Metadata>> {
  return new Vendor({ connect: async () => await indexAt<Metadata>(address), refusalIn })
}

/** Nobody waits for an answer that comes later, or for another attempt. */
async function indexAt<Metadata extends RecordMetadata>({ host, api_key: apiKey, namespace }: Address): Promise<Index<Metadata>> {
  const { Pinecone } = await import('@pinecone-database/pinecone')
  const fetchApi: typeof fetch = async (input, init) => await fetch(input, { ...init, signal: AbortSignal.timeout(callMs) })
  return new Pinecone({ apiKey, maxRetries: 0, fetchApi }).index<Metadata>({ host, ...(namespace === undefined ? {} : { namespace }) })
}

function refusalIn({ name, message }: Error): Refusal | undefined {
  const status = statuses[name]
  return status === undefined ? undefined : new Refusal(status, message)
}
