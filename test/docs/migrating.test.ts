/** The file of LiteLLM's that the manual converts: the report and the configuration are those that it shows, and the configuration compiles. */

import { expect } from 'chai'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { compile } from '../support/compile.ts'
import { Folder, tapline } from '../support/run-tapline.ts'
import { filesOf, page } from './manual.ts'

describe('the file that the manual converts', () => {
  const manual = page('docs/migrating.md')
  const shown = (argument: string) => manual.blocks.find(block => block.note === 'migrated' && block.argument === argument)?.text

  it('becomes what it shows, with the report that it shows', async () => {
    await using folder = await Folder.make(filesOf(manual))
    const { code, stdout } = await tapline(folder, 'migrate', 'litellm', 'litellm.yaml')
    expect([code, stdout.replaceAll(folder.path, '/srv/tapline')]).to.deep.equal([0, shown('report')])
    const file = join(folder.path, 'tapline.yaml')
    expect(await readFile(file, 'utf8')).to.equal(shown('tapline.yaml'))
    const generation = await compile(file, { AZURE_API_KEY: 'key', ANTHROPIC_API_KEY: 'key' })
    expect([...generation.providers.keys()]).to.include.members(['anthropic', 'azure'])
    await generation.discard()
  })
})
