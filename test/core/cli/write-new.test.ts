/** What "tapline init" and "tapline new" say when they cannot write. */

import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'chai'
import { init } from '../../../core/cli/init.ts'
import { scaffold } from '../../../core/cli/new.ts'
import { Folder } from '../../support/run-tapline.ts'

const said = (work: Promise<void>) =>
  work.then(
    () => undefined,
    (cause: unknown) => (cause as Error).message,
  )

describe('a file that a command writes', () => {
  let folder: Folder
  beforeEach(async () => {
    folder = await Folder.make()
  })
  afterEach(() => folder[Symbol.asyncDispose]())

  it('is left alone where it is there already', async () => {
    const file = join(folder.path, 'tapline.yaml')
    await writeFile(file, 'mine')
    expect(await said(init(folder.path, false))).to.equal(`${file} is there already; --force overwrites it`)
    expect(await readFile(file, 'utf8')).to.equal('mine')
    await writeFile(join(folder.path, 'mine.ts'), 'mine')
    expect(await said(scaffold(folder.path, 'plugin', 'mine'))).to.equal('mine.ts is there already')
  })

  it('is not said to be there if something else keeps it from being written', async () => {
    await mkdir(join(folder.path, 'tapline.yaml'))
    expect(await said(init(folder.path, true))).to.equal(`${join(folder.path, 'tapline.yaml')} cannot be written (EISDIR)`)
    const long = 'a'.repeat(300)
    expect(await said(scaffold(folder.path, 'plugin', long))).to.equal(`${long}.ts cannot be written (ENAMETOOLONG)`)
  })

  it('is not said to be there if its folder is a file', async () => {
    await writeFile(join(folder.path, 'acme'), '')
    expect(await said(scaffold(folder.path, 'provider', 'acme'))).to.equal('acme/package.json cannot be written (EEXIST)')
  })

  for (const [kind, packaged, said] of [
    ['provider', 'tapline-provider-acme', 'https://api.acme.example/v1'],
    ['dialect', 'tapline-provider-acme', 'https://api.acme.example/v1'],
    ['store', 'tapline-store-acme', "kind: 'acme'"],
  ] as const)
    it(`names a ${kind} alike whether its package is named or itself`, async () => {
      for (const name of ['acme', packaged]) {
        await scaffold(folder.path, kind, name)
        expect(await readFile(join(folder.path, name, 'package.json'), 'utf8')).to.contain(`"name": "${packaged}"`)
        expect(await readFile(join(folder.path, name, 'index.js'), 'utf8'))
          .to.contain("name: 'acme'")
          .and.to.contain(said)
      }
    })
})
