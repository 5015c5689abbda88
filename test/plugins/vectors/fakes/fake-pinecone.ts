/** A fake of one serverless index of Pinecone: the part of its published data plane API that records with metadata need, with its limits and refusals. It is no Pinecone: what is written is there at once. */

import { FakeService, type Call, type Said } from './fake-service.ts'
import { ranked } from './similarity.ts'

type Metadata = Readonly<Record<string, unknown>>

interface Vector {
  readonly id: string
  readonly values: readonly number[]
  readonly metadata: Metadata
}

const operators = {
  $eq: (value: unknown, wanted: unknown) => value === wanted,
  $gt: (value: unknown, border: unknown) => Number(value) > Number(border),
  $lte: (value: unknown, border: unknown) => Number(value) <= Number(border),
}

const fine = (body: unknown): Said => ({ status: 200, body })
const refused = (status: number, code: number, message: string): Said => ({ status, body: { code, message, details: [] } })

export class FakePinecone {
  readonly namespaces = new Map<string, Map<string, Vector>>()
  readonly apiKey = 'pc-key'
  readonly #dimension: number
  service!: FakeService

  private constructor(dimension: number) {
    this.#dimension = dimension
  }

  static async start(dimension: number): Promise<FakePinecone> {
    const fake = new FakePinecone(dimension)
    fake.service = await FakeService.start(call => fake.#answer(call))
    return fake
  }

  #answer(call: Call): Said {
    if (call.headers['api-key'] !== this.apiKey) return { status: 401, body: 'Unauthorized' }
    if (!/^\d{4}-\d{2}$/.test(String(call.headers['x-pinecone-api-version']))) return refused(400, 3, 'Missing API version')
    const name = (call.body?.namespace ?? '__default__') as string
    switch (`${call.method} ${call.path}`) {
      case 'POST /describe_index_stats':
        return this.#stats()
      case 'POST /vectors/upsert':
        return this.#upsert(name, call)
      case 'POST /query':
        return this.#query(name, call)
      case 'POST /vectors/delete':
        return this.#delete(name, call)
      default:
        return refused(404, 5, 'Not Found')
    }
  }

  #stats(): Said {
    const counts = [...this.namespaces].map(([name, { size }]) => [name, { vectorCount: size }] as const)
    return fine({
      namespaces: Object.fromEntries(counts),
      dimension: this.#dimension,
      indexFullness: 0,
      totalVectorCount: counts.reduce((sum, [, { vectorCount }]) => sum + vectorCount, 0),
      metric: 'cosine',
      vectorType: 'dense',
    })
  }

  #upsert(name: string, { body }: Call): Said {
    const vectors = body.vectors as readonly Vector[]
    for (const { values, metadata } of vectors) {
      const bytes = Buffer.byteLength(JSON.stringify(metadata))
      if (values.length !== this.#dimension)
        return refused(400, 3, `Vector dimension ${values.length} does not match the dimension of the index ${this.#dimension}`)
      if (bytes > 40_960) return refused(400, 3, `Metadata size is ${bytes} bytes, which exceeds the limit of 40960 bytes per vector`)
      if (Object.values(metadata).some(value => !['string', 'number', 'boolean'].includes(typeof value)))
        return refused(400, 3, 'Metadata value must be a string, number, boolean or list of strings')
    }
    const namespace = this.namespaces.get(name) ?? new Map<string, Vector>()
    this.namespaces.set(name, namespace)
    for (const vector of vectors) namespace.set(vector.id, vector)
    return fine({ upsertedCount: vectors.length })
  }

  #query(name: string, { body }: Call): Said {
    if (body.vector.length !== this.#dimension)
      return refused(400, 3, `Vector dimension ${body.vector.length} does not match the dimension of the index ${this.#dimension}`)
    const candidates = [...(this.namespaces.get(name)?.values() ?? [])].filter(({ metadata }) => passes(metadata, body.filter as object))
    const found = ranked(candidates, body.vector as number[], ({ values }) => values).slice(0, body.topK as number)
    return fine({
      matches: found.map(({ candidate: { id, metadata }, score }) => ({ id, score, values: [], ...(body.includeMetadata === true ? { metadata } : {}) })),
      namespace: name,
      usage: { readUnits: 1 },
    })
  }

  #delete(name: string, { body }: Call): Said {
    const namespace = this.namespaces.get(name)
    if (namespace === undefined) return refused(404, 5, 'Namespace not found')
    if (body.deleteAll === true) this.namespaces.delete(name)
    else for (const { id, metadata } of namespace.values()) if (passes(metadata, body.filter as object)) namespace.delete(id)
    return fine({})
  }
}

/** @throws Error for what is no filter of Pinecone */
function passes(metadata: Metadata, filter: object): boolean {
  return Object.entries(filter).every(([key, said]) => {
    if (key === '$and') return (said as readonly object[]).every(one => passes(metadata, one))
    if (key === '$or') return (said as readonly object[]).some(one => passes(metadata, one))
    return Object.entries(said as object).every(([operator, wanted]) => {
      const compare = operators[operator as keyof typeof operators]
      if (compare === undefined) throw new Error(`${operator} is no operator of filters`)
      return compare(metadata[key], wanted)
    })
  })
}
