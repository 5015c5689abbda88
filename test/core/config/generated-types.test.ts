import { expect } from 'chai'
import { readFile } from 'node:fs/promises'
import { relative } from 'node:path'
import { generateTypes, schemaFiles } from '../../../schemas/generate.ts'

describe('the types of schemas', () => {
  for (const file of schemaFiles()) {
    it(`are what ${relative(process.cwd(), file)} says (else: node schemas/generate.ts)`, async () => {
      expect(await readFile(file.replace(/\.json$/, '.ts'), 'utf8')).to.equal(await generateTypes(file))
    })
  }
})
