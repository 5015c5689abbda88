import { expect } from 'chai'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { codes } from '../../core/errors.ts'

const root = join(import.meta.dirname, '../..')
const textOf = (pattern: string | readonly string[]) =>
  globSync(pattern as string, { cwd: root })
    .map(file => readFileSync(join(root, file), 'utf8'))
    .join('\n')

describe('every code of an error', () => {
  const raised = textOf(['core/**/*.ts', 'plugins/**/*.ts'])
  const tested = textOf('test/{e2e,plugins}/**/*.test.ts')

  for (const code of Object.keys(codes)) {
    const isRaised = raised.includes(`gatewayError('${code}'`) || raised.includes(`block('${code}'`)
    it(`that something raises has a test: ${code}${isRaised ? '' : ' (nothing raises it yet)'}`, () => {
      if (isRaised) expect(tested).to.match(new RegExp(`['"]${code}['"]`))
    })
  }
})
