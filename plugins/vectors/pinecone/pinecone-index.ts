/** Vectors in an index of Pinecone, which is there already. */

import type { Index } from '@pinecone-database/pinecone'
import type { VectorEntry, VectorMatch } from '../../../core/index.ts'
import { modelId } from '../shared/model-name.ts'
import { UnfitDatabase, type VectorDatabase, type Which } from '../shared/vector-database.ts'
import type { Vendor } from '../shared/vendor.ts'
import { pineconeAt, type Address } from './client.ts'
import { aliveIn, filterFor } from './filters.ts'

/** Of the metadata of one record. */
const mostBytes = 40_960
/** A namespace that nothing was put into. */
const missing = 404

export interface PineconeOptions extends Address {
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
  readonly #pinecone: Vendor<Index<Metadata>>

  constructor(options: PineconeOptions) {
    this.#options = options
    this.#pinecone = pineconeAt(options)
  }

  async prepare(): Promise<void> {
    await this.#pinecone.prepare(() => this.#check())
  }

  async nearest(vector: Float32Array, namespace: string, nowSeconds: number): Promise<VectorMatch | undefined> {
    const {
      matches: [match],
    } = await this.#pinecone.ask(index => index.query({ vector: [...vector], topK: 1, filter: aliveIn(namespace, nowSeconds), includeMetadata: true }))
    if (match === undefined) return undefined
    return { id: match.id, similarity: match.score ?? 0, body: Buffer.from(match.metadata?.body ?? '', 'base64') }
  }

  /** @returns false for an entry that is too large for a record */
  async put({ id, namespace, vector, model, expiresAt, body }: VectorEntry): Promise<boolean> {
    const metadata: Metadata = { namespace, model, model_id: modelId(model), expires_at: expiresAt, body: body.toString('base64') }
    if (Buffer.byteLength(JSON.stringify(metadata)) > mostBytes) return false
    await this.#pinecone.ask(index => index.upsert({ records: [{ id, values: [...vector], metadata }] }))
    return true
  }

  async forget(which: Which): Promise<void> {
    await this.#pinecone.ask(index => (which === 'all' ? index.deleteAll() : index.deleteMany({ filter: filterFor(which) })), missing)
  }

  async ping(): Promise<void> {
    await this.#pinecone.ask(index => index.describeIndexStats())
  }

  async close(): Promise<void> {
    this.#pinecone.close()
  }

  async #check(): Promise<void> {
    const { host, dimension: wanted } = this.#options
    const { dimension } = await this.#pinecone.ask(index => index.describeIndexStats())
    if (dimension !== undefined && dimension !== wanted) throw new UnfitDatabase(`the index at ${host} holds vectors of dimension ${dimension}, not ${wanted}`)
  }
}
