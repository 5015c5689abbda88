import { expect } from 'chai'
import { flawOfProvider } from '../../../core/gateway/loading/vet-provider.ts'
import { flawOfDefinition } from '../../../core/pipeline/plan/vet-plugin.ts'
import { defaultNames, load } from '../../../core/plugin/load.ts'

const options = { searchPaths: [], foreignAllowed: false }

describe('the default set, which is not vetted when a gateway starts,', () => {
  it('has plugins with which nothing is wrong, and whose defaults pass their schemas', async () => {
    const names = await defaultNames('plugin')
    expect(names).to.include('rate-limit')
    for (const name of names) expect(flawOfDefinition((await load('plugin', name, '/', options)).definition), name).to.equal(undefined)
  })

  it('has providers with which nothing is wrong', async () => {
    const names = await defaultNames('provider')
    expect(names).to.include('demo')
    for (const name of names) expect(flawOfProvider((await load('provider', name, '/', options)).definition), name).to.equal(undefined)
  })
})
