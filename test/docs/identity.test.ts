/** The manual's page on identity providers names the settings that there are. */

import { expect } from 'chai'
import type { OptionsSchema } from '../../core/index.ts'
import { schema } from '../../plugins/auth-oidc/schema.ts'
import { page } from './manual.ts'

describe('docs/identity.md', () => {
  const written = [...page('docs/identity.md').text.matchAll(/^\| `(auth\.[\w.]+)` \|(.*?)\|(.*?)\|/gm)].map(([, ...cells]) => cells.map(cell => cell.trim()))

  it('lists every setting of auth-oidc with its variable and default, and no other', () => {
    expect(written).to.deep.equal(Object.values<OptionsSchema>(schema.properties).flatMap(rowsOf))
  })
})

function rowsOf({ setting = '', env, default: value, properties }: OptionsSchema): readonly (readonly string[])[] {
  if (properties !== undefined) return Object.entries(properties).flatMap(([name, property]) => rowsOf({ ...property, setting: `${setting}.${name}` }))
  return [[setting, env === undefined ? '' : `\`${env}\``, typeof value === 'string' ? `\`${value}\`` : 'none']]
}
