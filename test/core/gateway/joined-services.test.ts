import { expect } from 'chai'
import { startTestGateway } from '../../../core/testing/gateway.ts'

const offering = (name: string, path: string) => `
export default { name: '${name}', provides: 'identities', setup: () => ({
  service: [{ recognise: ({ token }) => token === '${name}' ? { identity: { userPath: '${path}' } } : undefined }],
}) }`

const files = { 'tickets.ts': offering('tickets', '/a'), 'badges.ts': offering('badges', '/b') }
const insert = (...names: readonly string[]) => ({
  server: { auth_verify_enabled: true },
  pipelines: { services: names.map(use => ({ insert: { use: `./${use}.ts` }, after: 'cache-store' })) },
})

describe('services that several plugins offer', () => {
  it('are joined, and those of a reload take the place of those before', async () => {
    await using gateway = await startTestGateway({ files, config: insert('tickets', 'badges') })
    const pathOf = async (token: string) => {
      const response = await fetch(`${gateway.url}/v1/auth/verify`, { headers: { authorization: `Bearer ${token}` } })
      return response.ok ? ((await response.json()) as { readonly user_path?: string }).user_path : response.status
    }
    const reload = async (...names: readonly string[]) => {
      await gateway.configure(insert(...names))
      expect(await gateway.gateway.reload()).to.equal(true)
    }
    expect([await pathOf('tickets'), await pathOf('badges'), await pathOf('none')]).to.deep.equal(['/a', '/b', 401])
    await reload('badges')
    expect([await pathOf('tickets'), await pathOf('badges')]).to.deep.equal([401, '/b'])
    await reload('badges', 'tickets')
    expect([await pathOf('tickets'), await pathOf('badges')]).to.deep.equal(['/a', '/b'])
  })
})
