/** A fake of Weaviate: the part of its published REST and GraphQL API that one class of unnamed vectors needs, with its envelopes, statuses and refusals. It is no Weaviate: it compares all vectors. */

import { FakeService, type Call, type Said } from './fake-service.ts'
import { ranked } from './similarity.ts'

interface Property {
  readonly name: string
  readonly dataType: readonly string[]
  readonly tokenization?: string
  readonly indexFilterable?: boolean
}

interface Definition {
  readonly class: string
  readonly vectorizer: string
  readonly vectorIndexConfig: { readonly distance: string }
  readonly properties: readonly Property[]
}

interface Entity {
  readonly class: string
  readonly id: string
  readonly vector: readonly number[]
  readonly properties: Readonly<Record<string, unknown>>
}

interface Where {
  readonly operator: string
  readonly operands?: readonly Where[]
  readonly path?: readonly [string]
  readonly valueText?: string
  readonly valueNumber?: number
}

interface Class {
  readonly definition: Definition
  readonly objects: Map<string, Entity>
}

const operators: Readonly<Record<string, (value: unknown, said: unknown) => boolean>> = {
  Equal: (value, said) => value === said,
  GreaterThan: (value, said) => Number(value) > Number(said),
  GreaterThanEqual: (value, said) => Number(value) >= Number(said),
  LessThanEqual: (value, said) => Number(value) <= Number(said),
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
const fine = (body: unknown): Said => ({ status: 200, body })
const refused = (status: number, message: string): Said => ({ status, body: { error: [{ message }] } })
const graphqlError = (message: string): Said => fine({ data: null, errors: [{ locations: [{ column: 2, line: 1 }], message, path: null }] })

export class FakeWeaviate {
  readonly classes = new Map<string, Class>()
  /** Whoever does not have it is refused. */
  apiKey: string | undefined
  /** `QUERY_MAXIMUM_RESULTS` */
  most = 10_000
  service!: FakeService

  static async start(): Promise<FakeWeaviate> {
    const fake = new FakeWeaviate()
    fake.service = await FakeService.start(call => fake.#answer(call))
    return fake
  }

  #answer(call: Call): Said {
    if (this.apiKey !== undefined && call.headers.authorization !== `Bearer ${this.apiKey}`)
      return { status: 401, body: { code: 401, message: 'anonymous access not enabled. Please authenticate through one of the available methods' } }
    const [, name] = /^\/v1\/schema\/([^/]+)$/.exec(call.path) ?? []
    if (call.method === 'GET' && name !== undefined) return this.classes.has(name) ? fine(this.classes.get(name)?.definition) : { status: 404, body: undefined }
    switch (`${call.method} ${call.path}`) {
      case 'GET /v1/meta':
        return fine({ hostname: 'http://[::]:8080', version: '1.34.0', modules: {} })
      case 'POST /v1/schema':
        return this.#create(call)
      case 'POST /v1/batch/objects':
        return fine((call.body.objects as Entity[]).map(entity => ({ ...entity, result: this.#put(entity) })))
      case 'DELETE /v1/batch/objects':
        return this.#delete(call)
      case 'POST /v1/graphql':
        return this.#get(call.body.query as string)
      default:
        return { status: 404, body: { code: 404, message: `path ${call.path} was not found` } }
    }
  }

  #create({ body }: Call): Said {
    const definition = body as Definition
    if (!/^[A-Z][_0-9A-Za-z]*$/.test(definition.class)) return refused(422, `'${definition.class}' is not a valid class name`)
    if (this.classes.has(definition.class)) return refused(422, `class name ${definition.class} already exists`)
    this.classes.set(definition.class, { definition, objects: new Map() })
    return fine(definition)
  }

  #put(entity: Entity): object {
    const failed = (message: string) => ({ status: 'FAILED', errors: { error: [{ message }] } })
    const found = this.classes.get(entity.class)
    if (found === undefined) return failed(`class ${entity.class} not present in schema`)
    if (!uuid.test(entity.id)) return failed(`invalid UUID '${entity.id}'`)
    const length = found.objects.values().next().value?.vector.length ?? entity.vector.length
    if (entity.vector.length !== length)
      return failed(`new node has a vector with length ${entity.vector.length}. Existing nodes have vectors with length ${length}`)
    for (const [property, value] of Object.entries(entity.properties)) {
      const { dataType: [type] = [] } = found.definition.properties.find(({ name }) => name === property) ?? {}
      if (type === undefined || (type === 'number' ? typeof value !== 'number' : typeof value !== 'string'))
        return failed(`invalid ${type} property '${property}' on class '${entity.class}'`)
    }
    found.objects.set(entity.id, entity)
    return { status: 'SUCCESS' }
  }

  #delete({ body: { match } }: Call): Said {
    const found = this.classes.get(match.class as string)
    if (found === undefined) return refused(422, `class ${match.class} doesn't exist`)
    const matching = [...found.objects.values()].filter(entity => passes(entity, match.where as Where, found.definition)).slice(0, this.most)
    for (const { id } of matching) found.objects.delete(id)
    return fine({
      match,
      output: 'minimal',
      dryRun: false,
      results: { matches: matching.length, limit: this.most, successful: matching.length, failed: 0, objects: null },
    })
  }

  #get(query: string): Said {
    const [, name = '', given = '', fields = ''] = /^\{Get\{(\w+)\((.*)\)\{(.*)\}\}\}$/s.exec(query) ?? []
    const found = this.classes.get(name)
    if (found === undefined) return graphqlError(`Cannot query field "${name}" on type "GetObjectsObj".`)
    if (fields !== 'entry body _additional{distance}') return graphqlError(`Syntax Error GraphQL request: ${fields}`)
    const {
      where,
      nearVector: { vector },
      limit,
    } = argumentsOf(given)
    const candidates = [...found.objects.values()].filter(entity => passes(entity, where, found.definition))
    if (candidates.some(entity => entity.vector.length !== vector.length))
      return graphqlError("vector search: knn search: distance between entrypoint and query node: vector lengths don't match")
    const nearest = ranked(candidates, vector, entity => entity.vector).slice(0, limit)
    return fine({
      data: {
        Get: {
          [name]: nearest.map(({ candidate: { properties }, score }) => ({
            entry: properties['entry'],
            body: properties['body'],
            _additional: { distance: 1 - score },
          })),
        },
      },
    })
  }
}

interface Arguments {
  readonly where: Where
  readonly nearVector: { readonly vector: readonly number[] }
  readonly limit: number
}

/** Arguments of GraphQL are JSON but for the quotes around names. */
function argumentsOf(text: string): Arguments {
  const quoted = text.replace(/"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|[A-Za-z_]\w*/g, token => (/^["\d-]/.test(token) ? token : `"${token}"`))
  return JSON.parse(`{${quoted}}`) as Arguments
}

/** @throws Error for what Weaviate would not filter by */
function passes({ properties }: Entity, { operator, operands = [], path: [name] = [''], valueText, valueNumber }: Where, definition: Definition): boolean {
  if (operator === 'And') return operands.every(operand => passes({ properties } as Entity, operand, definition))
  if (operator === 'Or') return operands.some(operand => passes({ properties } as Entity, operand, definition))
  const property = definition.properties.find(property => property.name === name)
  const compare = operators[operator]
  if (compare === undefined || property?.indexFilterable !== true) throw new Error(`no filter ${operator} of ${name}`)
  const [type] = property.dataType
  if (type === 'text' ? valueText === undefined || property.tokenization !== 'field' : valueNumber === undefined) throw new Error(`${name} is ${type}`)
  return compare(properties[name], valueText ?? valueNumber)
}
