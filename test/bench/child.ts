/** A process that the bench starts, watches and ends. */

import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export interface ChildPlace {
  /** Its working directory. */
  readonly folder: string
  /** The file in it that takes its output. */
  readonly log: string
  /** Its environment, `PATH` and `HOME` apart: none by default, so that nobody's API keys find their way in. */
  readonly env?: Readonly<Record<string, string>>
}

/** Clock ticks per second of /proc, which Linux fixes for every architecture that Node runs on. */
const ticksPerSecond = 100

export class Child {
  readonly #process: ChildProcess
  readonly #logFile: string
  readonly #killer: () => void

  private constructor(process_: ChildProcess, logFile: string) {
    this.#process = process_
    this.#logFile = logFile
    this.#killer = () => process_.kill('SIGKILL')
    process.once('exit', this.#killer)
  }

  static start(command: string, args: readonly string[], { folder, log, env = {} }: ChildPlace): Child {
    const logFile = join(folder, log)
    const output = openSync(logFile, 'w')
    const { PATH = '', HOME = folder } = process.env
    const started = spawn(command, args, { cwd: folder, env: { PATH, HOME, ...env }, stdio: ['ignore', output, output] })
    closeSync(output)
    return new Child(started, logFile)
  }

  get running(): boolean {
    return this.#process.exitCode === null && this.#process.signalCode === null
  }

  /** The last lines that it wrote. */
  get lastWords(): string {
    return readFileSync(this.#logFile, 'utf8').trimEnd().split('\n').slice(-8).join('\n')
  }

  /** Processor time so far, user and system. */
  cpuSeconds(): number {
    // The name, in parentheses, may hold blanks; utime and stime are fields 14 and 15 (proc(5)).
    const fields = this.#read('stat')
      .replace(/^.*\) /s, '')
      .split(' ')
    return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond
  }

  /** Resident memory. */
  residentMegabytes(): number {
    return Number(/^VmRSS:\s+(\d+) kB/m.exec(this.#read('status'))?.[1]) / 1024
  }

  async stop(): Promise<void> {
    process.off('exit', this.#killer)
    if (!this.running) return
    const gone = once(this.#process, 'exit')
    this.#process.kill('SIGKILL')
    await gone
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop()
  }

  #read(name: string): string {
    return readFileSync(`/proc/${this.#process.pid}/${name}`, 'utf8')
  }
}
