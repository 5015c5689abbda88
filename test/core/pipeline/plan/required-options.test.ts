import { expect } from 'chai'
import { join } from 'node:path'
import { ConfigError } from '../../../../core/config/problems/problems.ts'
import { compile } from '../../../support/compile.ts'
import { Folder } from '../../../support/run-tapline.ts'

async function compiled(config: object): Promise<ConfigError | undefined> {
  await using folder = await Folder.make({ 'tapline.yaml': config })
  try {
    await (await compile(join(folder.path, 'tapline.yaml'))).discard()
    return undefined
  } catch (cause) {
    if (cause instanceof ConfigError) return cause
    throw cause
  }
}

describe('an option that a plugin cannot do without', () => {
  it('may come from a setting', async () => {
    expect(await compiled({ storage: { type: 'postgresql', postgresql: { url: 'postgresql://localhost/x' } } })).to.equal(undefined)
  })

  it('is missed where neither the step nor a setting gives it', async () => {
    const problems = (await compiled({ storage: { type: 'postgresql' } }))?.problems ?? []
    expect(problems.map(({ message }) => message).join()).to.match(/missing/)
  })
})
