/** Runs the real program in a process of its own. */

import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { stringify } from 'yaml'

const main = fileURLToPath(new URL('../../core/main.ts', import.meta.url))

export interface Finished {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** A folder of files that is removed at the end. */
export class Folder {
  readonly path: string

  private constructor(path: string) {
    this.path = path
  }

  static async make(files: Readonly<Record<string, string | object>> = {}): Promise<Folder> {
    const folder = new Folder(await mkdtemp(join(tmpdir(), 'tapline-')))
    for (const [name, content] of Object.entries(files)) await folder.write(name, content)
    return folder
  }

  /** At once: a gateway that watches the file finds it empty otherwise, if this process has no turn for a while. */
  async write(name: string, content: string | object): Promise<void> {
    writeFileSync(join(this.path, name), typeof content === 'string' ? content : stringify(content))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.path, { recursive: true, force: true })
  }
}

export class Tapline {
  readonly process: ChildProcess
  readonly ended: Promise<Finished>
  #stdout = ''
  #stderr = ''

  /**
   * @param input what its standard input says; it has none by default
   * @param through a program and its arguments that becomes the gateway; by default there is none
   */
  constructor(
    folder: Pick<Folder, 'path'>,
    args: readonly string[] = [],
    env: Readonly<Record<string, string>> = {},
    input?: string,
    through: readonly string[] = [],
  ) {
    const [program, ...rest] = [...through, process.execPath, main, ...args] as [string, ...string[]]
    const child = (this.process = spawn(program, rest, {
      cwd: folder.path,
      env: { ...inherited(), HOME: folder.path, ...env },
      stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    }))
    child.stdin?.end(input)
    child.stdout?.on('data', (chunk: Buffer) => {
      this.#stdout += chunk.toString()
    })
    child.stderr?.on('data', (chunk: Buffer) => {
      this.#stderr += chunk.toString()
    })
    this.ended = once(child, 'close').then(([code]) => ({ code: code as number | null, stdout: this.#stdout, stderr: this.#stderr }))
  }

  get stdout(): string {
    return this.#stdout
  }

  /** The log lines so far, as objects: those that have come whole. */
  get log(): readonly Readonly<Record<string, unknown>>[] {
    return this.#stdout
      .slice(0, this.#stdout.lastIndexOf('\n') + 1)
      .split('\n')
      .filter(line => line.startsWith('{'))
      .map(line => JSON.parse(line) as Record<string, unknown>)
  }

  /** Resolves to the first log line that matches. @throws Error if the process ends before */
  async said(matches: (line: Readonly<Record<string, unknown>>) => boolean): Promise<Readonly<Record<string, unknown>>> {
    for (;;) {
      const line = this.log.find(matches)
      if (line !== undefined) return line
      const next = await Promise.race([once(this.process.stdout as NodeJS.ReadableStream, 'data').then(() => undefined), this.ended])
      if (next !== undefined && this.log.find(matches) === undefined) throw new Error(`the process ended with ${next.code}:\n${next.stdout}${next.stderr}`)
    }
  }

  /** The URL at which it listens, when it does. */
  async url(): Promise<string> {
    return String((await this.said(({ url }) => typeof url === 'string'))['url'])
  }

  kill(signal: NodeJS.Signals): void {
    this.process.kill(signal)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.process.exitCode === null && this.process.signalCode === null) this.process.kill('SIGKILL')
    await this.ended
  }
}

/** Of the test's own environment, what Node needs and no configuration reads. */
function inherited(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    ['PATH', 'NODE_V8_COVERAGE', 'NODE_COMPILE_CACHE'].flatMap(name => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  )
}

/** Runs one command to its end. */
export async function tapline(folder: Folder, ...args: readonly string[]): Promise<Finished> {
  return await new Tapline(folder, args).ended
}
