/** The manual's page on prices names what there is. */

import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import schema from '../../../schemas/records/pricing.schema.json' with { type: 'json' }

const manual = readFileSync(new URL('../../../docs/pricing.md', import.meta.url), 'utf8')

describe('the manual, on prices', () => {
  for (const name of Object.keys(schema.properties)) {
    it(`names ${name}`, () => expect(manual).to.include(`\`${name}\``))
  }

  for (const caveat of ['unmapped token field: …', 'audio could not be measured', 'estimated usage']) {
    it(`explains "${caveat}"`, () => expect(manual).to.include(`| \`${caveat}\` |`))
  }
})
