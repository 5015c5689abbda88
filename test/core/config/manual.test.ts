import { expect } from 'chai'
import { readFile } from 'node:fs/promises'
import { coreSchema, providerSchema } from '../../../core/config/schema/core-schema.ts'
import { envSettings } from '../../../core/config/schema/schema.ts'
import { load, sampleTypes } from './given.ts'

const manual = await readFile(new URL('../../../docs/configuration.md', import.meta.url), 'utf8')

describe('docs/configuration.md', () => {
  for (const { pointer, env } of envSettings(coreSchema)) {
    it(`describes ${pointer} and its variable`, () => {
      expect(manual).to.contain(`| \`${pointer.slice(1).replaceAll('/', '.')}\` | \`${env}\``)
    })
  }

  it('describes every key of a provider and of a step', () => {
    for (const key of [...Object.keys(providerSchema.properties ?? {}), 'use', 'on_error', 'phases', 'sha256', 'patches', 'body'])
      expect(manual, key).to.match(new RegExp(`\`${key}[\`.]`))
  })

  const examples = [...manual.matchAll(/```yaml\n([^]*?)```/g)].map(([, yaml = '']) => yaml)
  for (const [index, yaml] of examples.entries()) {
    it(`has an example ${index + 1} that loads`, async () => {
      const config = await load({ yaml, env: { EU_KEY: 'k' }, settings: [], providerTypes: sampleTypes })
      expect(config.file).to.not.equal(undefined)
    })
  }
})
