import { expect } from 'chai'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { KeptTexts } from '../../../../core/config/sources/kept-texts.ts'
import { Folder } from '../../../support/run-tapline.ts'

const codeOf = (reading: Promise<string>) =>
  reading.then(
    () => undefined,
    (cause: NodeJS.ErrnoException) => cause.code,
  )

describe('the texts of a configuration', () => {
  it('stay what they were when they were read, also where they are handed on', async () => {
    await using folder = await Folder.make({ 'a.yaml': 'before' })
    const file = join(folder.path, 'a.yaml')
    const kept = new KeptTexts()
    expect(await kept.read(file)).to.equal('before')
    await folder.write('a.yaml', 'after')
    expect([await kept.read(file), await new KeptTexts(kept.all).read(file), await new KeptTexts().read(file)]).to.deep.equal(['before', 'before', 'after'])
  })

  it('stay away where they were away', async () => {
    await using folder = await Folder.make()
    const file = join(folder.path, '.env')
    const kept = new KeptTexts()
    expect(await codeOf(kept.read(file))).to.equal('ENOENT')
    await folder.write('.env', 'A=1')
    expect(await codeOf(new KeptTexts(kept.all).read(file))).to.equal('ENOENT')
    await rm(file)
  })

  it('are read again where they could not be read', async () => {
    await using folder = await Folder.make()
    const kept = new KeptTexts()
    expect(await codeOf(kept.read(folder.path))).to.equal('EISDIR')
    expect(kept.all).to.deep.equal({})
  })
})
