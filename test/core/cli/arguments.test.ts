import { expect } from 'chai'
import { readdir } from 'node:fs/promises'
import { Folder, tapline } from '../../support/run-tapline.ts'

/** What is written, and what is said of it. */
const further: Readonly<Record<string, string>> = {
  'check prod.yaml': '"prod.yaml" is one argument too many: expected tapline check; for this file, write tapline check --config prod.yaml',
  'config show prod.yml': '"prod.yml" is one argument too many: expected tapline config show; for this file, write tapline config show --config prod.yml',
  'explain chat prod.yaml':
    '"prod.yaml" is one argument too many: expected tapline explain <pipeline>; for this file, write tapline explain chat --config prod.yaml',
  'reload now': '"now" is one argument too many: expected tapline reload',
  'init prod.yaml': '"prod.yaml" is one argument too many: expected tapline init',
  'new plugin a b': '"b" is one argument too many: expected tapline new <kind> <name>',
  'prod.yaml': 'there is no command "prod.yaml"; for this file, write --config prod.yaml; there are: ',
}

describe('an argument that a command does not take', () => {
  for (const [written, message] of Object.entries(further)) {
    it(`is refused, and nothing is done: tapline ${written}`, async () => {
      await using folder = await Folder.make({ 'prod.yaml': '' })
      const { code, stdout, stderr } = await tapline(folder, ...written.split(' '))
      expect([code, stdout]).to.deep.equal([1, ''])
      expect(stderr).to.match(new RegExp(`^tapline: ${RegExp.escape(message)}.*\\n$`))
      expect(await readdir(folder.path)).to.deep.equal(['prod.yaml'])
    })
  }
})

describe('a file named by --config', () => {
  it('is what a command looks at, before the command or after it', async () => {
    await using folder = await Folder.make({ 'tapline.yaml': 'server: { port: no }', 'prod.yaml': 'server: { port: 81 }' })
    for (const args of [
      ['check', '--config', 'prod.yaml'],
      ['--config', 'prod.yaml', 'check'],
    ]) {
      const { code, stdout } = await tapline(folder, ...args)
      expect(code).to.equal(0)
      expect(stdout).to.match(/prod\.yaml: ok, /)
    }
  })
})
