import { expect } from 'chai'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { wayTo } from '../../../core/gateway/way-to-file.ts'

describe('the way to a file', () => {
  let directory: string
  before(() => {
    directory = realpathSync(mkdtempSync(join(tmpdir(), 'tapline-way-')))
    mkdirSync(join(directory, 'one/deep'), { recursive: true })
    writeFileSync(join(directory, 'one/file'), '')
    writeFileSync(join(directory, 'one/deep/file'), '')
    for (const [link, target] of [
      ['now', 'one'],
      ['file', 'now/file'],
      ['whole', join(directory, 'now/deep')],
      ['up', 'whole/../file'],
      ['round', 'about'],
      ['about', './round'],
      ['nowhere', 'two'],
    ] as const)
      symlinkSync(target, join(directory, link))
  })
  after(() => rmSync(directory, { recursive: true }))

  const ways: Readonly<Record<string, readonly string[]>> = {
    'one/file': ['one/file'],
    'now/file': ['now', 'one/file'],
    file: ['file', 'now', 'one/file'],
    'whole/file': ['whole', 'now', 'one/deep/file'],
    up: ['up', 'whole', 'now', 'one/file'],
    'round/file': ['round', 'about'],
    'now/missing': ['now', 'one/missing'],
    'nowhere/deep/file': ['nowhere', 'two', 'two/deep/file'],
    'one/file/below': ['one/file/below'],
  }
  for (const [file, way] of Object.entries(ways))
    it(`${file} is ${way.join(', ')}`, () => {
      expect(wayTo(join(directory, file)).slice(0, way.length)).to.deep.equal(way.map(path => join(directory, path)))
    })
})
