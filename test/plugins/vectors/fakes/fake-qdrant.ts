/** A fake of Qdrant: the part of its published REST API that collections of one unnamed vector need, with its envelopes, statuses and refusals. It is no Qdrant: it compares all vectors. */

import { FakeService, type Call, type Said } from './fake-service.ts'
import { ranked } from './similarity.ts'

interface Point {
  readonly id: string
  readonly vector: readonly number[]
  readonly payload: Readonly<Record<string, unknown>>
}

interface Collection {
  readonly size: number
  readonly distance: string
  readonly points: Map<string, Point>
  readonly indexes: Map<string, string>
}

interface Condition {
  readonly key: string
  readonly match?: { readonly value: unknown }
  readonly range?: Readonly<Partial<Record<'gt' | 'gte' | 'lt' | 'lte', number>>>
}

type Filter = Readonly<Partial<Record<'must' | 'should' | 'must_not', readonly Condition[]>>>

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
const compare = {
  gt: (a: number, b: number) => a > b,
  gte: (a: number, b: number) => a >= b,
  lt: (a: number, b: number) => a < b,
  lte: (a: number, b: number) => a <= b,
}

const fine = (result: unknown): Said => ({ status: 200, body: { result, status: 'ok', time: 0.0001 } })
const refused = (status: number, error: string): Said => ({ status, body: { status: { error }, time: 0.0001 } })

export class FakeQdrant {
  readonly collections = new Map<string, Collection>()
  /** Whoever does not have it is refused. */
  apiKey: string | undefined
  service!: FakeService

  static async start(): Promise<FakeQdrant> {
    const fake = new FakeQdrant()
    fake.service = await FakeService.start(call => fake.#answer(call))
    return fake
  }

  #answer(call: Call): Said {
    if (this.apiKey !== undefined && call.headers['api-key'] === undefined)
      return { status: 401, body: 'Must provide an API key or an Authorization bearer token' }
    if (this.apiKey !== undefined && call.headers['api-key'] !== this.apiKey) return { status: 403, body: 'Invalid API key or JWT' }
    const [, name = '', what = ''] = /^\/collections\/([^/]+)(\/.*)?$/.exec(call.path) ?? []
    const collection = this.collections.get(name)
    const route = `${call.method} ${what}`
    if (route === 'GET /exists') return fine({ exists: collection !== undefined })
    if (route === 'PUT ') return this.#create(name, call)
    if (collection === undefined) return refused(404, `Not found: Collection \`${name}\` doesn't exist!`)
    switch (route) {
      case 'GET ':
        return fine({
          status: 'green',
          points_count: collection.points.size,
          config: { params: { vectors: { size: collection.size, distance: collection.distance } } },
        })
      case 'PUT /index':
        return this.#index(collection, call)
      case 'PUT /points':
        return this.#upsert(collection, call)
      case 'POST /points/query':
        return this.#query(collection, call)
      case 'POST /points/delete':
        return this.#delete(collection, call)
      default:
        return refused(404, `there is no ${call.method} ${call.path}`)
    }
  }

  #create(name: string, { body }: Call): Said {
    if (this.collections.has(name)) return refused(409, `Wrong input: Collection \`${name}\` already exists!`)
    const { size, distance } = body.vectors as Collection
    if (!Number.isInteger(size) || !['Cosine', 'Dot', 'Euclid', 'Manhattan'].includes(distance)) return refused(422, 'Validation error in JSON body')
    this.collections.set(name, { size, distance, points: new Map(), indexes: new Map() })
    return fine(true)
  }

  #index({ indexes }: Collection, { body }: Call): Said {
    indexes.set(body.field_name as string, body.field_schema as string)
    return fine({ operation_id: 1, status: 'completed' })
  }

  #upsert({ size, points }: Collection, { body, query }: Call): Said {
    for (const { id, vector } of body.points as Point[]) {
      if (!uuid.test(id))
        return refused(400, `Format error in JSON body: value ${id} is not a valid point ID, valid values are either an unsigned integer or a UUID`)
      if (vector.length !== size) return refused(400, `Wrong input: Vector dimension error: expected dim: ${size}, got ${vector.length}`)
    }
    for (const point of body.points as Point[]) points.set(point.id, point)
    return fine({ operation_id: 2, status: query.get('wait') === 'true' ? 'completed' : 'acknowledged' })
  }

  #query({ size, points }: Collection, { body }: Call): Said {
    if (body.query.length !== size) return refused(400, `Wrong input: Vector dimension error: expected dim: ${size}, got ${body.query.length}`)
    const found = ranked(
      [...points.values()].filter(point => passes(point, body.filter)),
      body.query,
      ({ vector }) => vector,
    ).slice(0, body.limit)
    return fine({ points: found.map(({ candidate: { id, payload }, score }) => ({ id, version: 2, score, payload: chosen(payload, body.with_payload) })) })
  }

  #delete({ points }: Collection, { body }: Call): Said {
    for (const point of points.values()) if (passes(point, body.filter)) points.delete(point.id)
    return fine({ operation_id: 3, status: 'completed' })
  }
}

function passes({ payload }: Point, { must = [], should = [], must_not: mustNot = [] }: Filter): boolean {
  const holds = ({ key, match, range }: Condition) =>
    match !== undefined
      ? payload[key] === match.value
      : Object.entries(range ?? {}).every(([how, border]) => compare[how as keyof typeof compare](payload[key] as number, border))
  return must.every(holds) && (should.length === 0 || should.some(holds)) && !mustNot.some(holds)
}

function chosen(payload: Point['payload'], fields: readonly string[]): object {
  return Object.fromEntries(fields.map(field => [field, payload[field]]))
}
