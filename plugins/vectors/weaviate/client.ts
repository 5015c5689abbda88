/** The client of Weaviate, as far as it speaks HTTP. */

import type { weaviateV2 } from 'weaviate-client'
import { Refusal, Vendor } from '../shared/vendor.ts'

const timeoutSeconds = 10

export type WeaviateClient = ReturnType<typeof weaviateV2.client>

export interface Address {
  readonly url: string
  readonly api_key?: string
}

export function weaviateAt(address: Address): Vendor<WeaviateClient> {
  return new Vendor({ connect: async () => await connect(address), refusalIn })
}

async function connect({ url, api_key: key }: Address): Promise<WeaviateClient> {
  const { weaviateV2 } = await import('weaviate-client')
  return weaviateV2.client({
    host: url,
    timeout: { query: timeoutSeconds, insert: timeoutSeconds },
    ...(key === undefined ? {} : { apiKey: new weaviateV2.ApiKey(key) }),
  })
}

interface GraphqlAnswer {
  readonly status: number
  readonly errors?: readonly { readonly message: string }[]
}

/** What was refused is told in three ways: of GraphQL with the request in the message, else by a code, and for want of a key by a name. */
function refusalIn(cause: Error): Refusal | undefined {
  const { response, code, name, message } = cause as Error & { readonly response?: GraphqlAnswer; readonly code?: unknown }
  if (response !== undefined)
    return new Refusal(response.status, response.errors?.map(error => error.message).join(', ') ?? `it answered with status ${response.status}`)
  if (name === 'WeaviateUnauthenticatedError') return new Refusal(401, message)
  return typeof code === 'number' ? new Refusal(code, message) : undefined
}
