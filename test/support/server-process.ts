/** A real server for tests: a process on a free port of this machine, whose files lie in a folder that goes with it. */

import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { freePort } from '../../core/testing/port.ts'
import { until } from './until.ts'

export interface User {
  readonly uid: number
  readonly gid: number
}

export interface ServerProgram {
  /** For people. */
  readonly name: string
  /** Whose process it is; the tester's where absent. */
  readonly user?: User
  /** Makes what the server needs before its first start. */
  prepare?(folder: string): Promise<void>
  /** The program and its arguments. */
  command(folder: string, port: number): readonly [string, ...string[]]
  /** The line with which it says that it takes connections. */
  readonly ready: RegExp
  /** Has it end at once, and in order. */
  readonly stopSignal: NodeJS.Signals
}

/** A server may find its port taken, or what is left of the one killed before it. */
const attempts = 20

export class ServerProcess {
  readonly port: number
  readonly #program: ServerProgram
  readonly #folder: string
  #child: ChildProcess | undefined

  private constructor(program: ServerProgram, folder: string, port: number) {
    this.#program = program
    this.#folder = folder
    this.port = port
  }

  /** @throws Error with what the server said, if it does not come up */
  static async start(program: ServerProgram): Promise<ServerProcess> {
    const folder = mkdtempSync(join(tmpdir(), 'tapline-server-'))
    if (program.user !== undefined) chownSync(folder, program.user.uid, program.user.gid)
    const server = new ServerProcess(program, folder, await freePort())
    running.add(server)
    watchExit()
    await program.prepare?.(folder)
    await server.restart()
    return server
  }

  /** Starts it again, with what it had written, on the same port. */
  async restart(): Promise<void> {
    await this.#end(this.#program.stopSignal)
    let said = ''
    for (let attempt = 1; attempt <= attempts; attempt++) {
      said = await this.#spawn()
      if (said === '') return
    }
    throw new Error(`${this.#program.name} does not start:\n${said}`)
  }

  /** Holds it: connections stand, and nothing is answered. */
  async freeze(): Promise<void> {
    const pid = this.#pid
    if (pid === undefined) return
    // Whoever still runs may be about to make another process, which would answer.
    for (const family of [() => [pid], () => childrenOf(pid)]) {
      for (const one of family()) tell(one, 'SIGSTOP')
      await until(() => family().every(one => !runs(one)))
    }
  }

  thaw(): void {
    this.#signalAll('SIGCONT')
  }

  /** Ends it with nothing put in order. */
  async kill(): Promise<void> {
    await this.freeze()
    this.#signalAll('SIGKILL')
    await this.#end('SIGKILL')
  }

  /** Ends it, and removes its files. */
  async stop(): Promise<void> {
    await this.#end(this.#program.stopSignal)
    this.abandon()
  }

  /** As `stop`, for a process that is about to end itself. */
  abandon(): void {
    this.#signalAll('SIGKILL')
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 3 })
    running.delete(this)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
  }

  /** @returns what it said if it ended, nothing once it takes connections */
  async #spawn(): Promise<string> {
    const [file, ...args] = this.#program.command(this.#folder, this.port)
    const child = (this.#child = spawn(file, args, { ...this.#program.user, cwd: this.#folder, stdio: ['ignore', 'pipe', 'pipe'] }))
    let said = ''
    const isReady = new Promise<string>(resolve => {
      for (const output of [child.stdout, child.stderr]) {
        createInterface({ input: output }).on('line', line => {
          if (this.#program.ready.test(line)) resolve('')
          said += `${line}\n`
        })
      }
    })
    const hasEnded = new Promise<string>(resolve => {
      child.once('error', cause => resolve(cause.message)).once('close', () => resolve(said || 'it ended in silence'))
    })
    return await Promise.race([isReady, hasEnded])
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const closed = once(child, 'exit')
    this.thaw()
    child.kill(signal)
    await closed
  }

  /** None once it has ended. */
  get #pid(): number | undefined {
    const { pid, exitCode, signalCode } = this.#child ?? {}
    return exitCode === null && signalCode === null ? pid : undefined
  }

  /** Some servers are a family of processes. */
  #signalAll(signal: NodeJS.Signals): void {
    const pid = this.#pid
    if (pid === undefined) return
    for (const one of [pid, ...childrenOf(pid)]) tell(one, signal)
  }
}

const running = new Set<ServerProcess>()

/** Servers must not outlive the tests, however those end. */
function watchExit(): void {
  if (isWatched) return
  isWatched = true
  process.once('exit', () => running.forEach(server => server.abandon()))
  process.once('SIGTERM', () => process.exit(143))
}
let isWatched = false

/** Stops all that were started and not stopped. */
export async function stopServers(): Promise<void> {
  await Promise.all([...running].map(async server => await server.stop()))
}

function childrenOf(pid: number): readonly number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
      .split(' ')
      .filter(text => text !== '')
      .map(Number)
  } catch {
    return []
  }
}

/** @returns false, too, where systems do not tell */
function runs(pid: number): boolean {
  try {
    return !/\) [TZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}

function tell(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ESRCH') throw cause
  }
}
