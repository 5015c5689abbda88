import { expect } from 'chai'
import { writeFileSync } from 'node:fs'
import { mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import pino from 'pino'
import { stringify } from 'yaml'
import { watchConfiguration } from '../../../core/gateway/watch.ts'
import { startTestGateway, type TestGateway } from '../../../core/testing/gateway.ts'
import { until } from '../../support/until.ts'

const plugin = (mark: string) =>
  `import { definePlugin } from 'tapline'\nexport default definePlugin({ name: 'mark', setup: () => ({ lookup({ replyHeaders }) { replyHeaders.push('X-Mark', '${mark}') } }) })`
const provider = (path: string) =>
  `import { defineProvider } from 'tapline'\nexport default defineProvider({ name: 'own', dialects: ['openai-chat'], operations: { chat: 'POST ${path}' }, answer: () => ({ status: 200, headers: [], body: Buffer.from('{}') }) })`

const withPlugin = { pipelines: { chat: [{ insert: './mark.ts', before: 'retry' }] } }
const withProvider = { providers: { own: { type: './own.ts', models: ['m'] } } }

describe('the watch over the configuration', () => {
  let served: TestGateway
  let end: () => void
  const warned: Readonly<Record<string, unknown>>[] = []
  const begin = async (config: object, env: Readonly<Record<string, string>> = {}) => {
    served = await startTestGateway({ config: config as Record<string, unknown>, env, files: { 'mark.ts': plugin('a'), 'own.ts': provider('/a') } })
    warned.length = 0
    end = watchConfiguration(
      served.gateway,
      pino({ level: 'warn' }, { write: (line: string) => void warned.push(JSON.parse(line) as Readonly<Record<string, unknown>>) }),
    )
  }
  afterEach(async () => {
    end()
    await served.close()
  })
  /** In one step: the watch never finds a file that is empty because its text is still to come. */
  const write = async (name: string, text: string) => writeFileSync(join(served.directory, name), text)
  const configure = (config: object) => write('tapline.yaml', stringify(config))
  const endpoint = () => served.gateway.current.providers.get('own')?.endpoint('chat')?.path
  /** Does something that must lead to a reload, and waits until it has. */
  const taken = async (change: () => Promise<void>) => {
    const before = served.gateway.current
    await change()
    await until(() => served.gateway.current !== before)
  }

  it('takes over a configuration file that changed', async () => {
    await begin({})
    await taken(() => configure(withPlugin))
    expect([...served.gateway.current.files]).to.include(join(served.directory, 'mark.ts'))
  })

  it('takes over the file of a provider that changed', async () => {
    await begin(withProvider)
    await taken(() => write('own.ts', provider('/b')))
    expect(endpoint()).to.equal('/b')
  })

  it('takes over plugins and providers of a folder that a link leads to, as in Kubernetes: each version is a folder of its own', async () => {
    await begin({})
    const volume = join(served.directory, 'volume')
    const turn = async (version: string, files: Readonly<Record<string, string>>) => {
      await mkdir(join(volume, version), { recursive: true })
      for (const [name, text] of Object.entries(files)) await writeFile(join(volume, version, name), text)
      await symlink(version, join(volume, 'next'))
      await rename(join(volume, 'next'), join(volume, 'now'))
    }
    await turn('1', { 'mark.ts': plugin('a'), 'own.ts': provider('/a') })
    for (const name of ['mark.ts', 'own.ts']) await symlink(`now/${name}`, join(volume, name))
    await taken(() =>
      configure({
        pipelines: { chat: [{ insert: './volume/mark.ts', before: 'retry' }] },
        providers: { own: { type: './volume/own.ts', models: ['m'] } },
      }),
    )
    const provided = served.gateway.current.providers.get('own')

    await taken(async () => {
      await turn('2', { 'mark.ts': plugin('b'), 'own.ts': provider('/a') })
      await rm(join(volume, '1'), { recursive: true })
    })
    expect(served.gateway.current.providers.get('own')).to.equal(provided)
    await taken(async () => {
      await turn('3', { 'mark.ts': plugin('b'), 'own.ts': provider('/b') })
      await rm(join(volume, '2'), { recursive: true })
    })
    expect(endpoint()).to.equal('/b')
  })

  it('takes over what a link leads to now, though the folder stays that it led to', async () => {
    const release = (word: string) => `server: { base_path: /${word} }`
    served = await startTestGateway({
      config: {},
      files: { 'site/one/tapline.yaml': release('one'), 'site/two/tapline.yaml': release('two') },
    })
    const site = join(served.directory, 'site')
    const turn = async (folder: string) => {
      await symlink(folder, join(site, 'next'))
      await rename(join(site, 'next'), join(site, 'now'))
    }
    await turn('one')
    await symlink('now/tapline.yaml', join(site, 'tapline.yaml'))
    await rm(join(served.directory, 'tapline.yaml'))
    await symlink('site/tapline.yaml', join(served.directory, 'tapline.yaml'))
    end = watchConfiguration(served.gateway, pino({ enabled: false }))
    const basePath = () => served.gateway.current.basePath

    await taken(() => turn('two'))
    expect(basePath()).to.equal('/two')
    await taken(() => write('site/two/tapline.yaml', release('more')))
    expect(basePath()).to.equal('/more')
    await taken(() => turn('one'))
    expect(basePath()).to.equal('/one')

    const failures = () => served.log.filter(({ event }) => event === 'reload_failed').length
    await rm(join(site, 'now'))
    await until(() => failures() === 1)
    await taken(() => turn('two'))
    expect(basePath()).to.equal('/more')

    await rm(join(site, 'now'))
    await until(() => failures() === 2)
    await taken(async () => {
      await mkdir(join(site, 'now'))
      await write('site/now/tapline.yaml', release('three'))
    })
    expect(basePath()).to.equal('/three')
    await taken(() => write('site/now/tapline.yaml', release('four')))
    expect(basePath()).to.equal('/four')
  })

  it('watches what a reload brought', async () => {
    await begin({})
    await taken(() => configure({ ...withPlugin, ...withProvider }))
    await taken(() => write('own.ts', provider('/b')))
    expect(endpoint()).to.equal('/b')
    await taken(() => write('mark.ts', plugin('b')))
  })

  it('watches no more what a reload took away', async () => {
    await begin(withPlugin)
    await taken(() => configure({}))
    const without = served.gateway.current
    await write('mark.ts', plugin('b'))
    await taken(() => configure(withProvider))
    expect(without.files.has(join(served.directory, 'mark.ts'))).to.equal(false)
    expect(served.log.filter(({ msg }) => msg === 'configuration reloaded')).to.have.length(2)
  })

  it('keeps a configuration whose file is gone, says so, and takes the file over once it is back', async () => {
    await begin({}, { CONFIG_FILE: '' })
    await taken(() => configure(withPlugin))
    const file = join(served.directory, 'tapline.yaml')
    const { current } = served.gateway
    expect(current.config.file).to.equal(file)
    await rename(file, join(served.directory, 'elsewhere'))
    const failed = () => served.log.find(({ event }) => event === 'reload_failed')
    await until(() => failed() !== undefined)
    expect(String(failed()?.['problems'])).to.match(/tapline\.yaml  does not exist/)
    expect(served.gateway.current).to.equal(current)
    await taken(() => rename(join(served.directory, 'elsewhere'), file))
    expect(served.gateway.current.config.file).to.equal(file)
    await taken(() => configure({}))
  })

  it('keeps a configuration whose .env is gone, says so, and takes it over once it is back', async () => {
    await begin({})
    await taken(() => write('.env', 'TAPLINE_BASE_PATH=/a'))
    const { current } = served.gateway
    await rename(join(served.directory, '.env'), join(served.directory, 'elsewhere'))
    const failed = () => served.log.find(({ event }) => event === 'reload_failed')
    await until(() => failed() !== undefined)
    expect(failed()?.['problems']).to.have.length(1)
    expect(String(failed()?.['problems'])).to.match(/\.env  does not exist$/)
    expect(served.gateway.current).to.equal(current)
    await taken(() => write('.env', ''))
    expect(served.gateway.current.basePath).to.equal('')
  })

  it('keeps a configuration whose file was emptied, and says so, until that says something', async () => {
    await begin(withPlugin)
    const { current } = served.gateway
    await write('tapline.yaml', '')
    await until(() => warned.length > 0)
    expect(warned[0]?.['files']).to.deep.equal([join(served.directory, 'tapline.yaml')])
    expect(served.gateway.current).to.equal(current)
    await taken(() => configure({}))
  })

  it('takes an emptied file over when it is told to', async () => {
    await begin(withPlugin)
    await write('tapline.yaml', '')
    await until(() => warned.length > 0)
    await taken(async () => void (await served.gateway.reload()))
    await taken(() => configure(withProvider))
  })

  it('brings a plugin back that left', async () => {
    await begin(withPlugin)
    await taken(() => configure({}))
    await taken(() => configure(withPlugin))
    await taken(() => write('mark.ts', plugin('b')))
  })
})
