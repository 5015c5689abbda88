/** The package as it is published: packed, installed in an empty folder, and used as its users use it, on the Node that they have. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect } from 'chai'
import { freePort } from '../../core/testing/port.ts'
import { acmeVariables, expectGuarded, startAcme } from './acme.ts'
import { outcomeOf, run, usersEnvironment, usersNode } from './run.ts'

const root = join(import.meta.dirname, '../..')

describe('the package, installed in an empty folder', function () {
  this.timeout(900_000) // it is compiled, packed and installed before the first test
  let folder: string
  let launcher: string

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tapline-package-'))
    launcher = join(folder, 'node_modules/tapline/core/launch.cjs')
    const tarball = await pack(join(folder, 'source'))
    await cp(join(root, 'test/fixtures'), folder, { recursive: true })
    await writeFile(join(folder, 'package.json'), '{ "private": true, "type": "module" }')
    await run('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error', tarball], folder)
  })
  after(() => rm(folder, { recursive: true, force: true }))

  it('runs as npx tapline', async () => {
    expect(await run('npx', ['tapline', '--version'], folder)).to.match(/^tapline \d+\.\d+\.\d+ \(node 2[4-9]\.\d+\.\d+, /)
  })

  it('checks a configuration', async () => {
    const said = await run('npx', ['tapline', '--config', 'packages/tapline.yaml', 'check'], folder, { ACME_URL: 'http://127.0.0.1:1/v1', ACME_KEY: 'key' })
    expect(said).to.match(/tapline\.yaml: ok, \d+ pipelines, providers: acme\n$/)
  })

  it('ends with the exit code of its program', async () => {
    await writeFile(join(folder, 'wrong.yaml'), 'server: { prot: 1 }\n')
    const { code, stderr } = await outcomeOf(usersNode, [launcher, '--config', 'wrong.yaml', 'check'], folder)
    expect(code).to.equal(78)
    expect(stderr).to.match(/^wrong\.yaml:1:11 .*port/)
  })

  it('serves with a guardrail of one file and a provider package, until SIGTERM', async () => {
    await using upstream = await startAcme()
    const port = await freePort()
    const env = { ...usersEnvironment, HOME: folder, ...acmeVariables(upstream) }
    const gateway = spawn(usersNode, [launcher, '--config', 'packages/tapline.yaml', '--port', String(port)], {
      cwd: folder,
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const exit = once(gateway, 'exit')
    try {
      await saying(gateway.stdout, 'Tapline listens on')
      await expectGuarded(`http://localhost:${port}`, upstream)
    } finally {
      gateway.kill('SIGTERM')
    }
    expect(await exit).to.deep.equal([0, null])
  })

  it('lets an author test a plugin', async () => {
    expect(await run(process.execPath, ['--test', 'plugins/no-secrets.test.ts'], folder)).to.match(/pass 2\n/)
    expect(await run(usersNode, [launcher, 'test', 'plugins/no-secrets.test.ts'], folder)).to.match(/pass 2\n/)
  })

  it('has all of its entries', async () => {
    const values = {
      tapline: 'definePlugin',
      'tapline/guardrail': 'guardTexts',
      'tapline/dialect': 'refusal',
      'tapline/store': 'Lease',
      'tapline/testing': 'runPlugin',
    }
    await writeFile(
      join(folder, 'entries.mjs'),
      Object.entries(values)
        .map(([entry, value]) => `import { ${value} } from '${entry}'\nconsole.log(${value}.name)\n`)
        .join(''),
    )
    expect((await run(process.execPath, ['entries.mjs'], folder)).split('\n')).to.deep.equal([...Object.values(values), ''])
  })

  it('has types', async () => {
    const compilerOptions = {
      module: 'nodenext',
      target: 'es2024',
      strict: true,
      noEmit: true,
      allowImportingTsExtensions: true,
      typeRoots: [join(root, 'node_modules/@types')],
      types: ['node'],
    }
    await writeFile(join(folder, 'plugins/wrong.ts'), pluginWithMistake)
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['plugins'] }))
    await run(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', '.'], folder)
  })
})

/** Packs a copy of the source, so that what is built stays apart. @returns the tarball */
async function pack(source: string): Promise<string> {
  const leftOut = ['.git', 'coverage', 'data', 'dist', 'docs', 'node_modules', 'test'].map(name => join(root, name))
  await cp(root, source, { recursive: true, filter: path => !leftOut.includes(path) })
  await symlink(join(root, 'node_modules'), join(source, 'node_modules'))
  const packed = join(source, '../packed')
  await mkdir(packed)
  await run('npm', ['pack', '--pack-destination', packed], source, { PATH: [join(root, 'node_modules/.bin'), usersEnvironment['PATH']].join(delimiter) })
  const [tarball = ''] = await readdir(packed)
  return join(packed, tarball)
}

/** Resolves when a line says so, and reads on. @throws Error with all that was said, if it ends before */
async function saying(stream: NodeJS.ReadableStream, words: string): Promise<void> {
  const said: string[] = []
  const lines = createInterface(stream)
  await new Promise<void>((resolve, reject) => {
    lines.on('line', line => {
      said.push(line)
      if (line.includes(words)) resolve()
    })
    lines.on('close', () => reject(new Error(said.join('\n'))))
  })
}

const pluginWithMistake = `
import { definePlugin } from 'tapline'

export default definePlugin({
  name: 'wrong',
  schema: { type: 'object', properties: { word: { type: 'string' } } },
  setup({ options }) {
    const word: string | undefined = options.word
    // @ts-expect-error there is no such option
    return { prompt: ({ conversation }) => { conversation.rewrite(text => text.replaceAll(word ?? '', options.wrod)) } }
  },
})
`
