/** What every route of the admin API has to do, as a table that each feature fills with its own. */

import { Ajv2020 } from 'ajv/dist/2020.js'
import { expect } from 'chai'
import { AdminGateway, type AdminAnswer, type AdminCallOptions } from './admin.ts'
import type { ServeOptions } from './serve.ts'

export interface Malformed {
  /** What is wrong with it. */
  readonly name: string
  /** Below `/admin`; the route's own where absent. */
  readonly path?: string
  readonly body?: unknown
  readonly code?: string
  readonly param?: string
}

export interface AdminRoute {
  readonly method: string
  /** Below `/admin`, as it is called. */
  readonly path: string
  /** As the document spells it, where that is otherwise: `/auth-keys/{id}/labels`. */
  readonly documented?: string
  readonly scope: 'global' | 'subtree'
  readonly body?: unknown
  /** Of the call that succeeds; 200 where absent. */
  readonly status?: number
  readonly malformed: readonly Malformed[]
  /** The configuration in which the feature is off, and what the route answers then. */
  readonly off?: { readonly config: Readonly<Record<string, unknown>>; readonly status: number; readonly code?: string }
  /** Makes what the call needs. */
  prepare?(gateway: AdminGateway): Promise<unknown>
}

/** Declares the tests of these routes. */
export function describeRoutes(routes: readonly AdminRoute[], options: ServeOptions = {}): void {
  for (const route of routes) describe(`${route.method} /admin${route.path.split('?', 1)[0]}`, () => describeRoute(route, options))
}

function describeRoute({ method, path, documented, scope, body, status = 200, malformed, off, prepare }: AdminRoute, options: ServeOptions): void {
  const given: AdminCallOptions = body === undefined ? {} : { body }

  it(`answers ${status}, as its schema says`, async () => {
    await using gateway = await AdminGateway.start(options)
    await prepare?.(gateway)
    const answer = await gateway.call(method, path, given)
    expect(answer.status, answer.text).to.equal(status)
    expect(answer.headers['cache-control']).to.equal('no-store')
    await checkAgainstDocument(gateway, method, documented ?? (path.split('?', 1)[0] as string), answer)
  })

  for (const { name, path: wrong = path, code = 'invalid_value', param, body: said } of malformed) {
    it(`refuses ${name}`, async () => {
      await using gateway = await AdminGateway.start(options)
      expectRefusal(await gateway.call(method, wrong, { ...given, ...(said === undefined ? {} : { body: said }) }), 400, code, param)
    })
  }

  it('asks for a credential', async () => {
    await using gateway = await AdminGateway.start(options)
    expectRefusal(await gateway.call(method, path, { ...given, headers: { authorization: '' } }), 401, 'invalid_api_key')
  })

  it('refuses a key without access to the admin API', async () => {
    await using gateway = await AdminGateway.start(options)
    expectRefusal(await gateway.call(method, path, { ...given, as: 'none' }), 403, 'dashboard_access_denied')
  })

  if (scope === 'global') {
    it('refuses an administrator of one user path', async () => {
      await using gateway = await AdminGateway.start(options)
      expectRefusal(await gateway.call(method, path, { ...given, as: '/team/a' }), 403, 'admin_scope_denied')
    })
  }

  if (off !== undefined) {
    it('says when its feature is off', async () => {
      await using gateway = await AdminGateway.start({ ...options, config: { ...options.config, ...off.config } })
      const answer = await gateway.call(method, path, given)
      expect(answer.status, answer.text).to.equal(off.status)
      if (off.code !== undefined) expect(answer.json.error.code).to.equal(off.code)
    })
  }
}

/** Checks a refusal: its status, its code, and the parameter that it names. */
export function expectRefusal({ status, text, json }: AdminAnswer, expected: number, code: string, param?: string): void {
  expect(status, text).to.equal(expected)
  expect(json.error.code).to.equal(code)
  if (param !== undefined) expect(json.error.param).to.equal(param)
}

/** An answer is what the document of the API says that it is. @param path as the document spells it, below `/admin` */
export async function checkAgainstDocument(gateway: AdminGateway, method: string, path: string, { status, json, headers }: AdminAnswer): Promise<void> {
  const { json: document } = await gateway.call('GET', '/openapi.json')
  const operation = document.paths[`/admin${path}`]?.[method.toLowerCase()]
  expect(operation, `${method} ${path} is not in the document`).to.not.equal(undefined)
  const described = operation.responses[status]
  expect(described, `${status} is not in the document`).to.not.equal(undefined)
  if (status === 204) return
  const [type = ''] = (headers['content-type'] ?? '').split(';', 1)
  expect(described.content).to.have.property(type)
  if (json === undefined) return
  const ajv = new Ajv2020({ strict: false, validateFormats: false })
  const validate = ajv.compile({ ...described.content[type].schema, components: document.components })
  expect(validate(json), JSON.stringify(validate.errors)).to.equal(true)
}
