import { expect } from 'chai'
import { startTestGateway } from '../../../core/testing/gateway.ts'

describe('the address of a gateway', () => {
  it('is said when it has stopped, too: a signal may come before the start has announced itself', async () => {
    const { gateway, url, close } = await startTestGateway()
    await close()
    expect([gateway.url, gateway.facts.url]).to.deep.equal([url, url])
  })
})
