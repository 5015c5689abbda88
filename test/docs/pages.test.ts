/** Every page of the manual is whole, and every link leads somewhere. */

import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { expect } from 'chai'
import { pages, root } from './manual.ts'

describe('the pages of the manual', () => {
  for (const { name, text } of pages) it(`hold nothing that a merge left: ${name}`, () => expect(text).to.not.match(/^(<{7}|={7}|>{7})( |$)/m))
})

describe('the links of the manual', () => {
  for (const { name, text } of pages) {
    it(`lead somewhere from ${name}`, () => {
      const links = [...withoutCode(text).matchAll(/\]\(([^)]+)\)/g)].map(([, target = '']) => target).filter(target => !/^https?:/.test(target))
      expect(links.filter(target => !leadsSomewhere(name, target))).to.deep.equal([])
    })
  }

  it('lead to every page from the index', () => {
    const index = pages.find(({ name }) => name === 'docs/README.md')?.text
    for (const { name } of pages) if (/^docs\/(?!README)/.test(name)) expect(index).to.include(`](${name.slice('docs/'.length)})`)
  })
})

function leadsSomewhere(from: string, target: string): boolean {
  const [path = '', anchor] = target.split('#')
  const file = path === '' ? from : normalize(join(dirname(from), path))
  if (!existsSync(join(root, file))) return false
  return anchor === undefined || anchorsOf(readFileSync(join(root, file), 'utf8')).includes(anchor)
}

/** As GitHub makes them of headings. */
function anchorsOf(text: string): readonly string[] {
  return [...withoutCode(text).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )
}

function withoutCode(text: string): string {
  return text.replace(/^```[^]*?^```$/gm, '')
}
