import { expect } from 'chai'
import { AdminGateway } from '../support/admin.ts'
import { page } from './manual.ts'

/** The rows of the manual's tables of endpoints. The dashboard is a page, not one of them. */
const rows = [...page('docs/admin-api.md').text.matchAll(/^\| (GET|PUT|POST|DELETE) \| `([^`]+)` \| (whole)? *\| (.+) \|$/gm)].map(
  ([, method, path, scope = '', summary]) => [method, path, scope, summary].join(' | '),
)

describe('the manual of the admin API', () => {
  it('has a row for every endpoint of the default set, and no other', async () => {
    await using gateway = await AdminGateway.start()
    const { json } = await gateway.call('GET', '/openapi.json')
    const paths = Object.entries<Record<string, { summary: string; description?: string }>>(json.paths).filter(([path]) => /^\/admin(?!\/dashboard)/.test(path))
    const served = paths.flatMap(([path, operations]) =>
      Object.entries(operations).map(([method, { summary, description }]) =>
        [method.toUpperCase(), path, description === undefined ? '' : 'whole', summary].join(' | '),
      ),
    )
    expect(rows.toSorted()).to.deep.equal(served.toSorted())
  })
})
