/** The page on the audit log names every setting, and what rows say. */

import { expect } from 'chai'
import { schema } from '../../plugins/audit/schema.ts'
import bodies from '../../schemas/admin/audit.schema.json' with { type: 'json' }
import { page } from './manual.ts'

describe('docs/audit.md', () => {
  const { text } = page('docs/audit.md')

  for (const { setting, env, ...property } of Object.values(schema.properties)) {
    it(`describes ${setting}, its variable and its default`, () => {
      const shown = 'default' in property ? ` \\| \`${String(property.default)}\`` : ''
      expect(text).to.match(new RegExp(`^\\| \`${setting}\` \\| \`${env}\`${shown}`, 'm'))
    })
  }

  it('describes every member of a row', () => {
    for (const name of [...Object.keys(bodies.$defs.AuditEntry.properties), ...Object.keys(bodies.$defs.AuditData.properties)])
      if (name !== 'data') expect(text, name).to.include(`\`${name}\``)
  })
})
