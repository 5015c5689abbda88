/** Vectors in an index of Pinecone, which is there already. */

import type { Index } from '@pinecone-database/pinecone'
import type { VectorEntry, VectorMatch } from '../../../core/index.ts'
import { modelId } from '../shared/model-name.ts'
import { UnfitDatabase, type VectorDatabase } from '../shared/vector-database.ts'
import { aliveIn, expiredAt, ofModel } from './filters.ts'

const callMs = 10_000
/** Of the metadata of one record. */
const mostBytes = 40_960

export interface PineconeOptions {
  readonly host: string
  readonly api_key: string
  readonly namespace?: string
  readonly dimension: number
}

/** A type, not an interface: Pinecone asks for an index signature. */
type Metadata = {
  readonly namespace: string
  readonly model: string
  readonly model_id: string
  readonly expires_at: number
  readonly body: string
}

export class PineconeIndex implements VectorDatabase {
  readonly #options: PineconeOptions
  #index: Promise<Index<Metadata>> | undefined

  constructor(options: PineconeOptions) {
    this.#options = options
  }

  async prepare(): Promise<void> {
    const index = await (this.#index ??= indexAt(this.#options))
    const { dimension } = await index.describeIndexStats().catch((cause: unknown) => {
      throw isOf(cause, 'PineconeAuthorizationError') ? new UnfitDatabase((cause as Error).message, { cause }) : cause
    })
    if (dimension !== undefined && dimension !== this.#options.dimension) throw new UnfitDatabase(`the index at ${this.#options.host} holds vectors of dimension ${dimension}, not ${this.#options.dimension}`)
  }

  async nearest(vector: Float32Array, namespace: string, nowSeconds: number): Promise<VectorMatch | undefined> {
    const { matches: [match] } = await (await this.#opened()).query({ vector: [...vector], topK: 1, filter: aliveIn(namespace, nowSeconds), includeMetadata: true })
    if (match === undefined) return undefined
    return { id: match.id, similarity: match.score ?? 0, body: Buffer.from(match.metadata?.body ?? '', 'base64') }
  }

  /** @returns false for an entry that is too large for a record */
  async put({ id, namespace, vector, model, expiresAt, body }: VectorEntry): Promise<boolean> {
    const metadata: Metadata = { namespace, model, model_id: modelId(model), expires_at: expiresAt, body: body.toString('base64') }
    if (Buffer.byteLength(JSON.stringify(metadata)) > mostBytes) return false
    await (await this.#opened()).upsert({ records: [{ id, values: [...vector], metadata }] })
    return true
  }

  async expire(nowSeconds: number): Promise<void> {
    await this.#forget(index => index.deleteMany({ filter: expiredAt(nowSeconds) }))
  }

  async clear(model: string | undefined): Promise<void> {
    await this.#forget(index => model === undefined ? index.deleteAll() : index.deleteMany({ filter: ofModel(model) }))
  }

  async ping(): Promise<void> {
    await (await this.#opened()).describeIndexStats()
  }

  async close(): Promise<void> {
    this.#index = undefined
  }

  async #opened(): Promise<Index<Metadata>> {
    if (this.#index === undefined) throw new Error('the index is closed')
    return await this.#index
  }

  /** A namespace that nothing was put into is not there. */
  async #forget(work: (index: Index<Metadata>) => Promise<void>): Promise<void> {
    await work(await this.#opened()).catch((cause: unknown) => {
      if (!isOf(cause, 'PineconeNotFoundError')) throw cause
    })
  }
}

/** Nobody waits for an answer that comes later, or for another attempt. */
async function indexAt({ host, api_key: apiKey, namespace }: PineconeOptions): Promise<Index<Metadata>> {
  const { Pinecone } = await import('@pinecone-database/pinecone')
  const fetchApi: typeof fetch = async (input, init) => await fetch(input, { ...init, signal: AbortSignal.timeout(callMs) })
  return new Pinecone({ apiKey, maxRetries: 0, fetchApi }).index<Metadata>({ host, ...(namespace === undefined ? {} : { namespace }) })
}

/** The classes of its errors are known only once the client is loaded; their names are told in its manual. */
function isOf(cause: unknown, name: string): boolean {
  return cause instanceof Error && cause.name === name
}
