/** The manual names every setting of the default set, and its variable. */

import { expect } from 'chai'
import type { OptionsSchema } from '../../core/index.ts'
import { defaultNames, load } from '../../core/plugin/load.ts'
import { pages } from './manual.ts'

const manual = pages.filter(({ name }) => name.startsWith('docs/')).map(({ text }) => text)
const plugins = await defaultNames('plugin')

describe('the settings of plugins', () => {
  for (const plugin of plugins) {
    it(`are all in the manual: ${plugin}`, async () => {
      const { definition } = await load('plugin', plugin, '/', { searchPaths: [], foreignAllowed: false })
      const settings = definition.schema === undefined ? [] : settingsOf(definition.schema)
      expect(settings.filter(setting => !isDescribed(setting)).map(({ setting }) => setting)).to.deep.equal([])
      const variables = settings.flatMap(({ env }) => (env === undefined ? [] : [env]))
      expect(variables.filter(name => !manual.some(text => new RegExp(`\`${name}\\b`).test(text)))).to.deep.equal([])
    })
  }
})

function settingsOf(schema: OptionsSchema): readonly OptionsSchema[] {
  const parts = [
    ...Object.values(schema.properties ?? {}),
    ...(schema.items === undefined ? [] : [schema.items]),
    ...(schema.oneOf ?? []),
    ...(schema.anyOf ?? []),
  ]
  return [...(schema.setting === undefined ? [] : [schema]), ...parts.flatMap(settingsOf)]
}

/** What only variables give is known by how they begin. */
function isDescribed({ setting = '', env_family: family }: OptionsSchema): boolean {
  return manual.some(text => names(text, setting) || (family !== undefined && text.includes(`\`${family}<`)))
}

/** In full, by what is in it, or in a table that is said to be below a part of it. */
function names(text: string, setting: string): boolean {
  if (new RegExp(`\`${setting.replaceAll('.', '\\.')}(?!\\w)`).test(text)) return true
  return [...setting.matchAll(/\./g)].some(
    ({ index }) => text.includes(`\`${setting.slice(0, index)}\`.`) && text.includes(`| \`${setting.slice(index + 1)}\` |`),
  )
}
