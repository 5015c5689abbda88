import { expect } from 'chai'
import { join } from 'node:path'
import { load } from '../../../core/plugin/load.ts'
import type { ProviderDefinition } from '../../../core/plugin/provider.ts'
import { providerConformance, type ConformanceOptions } from '../../../core/testing/conformance.ts'
import { Folder } from '../../support/run-tapline.ts'

/** Cannot make a call without its region, nor be made with one that is not there. */
const regional = `
import { defineProvider } from 'tapline'
export default defineProvider({
  name: 'regional', needs: ['api_key'], baseUrl: 'https://regional.example/v1', dialects: ['openai-chat'], operations: { chat: 'POST /chat/completions', models: 'GET /models' },
  schema: { properties: { region: { type: 'string', enum: ['eu', 'us'] }, version: { type: 'string', default: '1' } }, required: ['region'] },
  resolve({ region, version }) {
    if (region !== undefined && version !== '1') throw new Error('no default')
    return {}
  },
  sign({ headers }, { region }) {
    if (region === undefined) throw new Error('no region')
    headers.push('X-Region', region)
  },
})
`

describe('the conformance kit', () => {
  let folder: Folder
  let definition: ProviderDefinition
  before(async () => {
    folder = await Folder.make({ 'regional.ts': regional })
    definition = (await load('provider', './regional.ts', folder.path, { searchPaths: [], foreignAllowed: true })).definition
  })
  after(() => folder[Symbol.asyncDispose]())

  const failed = async (options?: ConformanceOptions): Promise<readonly string[]> => {
    const names: string[] = []
    for (const { name, run } of providerConformance(definition, join(folder.path, 'regional.ts'), options))
      await run().catch(() => {
        names.push(name)
      })
    return names
  }

  it('gives a provider the settings that it is told', async () => {
    expect(await failed({ settings: { region: 'eu' } })).to.deep.equal([])
  })

  it('fails a provider that needs settings and is given none', async () => {
    expect(await failed()).to.include('sends its key, and no credential of the caller')
  })

  it('refuses settings that the provider does not have, or not so', async () => {
    for (const settings of [{ regoin: 'eu' }, { region: 'mars' }, { version: '1' }])
      expect(await failed({ settings })).to.include('can be made into an instance')
  })
})
