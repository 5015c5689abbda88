/** Vectors in a class of Weaviate, over HTTP alone: its other protocol has a port of its own, which nobody was asked for. */

import type { VectorEntry, VectorMatch } from '../../../core/index.ts'
import { modelId } from '../shared/model-name.ts'
import { uuidOf } from '../shared/uuid.ts'
import { UnfitDatabase, type VectorDatabase, type Which } from '../shared/vector-database.ts'
import type { Vendor } from '../shared/vendor.ts'
import { weaviateAt, type Address, type WeaviateClient } from './client.ts'
import { definitionOf, metric } from './definition.ts'
import { aliveIn, filterFor } from './filters.ts'

const missing = 404

export interface WeaviateOptions extends Address {
  readonly class: string
}

interface Answered {
  readonly data: {
    readonly Get: Readonly<
      Record<
        string,
        readonly {
          readonly entry: string
          readonly body: string
          readonly _additional: { readonly distance: number }
        }[]
      >
    >
  }
}

export class WeaviateClass implements VectorDatabase {
  readonly #name: string
  readonly #weaviate: Vendor<WeaviateClient>

  constructor({ class: name, ...address }: WeaviateOptions) {
    this.#name = name
    this.#weaviate = weaviateAt(address)
  }

  async prepare(): Promise<void> {
    await this.#weaviate.prepare(async () => {
      const { vectorIndexConfig: config } = (await this.#weaviate.ask(client => this.#definition(client), missing)) ?? (await this.#made())
      if ((config as { readonly distance?: string } | undefined)?.distance !== metric)
        throw new UnfitDatabase(`the class ${this.#name} was not made for this: name another one`)
    })
  }

  async nearest(vector: Float32Array, namespace: string, nowSeconds: number): Promise<VectorMatch | undefined> {
    const {
      data: { Get },
    }: Answered = await this.#weaviate.ask(client =>
      client.graphql
        .get()
        .withClassName(this.#name)
        .withNearVector({ vector: [...vector] })
        .withWhere(aliveIn(namespace, nowSeconds))
        .withLimit(1)
        .withFields('entry body _additional{distance}')
        .do(),
    )
    const found = Get[this.#name]?.[0]
    return found === undefined ? undefined : { id: found.entry, similarity: 1 - found._additional.distance, body: Buffer.from(found.body, 'base64') }
  }

  /** A batch of one replaces what is there; to make one object does not. */
  async put({ id, namespace, vector, model, expiresAt, body }: VectorEntry): Promise<boolean> {
    const properties = { entry: id, namespace, model, modelId: modelId(model), expiresAt, body: body.toString('base64') }
    const [answer] = await this.#weaviate.ask(client =>
      client.batch
        .objectsBatcher()
        .withObject({ class: this.#name, id: uuidOf(id), vector: [...vector], properties })
        .do(),
    )
    const [error] = answer?.result?.errors?.error ?? []
    if (error !== undefined) throw new Error(error.message)
    return true
  }

  /** So many go at once as the server finds with one question. */
  async forget(which: Which, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const { results = {} } = await this.#weaviate.ask(client => client.batch.objectsBatchDeleter().withClassName(this.#name).withWhere(filterFor(which)).do())
      const { matches = 0, limit = 0, successful = 0 } = results
      if (matches < limit || successful === 0) return
    }
  }

  /** Asks what only who has the key is told. */
  async ping(): Promise<void> {
    await this.#weaviate.ask(client => this.#definition(client))
  }

  async close(): Promise<void> {
    this.#weaviate.close()
  }

  /** Of several replicas that make it at once, one does. */
  async #made() {
    const refusal = await this.#weaviate
      .ask(client => client.schema.classCreator().withClass(definitionOf(this.#name)).do())
      .then(
        () => undefined,
        (cause: unknown) => cause,
      )
    const found = await this.#weaviate.ask(client => this.#definition(client), missing)
    if (found === undefined) throw refusal
    return found
  }

  #definition({ schema }: WeaviateClient) {
    return schema.classGetter().withClassName(this.#name).do()
  }
}
