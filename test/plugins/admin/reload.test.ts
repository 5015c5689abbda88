import { expect } from 'chai'
import { stringify } from 'yaml'
import { AdminGateway } from '../../support/admin.ts'
import { masterKey } from '../../support/serve.ts'

const providers = { local: { type: 'vllm', base_url: 'http://127.0.0.1:1', models: ['flux'] } }
const selectors = async (gateway: AdminGateway) => (await gateway.call('GET', '/models')).json.map(({ selector }: { selector: string }) => selector)

describe('a reload', () => {
  it('leaves every endpoint in its place, of plugins that stay and of those that are set up anew', async () => {
    await using gateway = await AdminGateway.start()
    const paths = async () => Object.keys((await gateway.call('GET', '/openapi.json')).json.paths)
    const before = await paths()
    await gateway.served.gateway.configure(stringify({ server: { master_key: masterKey }, providers }))
    expect(await gateway.served.gateway.gateway.reload()).to.equal(true)
    expect(await selectors(gateway)).to.include('local/flux')
    expect(await paths()).to.have.members(before)
    expect((await gateway.call('PUT', '/model-metadata-overrides', { body: { selector: 'local/*', metadata: { context_window: 5 } } })).status).to.equal(200)
  })

  it('that fails leaves the endpoints of the configuration that stays', async () => {
    await using gateway = await AdminGateway.start()
    const before = await selectors(gateway)
    await gateway.served.gateway.configure(
      stringify({ server: { master_key: masterKey }, providers, virtual_models: [{ source: 'a', targets: [{ provider: 'nobody', model: 'x' }] }] }),
    )
    expect(await gateway.served.gateway.gateway.reload()).to.equal(false)
    expect(await selectors(gateway)).to.deep.equal(before)
  })
})
