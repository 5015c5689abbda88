import { expect } from 'chai'
import { startTestGateway } from '../../../core/testing/gateway.ts'

const offering = `export default { name: 'offering', provides: 'tenants', setup: () => ({ service: { name: 'acme' } }) }`
const asking = `
import { Reply } from 'tapline'
export default { name: 'asking', wants: ['tenants'], setup: ({ services }) => ({ request: () => new Reply({ status: 200, body: Buffer.from(services.tenants?.name ?? 'nobody') }) }) }`

/** The asking plugin stands above the one that it wants. */
function config(...steps: readonly string[]) {
  return { pipelines: { who: { route: 'GET /who', operation: 'who', body: 'none', steps: ['./asking.ts', ...steps] } } }
}

describe('a service that a plugin wants', () => {
  it('is there where somebody offers it, and is undefined where nobody does, also after a reload', async () => {
    await using gateway = await startTestGateway({ files: { 'asking.ts': asking, 'offering.ts': offering }, config: config('./offering.ts') })
    const who = async () => await (await fetch(`${gateway.url}/who`)).text()
    expect(await who()).to.equal('acme')
    await gateway.configure(config())
    expect(await gateway.gateway.reload()).to.equal(true)
    expect(await who()).to.equal('nobody')
    await gateway.configure(config('./offering.ts'))
    expect(await gateway.gateway.reload()).to.equal(true)
    expect(await who()).to.equal('acme')
  })
})
