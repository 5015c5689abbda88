/** What the package is imported as: named the same everywhere, and nothing that the manual does not tell of. */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { ownModules } from '../../core/plugin/resolve.ts'
import { page, pages } from '../docs/manual.ts'

const root = join(import.meta.dirname, '../..')
const json = (file: string) => JSON.parse(readFileSync(join(root, file), 'utf8')) as Record<string, any>
const entries = Object.entries(ownModules)

describe('the entries of the package', () => {
  it('are those of package.json, as built', () => {
    const { './package.json': _, ...exports } = json('package.json')['exports'] as Record<string, unknown>
    expect(exports).to.deep.equal(
      Object.fromEntries(entries.map(([name, file]) => [name.replace('tapline', '.'), { types: `./dist/${file}.d.ts`, default: `./dist/${file}.js` }])),
    )
  })

  it('are those of the compiler', () => {
    expect(json('tsconfig.json')['compilerOptions'].paths).to.deep.equal(Object.fromEntries(entries.map(([name, file]) => [name, [`./${file}.ts`]])))
  })

  it('are told of where the manual says what is imported from where', () => {
    const rows = page('docs/writing-a-plugin.md').text.match(/^\| `tapline[a-z/]*` \|/gm)
    expect(rows).to.have.members(entries.map(([name]) => `| \`${name}\` |`))
  })

  for (const [name, file] of entries.filter(([name]) => name !== 'tapline/testing')) {
    it(`have every value in the manual: ${name}`, async () => {
      const values = Object.keys((await import(`../../${file}.ts`)) as object)
      const { text } = page('docs/writing-a-plugin.md')
      const [row = ''] = text.split('\n').filter(line => line.startsWith(`| \`${name}\` |`))
      expect(values.filter(value => !row.includes(`\`${value}\``))).to.deep.equal([])
    })
  }

  it('have whatever the manual imports', async () => {
    for (const { name: from, blocks } of pages) {
      for (const [, names = '', entry = ''] of blocks.flatMap(({ text }) => [...text.matchAll(/^import \{([^}]*)\} from '(tapline(?:\/\w+)?)'/gm)])) {
        const values = names
          .split(',')
          .map(name => name.trim())
          .filter(name => name !== '' && !name.startsWith('type '))
        expect(await import(`../../${ownModules[entry]}.ts`), `${from}: ${entry}`).to.include.all.keys(values)
      }
    }
  })
})
