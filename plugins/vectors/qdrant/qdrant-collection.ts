/** Vectors in a collection of Qdrant. */

import type { QdrantClient } from '@qdrant/js-client-rest'
import type { VectorEntry, VectorMatch } from '../../../core/index.ts'
import { modelId } from '../shared/model-name.ts'
import { uuidOf } from '../shared/uuid.ts'
import { UnfitDatabase, type VectorDatabase, type Which } from '../shared/vector-database.ts'
import type { Vendor } from '../shared/vendor.ts'
import { qdrantAt, type Address } from './client.ts'
import { aliveIn, filterFor, indexes } from './filters.ts'

const metric = 'Cosine'
const missing = 404
const alreadyThere = 409

export interface QdrantOptions extends Address {
  readonly collection: string
}

interface Payload {
  readonly id: string
  readonly body: string
}

export class QdrantCollection implements VectorDatabase {
  readonly #name: string
  readonly #qdrant: Vendor<QdrantClient>
  /** The collection is there, or is being made. */
  #made: Promise<void> | undefined

  constructor({ collection, ...address }: QdrantOptions) {
    this.#name = collection
    this.#qdrant = qdrantAt(address)
  }

  /** The first entry makes the collection: nothing else knows of which size. */
  async prepare(): Promise<void> {
    this.#made = undefined
    await this.#qdrant.prepare(() => this.#check())
  }

  async nearest(vector: Float32Array, namespace: string, nowSeconds: number): Promise<VectorMatch | undefined> {
    const found = await this.#qdrant.ask(
      client => client.query(this.#name, { query: [...vector], filter: aliveIn(namespace, nowSeconds), limit: 1, with_payload: ['id', 'body'] }),
      missing,
    )
    const point = found?.points[0]
    if (point === undefined) return undefined
    const { id, body } = point.payload as unknown as Payload
    return { id, similarity: point.score, body: Buffer.from(body, 'base64') }
  }

  async put({ id, namespace, vector, model, expiresAt, body }: VectorEntry): Promise<boolean> {
    await (this.#made ??= this.#make(vector.length))
    const payload = { id, namespace, model, model_id: modelId(model), expires_at: expiresAt, body: body.toString('base64') }
    await this.#qdrant.ask(client => client.upsert(this.#name, { wait: true, points: [{ id: uuidOf(id), vector: [...vector], payload }] }))
    return true
  }

  async forget(which: Which): Promise<void> {
    await this.#qdrant.ask(client => client.delete(this.#name, { wait: true, filter: filterFor(which) }), missing)
  }

  /** Asks what only who has the key is told. */
  async ping(): Promise<void> {
    await this.#qdrant.ask(client => client.collectionExists(this.#name))
  }

  async close(): Promise<void> {
    this.#qdrant.close()
  }

  /** Of several replicas that make it at once, one does. */
  async #make(size: number): Promise<void> {
    const isMine = await this.#qdrant.ask(client => client.createCollection(this.#name, { vectors: { size, distance: metric } }), alreadyThere)
    if (isMine === undefined) return
    for (const [field, schema] of indexes)
      await this.#qdrant.ask(client => client.createPayloadIndex(this.#name, { wait: true, field_name: field, field_schema: schema }))
  }

  async #check(): Promise<void> {
    const found = await this.#qdrant.ask(client => client.getCollection(this.#name), missing)
    if (found !== undefined && found.config.params.vectors?.['distance'] !== metric)
      throw new UnfitDatabase(`the collection ${this.#name} was not made for this: name another one`)
  }
}
