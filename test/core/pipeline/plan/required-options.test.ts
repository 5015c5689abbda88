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

describe('what is wrong with options that several patches give', () => {
  it('is told of the patch that gave them', async () => {
    const chat = [
      { set: 'cache-exact', options: { ttl: 'never' } },
      { set: 'cache-exact', options: { enabled: true } },
    ]
    const mine = {
      extends: 'chat',
      route: 'POST /v1/mine',
      patches: [{ set: 'retry', options: { max_retries: 'many' } }, { set: 'retry', timeout: '1s' }, { remove: 'no' }],
    }
    const problems = (await compiled({ pipelines: { chat: [...chat], mine } }))?.problems ?? []
    expect(problems.map(({ pointer, line }) => [pointer, line !== undefined])).to.have.deep.members([
      ['/pipelines/chat/0/options/ttl', true],
      ['/pipelines/mine/patches/0/options/max_retries', true],
      ['/pipelines/mine/patches/2/remove', true],
    ])
  })
})

describe('an option that a plugin cannot do without', () => {
  it('may come from a setting', async () => {
    expect(await compiled({ storage: { type: 'postgresql', postgresql: { url: 'postgresql://localhost/x' } } })).to.equal(undefined)
  })

  it('is missed where neither the step nor a setting gives it', async () => {
    const problems = (await compiled({ storage: { type: 'postgresql' } }))?.problems ?? []
    expect(problems.map(({ message }) => message).join()).to.match(/missing/)
  })
})
