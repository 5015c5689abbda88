/** The manual's page on pipelines lists the default ones as they are. */

import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { parse } from 'yaml'
import { page, root } from './manual.ts'

interface Pipeline {
  readonly name: string
  readonly steps?: readonly string[]
}

describe('docs/pipelines.md', () => {
  const [, table = ''] = /^\| pipeline \| route \| steps \|\n(.*?)\n\n/ms.exec(page('docs/pipelines.md').text) ?? []
  const rows = table.split('\n').map(line => line.split(' | ').map(namesIn))
  const pipelines = globSync('pipelines/*.yaml', { cwd: root }).map(file => parse(readFileSync(join(root, file), 'utf8')) as Pipeline)

  it('lists every default pipeline, and no other', () => {
    expect(rows.flatMap(([names = []]) => names)).to.have.members(pipelines.map(({ name }) => name))
  })

  for (const { name, steps } of pipelines) {
    if (steps === undefined || rows.some(([names = []]) => names.length > 1 && names.includes(name))) continue
    it(`has ${name} with its steps`, () => expect(rows.find(([names]) => names?.includes(name))?.[2]).to.deep.equal(steps))
  }
})

function namesIn(cell: string): readonly string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name)
}
