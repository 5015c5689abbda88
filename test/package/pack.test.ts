/** The package as it is published: packed, installed in an empty folder, and used as its users use it, on the Node that they have. */

import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { cp, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { expect } from 'chai'
import { freePort } from '../../core/testing/port.ts'
import { acmeVariables, expectGuarded, startAcme } from './acme.ts'

const root = join(import.meta.dirname, '../..')
const start = promisify(execFile)
/** What a user's shell has: nothing of npm's, and not the Node that this repository brings. */
const env: Record<string, string> = {
  ...Object.fromEntries(Object.entries(process.env).flatMap(([name, value]) => value === undefined || /^npm_|^NODE_/i.test(name) ? [] : [[name, value]])),
  PATH: (process.env['PATH'] ?? '').split(delimiter).filter(directory => !directory.includes('node_modules')).join(delimiter),
}
const usersNode = (env['PATH'] ?? '').split(delimiter).map(directory => join(directory, 'node')).find(existsSync) ?? process.execPath

describe('the package, installed in an empty folder', function () {
  this.timeout(240_000)
  let folder: string

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tapline-package-'))
    const tarball = await pack(join(folder, 'source'))
    await cp(join(root, 'test/fixtures'), folder, { recursive: true })
    await writeFile(join(folder, 'package.json'), '{ "private": true, "type": "module" }')
    await run('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error', tarball], { cwd: folder, env })
  })
  after(() => rm(folder, { recursive: true, force: true }))

  it('runs as npx tapline', async () => {
    const stdout = await run('npx', ['tapline', '--version'], { cwd: folder, env })
    expect(stdout).to.match(/^tapline \d+\.\d+\.\d+ \(node 2[4-9]\.\d+\.\d+, /)
  })

  it('checks a configuration', async () => {
    const variables = { ACME_URL: 'http://127.0.0.1:1/v1', ACME_KEY: 'key' }
    const stdout = await run('npx', ['tapline', '--config', 'packages/tapline.yaml', 'check'], { cwd: folder, env: { ...env, ...variables } })
    expect(stdout).to.match(/tapline\.yaml: ok, \d+ pipelines, providers: acme\n$/)
  })

  it('fails with the exit code of its program', async () => {
    await writeFile(join(folder, 'wrong.yaml'), 'server: { prot: 1 }\n')
    const failed = await start(usersNode, [launcher(folder), '--config', 'wrong.yaml', 'check'], { cwd: folder, env }).catch((cause: unknown) => cause as { code: number; stderr: string })
    expect(failed).to.have.property('code', 78)
    expect(failed.stderr).to.match(/^wrong\.yaml:1:11 {2}.*port/)
  })

  it('serves with a guardrail of one file and a provider package, until SIGTERM', async () => {
    await using upstream = await startAcme()
    const port = await freePort()
    const gateway = spawn(usersNode, [launcher(folder), '--config', 'packages/tapline.yaml', '--port', String(port)], { cwd: folder, env: { ...env, ...acmeVariables(upstream) } })
    const exit = once(gateway, 'exit')
    try {
      await saying(gateway, 'Tapline listens on')
      await expectGuarded(`http://localhost:${port}`, upstream)
    } finally {
      gateway.kill('SIGTERM')
    }
    expect(await exit).to.deep.equal([0, null])
  })

  it('lets an author test a plugin', async () => {
    const stdout = await run(process.execPath, ['--test', 'plugins/no-secrets.test.ts'], { cwd: folder, env })
    expect(stdout).to.match(/pass 2\n/)
  })

  it('has types', async () => {
    const options = { module: 'nodenext', target: 'es2024', strict: true, noEmit: true, allowImportingTsExtensions: true, typeRoots: [join(root, 'node_modules/@types')], types: ['node'] }
    await writeFile(join(folder, 'plugins/wrong.ts'), wrongPlugin)
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: options, include: ['plugins'] }))
    await run(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', '.'], { cwd: folder, env })
  })
})

/** @returns what the command says. @throws Error with all that it says, if it fails */
async function run(command: string, parameters: readonly string[], options: { readonly cwd: string; readonly env: Record<string, string> }): Promise<string> {
  try {
    return (await start(command, parameters, options)).stdout
  } catch (cause) {
    const { stdout, stderr } = cause as { stdout: string; stderr: string }
    throw new Error(`${[command, ...parameters].join(' ')}\n${stdout}${stderr}`, { cause })
  }
}

/** Packs a copy of the source, so that what is built stays apart. @returns the tarball */
async function pack(source: string): Promise<string> {
  const left = ['.git', 'coverage', 'data', 'dist', 'docs', 'node_modules', 'test']
  await cp(root, source, { recursive: true, filter: path => !left.some(name => path === join(root, name)) })
  await symlink(join(root, 'node_modules'), join(source, 'node_modules'))
  const packed = join(source, '../packed')
  await mkdir(packed)
  await run('npm', ['pack', '--pack-destination', packed], { cwd: source, env: { ...env, PATH: `${join(root, 'node_modules/.bin')}${delimiter}${env['PATH']}` } })
  const [tarball = ''] = await readdir(packed)
  return join(packed, tarball)
}

function launcher(folder: string): string {
  return join(folder, 'node_modules/tapline/core/launch.cjs')
}

/** Resolves when a line of the program's log says so. @throws Error with all that it said, if it ends before */
async function saying({ stdout, stderr }: ReturnType<typeof spawn>, words: string): Promise<void> {
  const said: string[] = []
  stderr?.on('data', (chunk: Buffer) => said.push(chunk.toString()))
  for await (const line of createInterface(stdout!)) {
    said.push(line)
    if (line.includes(words)) return void stdout!.resume()
  }
  throw new Error(said.join('\n'))
}

const wrongPlugin = `
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
