import { expect } from 'chai'
import { readFile } from 'node:fs/promises'
import { generateTypes } from '../../../schemas/generate.ts'

describe('schemas/config.schema.ts', () => {
  it('is what schemas/config.schema.json says (else: node schemas/generate.ts)', async () => {
    const committed = await readFile(new URL('../../../schemas/config.schema.ts', import.meta.url), 'utf8')
    expect(committed).to.equal(await generateTypes())
  })
})
