/** Vectors in a collection of Qdrant. */

import type { QdrantClient, Schemas } from '@qdrant/js-client-rest'
import type { VectorEntry, VectorMatch } from '../../../core/index.ts'
import { modelId } from '../shared/model-name.ts'
import { uuidOf } from '../shared/uuid.ts'
import { UnfitDatabase, type VectorDatabase } from '../shared/vector-database.ts'
import { aliveIn, expiredAt, indexes, ofModel } from './filters.ts'
import { Refusal } from './refusal.ts'

/** The client has no way to end a call earlier. */
const timeoutMs = 10_000
const metric = 'Cosine'
const missing = 404
const alreadyThere = 409

export interface QdrantOptions {
  readonly url: string
  readonly collection: string
  readonly api_key?: string
}

interface Payload {
  readonly id: string
  readonly body: string
}

export class QdrantCollection implements VectorDatabase {
  readonly #options: QdrantOptions
  readonly #name: string
  #client: Promise<QdrantClient> | undefined
  /** The collection is there, or is being made. */
  #made: Promise<void> | undefined

  constructor(options: QdrantOptions) {
    this.#options = options
    this.#name = options.collection
  }

  /** The first entry makes the collection: nothing else knows of which size. */
  async prepare(): Promise<void> {
    this.#made = undefined
    await (this.#client ??= connect(this.#options))
    try {
      await this.#check()
    } catch (cause) {
      throw isUnmended(cause) ? new UnfitDatabase(cause.message, { cause }) : cause
    }
  }

  async nearest(vector: Float32Array, namespace: string, nowSeconds: number): Promise<VectorMatch | undefined> {
    const found = await this.#ask(client => client.query(this.#name, { query: [...vector], filter: aliveIn(namespace, nowSeconds), limit: 1, with_payload: ['id', 'body'] }), missing)
    const point = found?.points[0]
    if (point === undefined) return undefined
    const { id, body } = point.payload as unknown as Payload
    return { id, similarity: point.score, body: Buffer.from(body, 'base64') }
  }

  async put({ id, namespace, vector, model, expiresAt, body }: VectorEntry): Promise<boolean> {
    await (this.#made ??= this.#make(vector.length))
    const payload = { id, namespace, model, model_id: modelId(model), expires_at: expiresAt, body: body.toString('base64') }
    await this.#ask(client => client.upsert(this.#name, { wait: true, points: [{ id: uuidOf(id), vector: [...vector], payload }] }))
    return true
  }

  async expire(nowSeconds: number): Promise<void> {
    await this.#ask(client => client.delete(this.#name, { wait: true, filter: expiredAt(nowSeconds) }), missing)
  }

  async clear(model: string | undefined): Promise<void> {
    await this.#ask(client => client.delete(this.#name, { wait: true, filter: ofModel(model) }), missing)
  }

  /** Asks what only who has the key is told. */
  async ping(): Promise<void> {
    await this.#ask(client => client.collectionExists(this.#name))
  }

  /** Its connections end when nothing is said on them for a while. */
  async close(): Promise<void> {
    this.#client = undefined
  }

  /** Of several replicas that make it at once, one does. */
  async #make(size: number): Promise<void> {
    const isMine = await this.#ask(client => client.createCollection(this.#name, { vectors: { size, distance: metric } }), alreadyThere)
    if (isMine === undefined) return
    for (const [field, schema] of indexes) await this.#ask(client => client.createPayloadIndex(this.#name, { wait: true, field_name: field, field_schema: schema }))
  }

  async #check(): Promise<void> {
    const found = await this.#ask(client => client.getCollection(this.#name), missing)
    if (found !== undefined && found.config.params.vectors?.['distance'] !== metric) throw new UnfitDatabase(`the collection ${this.#name} was not made for this: name another one`)
  }

  /** @param forgiven a status that means that there is nothing to be had or to be done */
  async #ask<T>(work: (client: QdrantClient) => Promise<T>, forgiven?: number): Promise<T | undefined> {
    if (this.#client === undefined) throw new Error('the collection is closed')
    try {
      return await work(await this.#client)
    } catch (cause) {
      const refusal = Refusal.in(cause)
      if (refusal !== undefined && refusal.status === forgiven) return undefined
      throw refusal ?? cause
    }
  }
}

/** The client would add a port of its own, leave out a path, and warn on the console of what is the operator's affair. */
async function connect({ url, api_key: key }: QdrantOptions): Promise<QdrantClient> {
  const { QdrantClient } = await import('@qdrant/js-client-rest')
  const { origin, pathname } = new URL(url)
  return new QdrantClient({ url: origin, port: null, prefix: pathname.replace(/\/+$/, ''), timeout: timeoutMs, checkCompatibility: false, headers: key === undefined ? {} : { 'api-key': key } })
}

function isUnmended(cause: unknown): cause is Error {
  return cause instanceof Refusal && (cause.status === 401 || cause.status === 403)
}
