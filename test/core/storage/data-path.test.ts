import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'chai'
import { dataPath } from '../../../core/storage/data-path.ts'
import { Folder } from '../../support/run-tapline.ts'

const home = join('/home', 'ada')

describe('the path of data that nobody gave a place', () => {
  it('is the folder `data`, where there is one', async () => {
    await using folder = await Folder.make()
    await mkdir(join(folder.path, 'data'))
    expect(dataPath('tapline.db', { cwd: folder.path, home, platform: 'linux', env: {} })).to.equal(join(folder.path, 'data', 'tapline.db'))
  })

  it('is not a file of that name', async () => {
    await using folder = await Folder.make({ data: 'x' })
    expect(dataPath('tapline.db', { cwd: folder.path, home, platform: 'linux', env: {} })).to.equal(join(home, '.local', 'share', 'tapline', 'tapline.db'))
  })

  for (const { platform, env, path } of [
    { platform: 'linux', env: {}, path: join(home, '.local', 'share', 'tapline', 'spill') },
    { platform: 'linux', env: { XDG_DATA_HOME: '/var/ada' }, path: join('/var/ada', 'tapline', 'spill') },
    { platform: 'linux', env: { XDG_DATA_HOME: '' }, path: join(home, '.local', 'share', 'tapline', 'spill') },
    { platform: 'darwin', env: {}, path: join(home, 'Library', 'Application Support', 'tapline', 'spill') },
    { platform: 'win32', env: {}, path: join(home, 'AppData', 'Local', 'tapline', 'spill') },
    { platform: 'win32', env: { LOCALAPPDATA: '/users/ada' }, path: join('/users/ada', 'tapline', 'spill') },
  ] as const) {
    it(`is the user's on ${platform}${'XDG_DATA_HOME' in env || 'LOCALAPPDATA' in env ? `, as ${JSON.stringify(env)} says` : ''}`, () => {
      expect(dataPath('spill', { cwd: '/nowhere', home, platform, env })).to.equal(path)
    })
  }
})
