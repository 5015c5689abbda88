import { Ajv2020 } from 'ajv/dist/2020.js'
import { expect } from 'chai'
import { readdirSync, readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { Components } from '../../../plugins/admin/components.ts'
import { AdminGateway } from '../../support/admin.ts'
import { expectRefusal } from '../../support/admin-routes.ts'

const open = { authorization: '' }

describe('the document of the API', () => {
  // eslint-disable-next-line typescript/no-explicit-any -- a document of many shapes
  let document: any
  before(async () => {
    await using gateway = await AdminGateway.start({ config: { metrics: { enabled: true } }, env: { PPROF_ENABLED: 'true', AUTH_VERIFY_ENABLED: 'true' } })
    document = (await gateway.call('GET', '/openapi.json')).json
  })

  it('is OpenAPI 3.1, and asks for a key', () => {
    expect(document.openapi).to.equal('3.1.0')
    expect(document.security).to.deep.equal([{ bearer: [] }])
  })

  it('has every route of the default pipelines', () => {
    const folder = new URL('../../../pipelines/', import.meta.url)
    const routes = readdirSync(folder).flatMap(file =>
      [(parse(readFileSync(new URL(file, folder), 'utf8')) as { readonly route?: string | string[] }).route ?? []].flat(),
    )
    const paths = routes.map(route => route.split(' ')[1] as string).filter(path => path.startsWith('/') && !path.startsWith('/admin'))
    expect(paths.map(path => path.replace(/[:*](\w+)/g, '{$1}')).filter(path => !(path in document.paths))).to.deep.equal([])
  })

  it('has no routes of what is switched off', async () => {
    await using gateway = await AdminGateway.start({ config: { server: { enable_passthrough_routes: false } } })
    const { paths } = (await gateway.call('GET', '/openapi.json')).json
    expect(paths).to.not.have.any.keys('/debug/profile/cpu', '/debug/profile/heap', '/v1/auth/verify', '/metrics', '/p/{provider}')
    expect(paths).to.include.keys('/v1/chat/completions', '/v1/models')
  })

  /** What may turn out to change nothing. */
  const mayBeEmpty = new Set(['put /admin/virtual-models', 'put /admin/model-overrides'])

  it('describes for every endpoint what it does, takes and answers', () => {
    for (const [path, operations] of Object.entries<
      Record<string, { summary: string; tags: string[]; responses: Record<string, unknown>; requestBody?: { content: Record<string, { schema: object }> } }>
    >(document.paths).filter(([path]) => path.startsWith('/admin'))) {
      for (const [method, operation] of Object.entries(operations)) {
        const name = `${method} ${path}`
        expect(operation.summary, name).to.match(/^[A-Z].*\.$/)
        expect(
          Object.keys(operation.responses).filter(status => !['default', ...(mayBeEmpty.has(name) ? ['204'] : [])].includes(status)),
          name,
        ).to.have.lengthOf(1)
        if (method === 'put') expect(operation.requestBody, name).to.not.equal(undefined)
        if (method === 'get') expect(operation.responses, name).to.not.have.property('204')
      }
    }
  })

  it('names each operation, and none twice', () => {
    const ids = Object.values<Record<string, { operationId: string }>>(document.paths).flatMap(operations =>
      Object.values(operations).map(({ operationId }) => operationId),
    )
    expect(ids).to.include.members(['getAdminUsageSummary', 'postV1ChatCompletions', 'deleteV1ResponsesId'])
    expect(ids.filter((id, at) => ids.indexOf(id) !== at)).to.deep.equal([])
  })

  it('has no component twice, and none that nothing leads to', () => {
    const names = Object.keys(document.components.schemas)
    expect(names.filter(name => !JSON.stringify(document).includes(`"#/components/schemas/${name}"`))).to.deep.equal([])
    const spelled = names.map(name => JSON.stringify(document.components.schemas[name]))
    expect(names.filter((_, at) => spelled.indexOf(spelled[at] as string) !== at)).to.deep.equal([])
  })

  it('has schemas that are schemas, with nothing missing', () => {
    const ajv = new Ajv2020({ strict: false, validateFormats: false })
    for (const name of Object.keys(document.components.schemas))
      expect(() => ajv.compile({ $ref: `#/components/schemas/${name}`, components: document.components }), name).to.not.throw()
    expect(JSON.stringify(document)).to.not.contain('#/$defs/')
  })

  it('keeps definitions apart that have one name and say different things', () => {
    const components = new Components({})
    const schema = (type: string) => ({ $ref: '#/$defs/View', $defs: { View: { type: 'object', properties: { id: { $ref: '#/$defs/Id' } } }, Id: { type } } })
    expect(components.add(schema('string'), 'auth-keys')).to.deep.equal({ $ref: '#/components/schemas/View' })
    expect(components.add(schema('string'), 'users')).to.deep.equal({ $ref: '#/components/schemas/View' })
    for (let times = 0; times < 2; times++)
      expect(components.add(schema('integer'), 'rate-limits')).to.deep.equal({ $ref: '#/components/schemas/RateLimitsView' })
    expect(Object.keys(components.schemas)).to.have.members(['View', 'Id', 'RateLimitsView', 'RateLimitsId'])
    expect(components.schemas).to.deep.include({ Id: { type: 'string' }, RateLimitsId: { type: 'integer' } })
  })
})

describe('the page of the API', () => {
  const start = (server: object) => AdminGateway.start({ config: { server } })

  it('is shown to anybody, below the base path, with nothing from elsewhere', async () => {
    await using gateway = await start({ swagger_enabled: true, base_path: '/g' })
    const { served } = gateway
    expect((await served.call('GET', '/swagger', undefined, open)).headers['location']).to.equal('/g/swagger/index.html')
    const page = await served.call('GET', '/swagger/index.html', undefined, open)
    expect(page.headers['content-security-policy']).to.contain("default-src 'none'").and.to.contain("script-src 'self'").and.to.not.contain('unsafe')
    for (const [, file] of page.body.toString().matchAll(/(?:src|href)="([^"]+)"/g)) {
      expect(file).to.match(/^[\w.-]+$/)
      expect((await served.call('GET', `/swagger/${file}`, undefined, open)).status, file).to.equal(200)
    }
    const document = JSON.parse((await served.call('GET', '/openapi.json', undefined, open)).body.toString()) as { servers: unknown }
    expect(document.servers).to.deep.equal([{ url: '/g' }])
  })

  for (const path of ['/swagger/../package.json', '/swagger/%2e%2e/package.json', '/swagger/package.json', '/swagger/constructor']) {
    it(`has nothing at ${path}`, async () => {
      await using gateway = await start({ swagger_enabled: true })
      expect((await gateway.served.call('GET', path)).status).to.be.oneOf([400, 404])
    })
  }

  it('is not there unless it is switched on', async () => {
    await using gateway = await start({})
    for (const path of ['/openapi.json', '/swagger/index.html']) {
      expect((await gateway.served.call('GET', path, undefined, open)).status).to.equal(401)
      expect((await gateway.served.call('GET', path)).status).to.equal(404)
    }
  })

  it('tells nothing of the admin API where that is off', async () => {
    await using gateway = await AdminGateway.start({ config: { server: { swagger_enabled: true }, admin: { endpoints_enabled: false } } })
    expectRefusal(await gateway.call('GET', '/openapi.json'), 404, 'unknown_url')
    const document = JSON.parse((await gateway.served.call('GET', '/openapi.json')).body.toString()) as { paths: object }
    expect(Object.keys(document.paths).filter(path => path.startsWith('/admin'))).to.deep.equal([])
  })
})
