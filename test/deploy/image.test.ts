/** The image holds what it needs. It is not built here, which takes an engine for containers; what it is made of is compared with what is there. */

import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { Folder, Tapline } from '../support/run-tapline.ts'
import manifest from '../../package.json' with { type: 'json' }

const root = join(import.meta.dirname, '../..')
const instructions = readFileSync(join(root, 'deploy/Dockerfile'), 'utf8')
  .replaceAll('\\\n', '')
  .split('\n')
  .filter(line => line !== '' && !line.startsWith('#'))
const ignore = readFileSync(join(root, 'deploy/Dockerfile.dockerignore'), 'utf8')
const sent = [...ignore.matchAll(/^!(.+)$/gm)].map(([, path = '']) => path)

/** What the build makes, which no clone has. */
const built = ['dist', 'node_modules']

describe('the image', () => {
  it('is built of what is there', () => {
    expect(sent.filter(path => !existsSync(join(root, path)))).to.deep.equal([])
    expect(copied().filter(path => !built.includes(path) && !existsSync(join(root, path)))).to.deep.equal([])
  })

  it('is sent all that is compiled or copied', () => {
    const compiled = (JSON.parse(readFileSync(join(root, 'tsconfig.build.json'), 'utf8')) as { readonly include: readonly string[] }).include
    const needed = [...compiled, ...importedFolders(), ...copied().filter(path => !built.includes(path))]
    expect(needed.filter(path => !sent.some(each => path === each || path.startsWith(`${each}/`)))).to.deep.equal([])
  })

  it('has the files of the package, and those that it depends on', () => {
    expect(copied()).to.include.members([...manifest.files, 'package.json', 'node_modules'])
  })

  it('is on a Node that can run the program', () => {
    const [oldest = ''] = manifest.engines.node.replace('>=', '').split('.')
    expect(arguments_('FROM').every(image => new RegExp(`^node:${oldest}-`).test(image))).to.equal(true)
  })

  it('sets variables that are taken without a warning, and starts without a configuration', async () => {
    await using folder = await Folder.make()
    const { code, stdout, stderr } = await new Tapline(folder, ['check'], variables()).ended
    expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' })
    expect(stdout).to.include('ok')
  })

  it('asks for health by an option that there is', async () => {
    const [command = ''] = instructions.filter(line => line.startsWith('HEALTHCHECK'))
    const [, option] = JSON.parse(command.slice(command.indexOf('['))) as readonly string[]
    await using folder = await Folder.make()
    const { stdout } = await new Tapline(folder, ['--help']).ended
    expect(stdout).to.include(option)
  })
})

function arguments_(instruction: string): readonly string[] {
  return instructions.filter(line => line.startsWith(`${instruction} `)).map(line => line.slice(instruction.length + 1))
}

/** What the second stage takes of the first, relative to the repository. */
function copied(): readonly string[] {
  return arguments_('COPY')
    .filter(line => line.startsWith('--from='))
    .flatMap(line => line.split(' ').slice(1, -1))
    .map(path => path.replace('/opt/tapline/', ''))
}

function variables(): Readonly<Record<string, string>> {
  return Object.fromEntries(arguments_('ENV').flatMap(line => line.split(' ').map(pair => pair.split('=') as [string, string])))
}

/** The folders beside core, plugins and providers that their code imports from. */
function importedFolders(): readonly string[] {
  const files = globSync(['core/**/*.ts', 'plugins/**/*.ts', 'providers/**/*.ts'], { cwd: root })
  const texts = files.map(file => readFileSync(join(root, file), 'utf8'))
  return ['schemas', 'pipelines', 'docs', 'test', 'deploy'].filter(folder => texts.some(text => new RegExp(`from '(\\.\\./)+${folder}/`).test(text)))
}
