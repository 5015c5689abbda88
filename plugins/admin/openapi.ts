/** The OpenAPI document: made of what the endpoints say of themselves, and of the routes of the pipelines. */

import type { AdminEndpoint, RouteFacts } from '../../core/index.ts'
import { closed } from './checked.ts'
import { Components } from './components.ts'
import { parameterNames } from './route-table.ts'

type Schema = Readonly<Record<string, unknown>>
type Paths = Record<string, Record<string, object>>

export interface DocumentFacts {
  readonly version: string
  readonly basePath: string
  readonly endpoints: readonly AdminEndpoint[]
  readonly routes: readonly RouteFacts[]
}

/** The admin API is told endpoint by endpoint, and the dashboard is a page. */
const notByRoute: ReadonlySet<string> = new Set(['admin', 'dashboard'])

const anyMethod = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']

const error = {
  description: 'The call was refused.',
  content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
}

const errorSchema = {
  type: 'object',
  required: ['error'],
  properties: {
    error: {
      type: 'object',
      required: ['type', 'message', 'param', 'code'],
      properties: { type: { type: 'string' }, message: { type: 'string' }, param: { type: ['string', 'null'] }, code: { type: ['string', 'null'] } },
    },
  },
}

export function openApi({ version, basePath, endpoints, routes }: DocumentFacts): object {
  const components = new Components({ Error: errorSchema })
  const paths: Paths = {}
  for (const { method, path, ...facts } of routes) {
    if (!notByRoute.has(facts.operation)) for (const one of method === 'ALL' ? anyMethod : [method]) add(paths, path, one, routeOperation(path, facts))
  }
  for (const endpoint of endpoints) add(paths, `/admin${endpoint.path}`, endpoint.method, endpointOperation(endpoint, components))
  return {
    openapi: '3.1.0',
    info: { title: 'Tapline', version, description: 'An AI gateway: its inference routes, and its admin API.', license: { name: 'MIT', identifier: 'MIT' } },
    servers: [{ url: basePath === '' ? '/' : basePath }],
    security: [{ bearer: [] }],
    paths,
    components: { schemas: components.schemas, responses: { Error: error }, securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } } },
  }
}

/** `/a/:id` and `/a/*rest` become `/a/{id}` and `/a/{rest}`. */
function add(paths: Paths, path: string, method: string, operation: object): void {
  const spelled = path.replace(/[:*](\w+)/g, '{$1}')
  paths[spelled] = { ...paths[spelled], [method.toLowerCase()]: { operationId: operationId(method, path), ...operation } }
}

/** `getAdminUsageSummary` for `GET /admin/usage/summary`. */
function operationId(method: string, path: string): string {
  return method.toLowerCase() + path.replace(/[^a-z0-9]+([a-z0-9])/gi, (_, first: string) => first.toUpperCase())
}

function routeOperation(path: string, { pipeline, operation, dialect, body }: Omit<RouteFacts, 'method' | 'path'>): object {
  const names = [...path.matchAll(/[:*](\w+)/g)].map(([, name]) => name as string)
  const content = body === 'form' ? 'multipart/form-data' : 'application/json'
  return {
    tags: ['gateway'],
    summary: `${operation}${dialect === undefined ? '' : `, spoken in ${dialect}`}`,
    description: `Served by the pipeline \`${pipeline}\`.`,
    ...(names.length === 0 ? {} : { parameters: names.map(inPath) }),
    ...(body === 'json' || body === 'form' ? { requestBody: { content: { [content]: { schema: { type: 'object' } } } } } : {}),
    responses: { '2XX': { description: 'The answer, as the dialect says.' }, default: { description: 'The call was refused, as the dialect says.' } },
  }
}

function endpointOperation(
  { path, summary, scope, query, body, bodyOptional, response, status, produces, mayBeEmpty }: AdminEndpoint,
  components: Components,
): object {
  const tag = groupOf(path)
  const parameters = [...parameterNames(path).map(inPath), ...queryParameters(query)]
  return {
    tags: [tag],
    summary,
    ...(scope === 'global' ? { description: 'Needs access to the whole gateway.' } : {}),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body === undefined
      ? {}
      : { requestBody: { required: bodyOptional !== true, content: { 'application/json': { schema: components.add(closed(body) as Schema, tag) } } } }),
    responses: {
      ...answer({ response, status, produces }, components, tag),
      ...(mayBeEmpty === true ? nothing : {}),
      default: { $ref: '#/components/responses/Error' },
    },
  }
}

/** The heading under which it stands: the resource. */
function groupOf(path: string): string {
  const [, resource = '', ...more] = path.split('/')
  return more.length === 0 && ofTheGateway.has(resource) ? 'runtime' : resource
}

const ofTheGateway: ReadonlySet<string> = new Set(['access', 'version', 'openapi.json'])

const nothing = { 204: { description: 'Done.' } }

function answer(
  { response, status = 200, produces = [] }: { readonly [K in 'response' | 'status' | 'produces']: AdminEndpoint[K] | undefined },
  components: Components,
  tag: string,
): object {
  if (response === undefined && produces.length === 0) return nothing
  const described = response === undefined ? {} : { schema: components.add(response, tag) }
  return {
    [status]: {
      description: 'The answer.',
      content: Object.fromEntries((produces.length === 0 ? ['application/json'] : produces).map(type => [type, described])),
    },
  }
}

function inPath(name: string): object {
  return { name, in: 'path', required: true, schema: { type: 'string' } }
}

function queryParameters(query: Schema = {}): readonly object[] {
  const required = (query['required'] as readonly string[] | undefined) ?? []
  const members = (query['properties'] as Readonly<Record<string, Schema>> | undefined) ?? {}
  return Object.entries(members).map(([name, { description, ...schema }]) => ({
    name,
    in: 'query',
    ...(description === undefined ? {} : { description }),
    required: required.includes(name),
    schema,
  }))
}
