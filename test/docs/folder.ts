/** A folder in which the examples of the manual run as a user runs them: `tapline` and the official clients are installed, tapline from this source. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { ownModules } from '../../core/plugin/resolve.ts'
import { root } from './manual.ts'

const exports = Object.fromEntries(Object.entries(ownModules).map(([name, file]) => [name.replace('tapline', '.'), `./${file}.ts`]))
const installed = { name: 'tapline', type: 'module', exports }

const clients = ['openai', '@anthropic-ai/sdk', 'ai', '@ai-sdk/openai', '@langchain/openai']

export class ExampleFolder {
  readonly path: string

  private constructor(path: string) {
    this.path = path
  }

  static async make(files: Readonly<Record<string, string>>): Promise<ExampleFolder> {
    const folder = new ExampleFolder(await mkdtemp(join(tmpdir(), 'tapline-docs-')))
    const own = { 'package.json': '{ "private": true, "type": "module" }', 'node_modules/tapline/package.json': JSON.stringify(installed) }
    for (const [name, text] of Object.entries({ ...files, ...own })) await folder.write(name, text)
    await symlink(join(root, 'core'), join(folder.path, 'node_modules/tapline/core'))
    for (const client of clients) await folder.#link(join('node_modules', client))
    return folder
  }

  async write(name: string, text: string): Promise<string> {
    const file = join(this.path, name)
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, text)
    return file
  }

  async #link(path: string): Promise<void> {
    const link = join(this.path, path)
    await mkdir(dirname(link), { recursive: true })
    await symlink(join(root, path), link)
  }

  /** Runs this Node in the folder. @returns how it ended, and all that it said */
  async node(...parameters: readonly string[]): Promise<{ readonly code: number | null; readonly said: string }> {
    const { NODE_OPTIONS: _, NODE_TEST_CONTEXT: __, ...env } = process.env
    const child = spawn(process.execPath, parameters, { cwd: this.path, env, stdio: ['ignore', 'pipe', 'pipe'] })
    const chunks: Buffer[] = []
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => chunks.push(chunk))
    const [code] = (await once(child, 'close')) as [number | null]
    return { code, said: Buffer.concat(chunks).toString() }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.path, { recursive: true, force: true })
  }
}
