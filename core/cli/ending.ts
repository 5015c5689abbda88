/** How the process ends: the first signal lets what runs be finished, the second ends it at once. */

import { rm } from 'node:fs/promises'
import type { Logger } from 'pino'
import { pidFile, writePid } from '../gateway/pid-file.ts'
import type { Served } from '../gateway/served.ts'

const sameSignalMs = 500

export class Ending {
  readonly #log: Logger
  readonly #limitMs: number
  #pidFile: Promise<string | undefined> | undefined
  #first: { readonly signal: string; readonly at: number } | undefined

  /** @param limitMs how long what runs may take to finish, all in all */
  constructor(log: Logger, limitMs: number) {
    this.#log = log
    this.#limitMs = limitMs
  }

  /** Says in a file who runs; it goes when the process ends. */
  async writePid(path: string | undefined): Promise<void> {
    await (this.#pidFile = writePid(pidFile(path), this.#log))
  }

  /** @param stopWatching ends what else holds the process */
  onSignals(gateway: Served, stopWatching: () => void): void {
    const told = (signal: string) => {
      if (this.#first !== undefined) return this.#again(signal, this.#first)
      this.#first = { signal, at: performance.now() }
      this.#log.info(`${signal}: finishing what runs`)
      stopWatching()
      this.#stop(gateway)
    }
    process.on('SIGTERM', () => told('SIGTERM'))
    process.on('SIGINT', () => told('SIGINT'))
  }

  giveUp(cause: unknown): void {
    this.#log.fatal({ err: cause }, 'nobody serves any more')
    void this.#leave(1)
  }

  #again(signal: string, first: { readonly signal: string; readonly at: number }): void {
    // Ctrl-C under npm arrives twice: from the terminal, and from npm.
    if (signal === 'SIGINT' && first.signal === signal && performance.now() - first.at < sameSignalMs) return
    this.#log.warn(`${signal} again: exiting at once`)
    process.exit(1)
  }

  #stop(gateway: Served): void {
    setTimeout(() => {
      this.#log.error('the shutdown took too long')
      process.exit(1)
    }, this.#limitMs).unref()
    void gateway.stop().then(clean => {
      this.#log.info(clean ? 'stopped' : 'stopped; some requests were cut')
      return this.#leave(clean ? 0 : 1)
    })
  }

  async #leave(code: number): Promise<void> {
    const file = await this.#pidFile
    if (file !== undefined) await rm(file, { force: true })
    process.exit(code)
  }
}
