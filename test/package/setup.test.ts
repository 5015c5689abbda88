/** What runs before npm's scripts: it must make the installation, whatever it finds, and only when it must. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { outcomeOf, run, usersEnvironment, usersNode, type Outcome } from './run.ts'

const core = join(import.meta.dirname, '../../core')
const installing = 'tapline: installing'

describe('the setup before npm scripts', function () {
  this.timeout(180_000)
  let made: string
  let folder: string

  /** A repository with the setup and two dependencies, `part` and (for development) `tool`. */
  before(async () => {
    made = await mkdtemp(join(tmpdir(), 'tapline-setup-'))
    await mkdir(join(made, 'one/core'), { recursive: true })
    for (const file of ['setup.cjs', 'node.cjs']) await cp(join(core, file), join(made, 'one/core', file))
    for (const name of ['part', 'tool']) await packed(name, '1.0.0')
    await packed('part', '2.0.0')
    await depend(join(made, 'one'), '1.0.0')
    await cp(join(made, 'one'), join(made, 'two'), { recursive: true })
    await depend(join(made, 'two'), '2.0.0')
  })
  beforeEach(async () => {
    folder = await mkdtemp(join(made, 'clone-'))
    await cp(join(made, 'one'), folder, { recursive: true })
  })
  after(() => rm(made, { recursive: true, force: true }))

  async function packed(name: string, version: string): Promise<void> {
    await mkdir(join(made, name), { recursive: true })
    await writeFile(join(made, name, 'package.json'), JSON.stringify({ name, version }))
    await run('npm', ['pack', '--pack-destination', made], join(made, name))
  }

  async function depend(at: string, version: string): Promise<void> {
    const manifest = {
      name: 'clone',
      version: '1.0.0',
      engines: { node: '>=20.0' },
      dependencies: { part: `file:../part-${version}.tgz` },
      devDependencies: { tool: 'file:../tool-1.0.0.tgz' },
    }
    await writeFile(join(at, 'package.json'), JSON.stringify(manifest))
    await run('npm', ['install', '--package-lock-only', '--offline'], at)
  }

  function setup(parameters: readonly string[] = [], variables: Readonly<Record<string, string>> = {}): Promise<Outcome> {
    return outcomeOf(usersNode, ['core/setup.cjs', ...parameters], folder, variables)
  }

  async function versionOf(name: string): Promise<string> {
    return (JSON.parse(await readFile(join(folder, 'node_modules', name, 'package.json'), 'utf8')) as { version: string }).version
  }

  it('makes the installation on a fresh clone, and only once', async () => {
    expect(await setup())
      .to.include({ code: 0 })
      .with.property('stderr')
      .that.includes(installing)
    expect(await versionOf('part')).to.equal('1.0.0')
    expect(await setup()).to.include({ code: 0, stdout: '', stderr: '' })
  })

  it('makes it anew when package-lock.json lists something else', async () => {
    await setup()
    await cp(join(made, 'two'), folder, { recursive: true })
    expect((await setup()).stderr).to.include(installing)
    expect(await versionOf('part')).to.equal('2.0.0')
  })

  it('makes it anew when one was broken off', async () => {
    await setup()
    await rm(join(folder, 'node_modules/.package-lock.json'))
    expect((await setup()).stderr).to.include(installing)
  })

  it('leaves one alone that somebody made by hand', async () => {
    await run('npm', ['install', '--offline'], folder)
    expect((await setup(['--dev'])).stderr).to.equal('')
  })

  it('leaves out what is for development if npm is told so, but not for tests', async () => {
    const production = { NODE_ENV: 'production' }
    await setup([], production)
    expect(existsSync(join(folder, 'node_modules/tool'))).to.equal(false)
    expect((await setup(['--dev'], production)).stderr).to.include(installing)
    expect(await versionOf('tool')).to.equal('1.0.0')
    expect((await setup([], production)).stderr).to.equal('')
  })

  it('makes one installation when two scripts start at once', async () => {
    const said = (await Promise.all([setup(), setup(['--dev'])])).map(({ code, stderr }) => ({ code, installs: stderr.includes(installing) }))
    expect(said).to.have.deep.members([
      { code: 0, installs: true },
      { code: 0, installs: false },
    ])
  })

  it('goes on where one died', async () => {
    const { stdout } = await outcomeOf(usersNode, ['-p', 'process.pid'], folder)
    await writeFile(join(folder, '.setup-lock'), stdout.trim())
    expect((await setup()).stderr).to.include(installing)
    expect(existsSync(join(folder, '.setup-lock'))).to.equal(false)
  })

  it('leaves the lock of one that died to whoever is taking it away', async () => {
    const lock = join(folder, '.setup-lock')
    const dead = (await outcomeOf(usersNode, ['-p', 'process.pid'], folder)).stdout.trim()
    await writeFile(lock, dead)
    await writeFile(`${lock}-clearing`, '')
    const waiting = spawn(usersNode, ['core/setup.cjs'], { cwd: folder, env: usersEnvironment, stdio: ['ignore', 'ignore', 'pipe'] })
    const ended = once(waiting, 'close')
    await once(waiting.stderr, 'data')
    expect(await readFile(lock, 'utf8')).to.equal(dead)
    await rm(lock)
    await rm(`${lock}-clearing`)
    expect(await ended).to.deep.equal([0, null])
  })

  it('leaves the lock alone that another has taken behind it', async () => {
    const lock = join(folder, '.setup-lock')
    await writeFile(
      join(folder, 'another.cjs'),
      "if (/setup\\.cjs$/.test(process.argv[1])) process.on('exit', () => require('node:fs').writeFileSync('.setup-lock', 'taken'))",
    )
    expect(await setup([], { NODE_OPTIONS: '--require ./another.cjs' }))
      .to.include({ code: 0 })
      .with.property('stderr')
      .that.includes(installing)
    expect(await readFile(lock, 'utf8')).to.equal('taken')
  })

  it('refuses a Node that is too old in one line that says what to do', async () => {
    await setup()
    const manifest = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as object
    await writeFile(join(folder, 'package.json'), JSON.stringify({ ...manifest, engines: { node: '>=999.1' } }))
    const { code, stderr } = await setup()
    expect(code).to.equal(1)
    expect(stderr).to.match(/^tapline needs Node 999\.1 or newer\. This is \d+\.\d+\.\d+.*: install Node 999 .*\n$/)
  })
})
