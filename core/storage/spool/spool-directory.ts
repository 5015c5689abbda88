/** The folder on the local disk in which rows wait for a store, and how much of it they may take. */

import type { Logger } from 'pino'
import type { Clock, Timer } from '../../services/clock.ts'
import { Registrations } from '../../services/registrations.ts'
import { Spool, type SpoolOptions } from './spool.ts'
import { SpoolOwner } from './spool-owner.ts'

/** How often this process shows that it lives, and looks for files of those that do not. */
const lookMs = 12_000
/** What a journal that must not lose anything may take where the configuration allows nothing. */
const leastBytes = 1024 ** 3

export interface SpoolDirectoryOptions {
  /** Gives the absolute path, when it is needed. */
  path(): string
  /** Of all files of this process together; 0: only for journals that must not lose anything. */
  readonly maxBytes: number
  readonly clock: Clock
  readonly log: Logger
}

/** The service `spool`. */
export class SpoolDirectory {
  readonly #path: () => string
  readonly #maxBytes: number
  readonly #clock: Clock
  readonly #log: Logger
  readonly #spools = new Set<Spool>()
  readonly #writers = new Map<string, Registrations<() => Promise<void>>>()
  #owner: SpoolOwner | undefined
  #looking: Timer | undefined

  constructor({ path, maxBytes, clock, log }: SpoolDirectoryOptions) {
    this.#path = path
    this.#maxBytes = maxBytes
    this.#clock = clock
    this.#log = log
  }

  /** Opens the spool of a journal, with what dead processes left of it. @throws what the file system says */
  open(name: string, options: Pick<SpoolOptions, 'mostTogether' | 'refused' | 'written' | 'found' | 'leaving'> & { readonly mustNotLose?: boolean }): Spool {
    const owner = (this.#owner ??= this.#claim())
    const maxBytes = options.mustNotLose === true && this.#maxBytes === 0 ? leastBytes : this.#maxBytes
    const spool: Spool = new Spool({
      name,
      owner,
      hasRoom: bytes => this.bytes + bytes <= maxBytes,
      closed: () => this.#spools.delete(spool),
      log: this.#log,
      ...options,
    })
    this.#spools.add(spool)
    spool.adopt()
    return spool
  }

  /** Those that write a journal: of two configurations, one of which finishes what it began, each has its own. */
  writersOf(name: string): Registrations<() => Promise<void>> {
    const writers = this.#writers.get(name) ?? new Registrations<() => Promise<void>>()
    this.#writers.set(name, writers)
    return writers
  }

  /** Where it is; undefined as long as nobody needed it. */
  get path(): string | undefined {
    return this.#owner?.directory
  }

  /** What lies in the files of this process. */
  get bytes(): number {
    let sum = 0
    for (const spool of this.#spools) sum += spool.bytes
    return sum
  }

  /** Writes what is only in memory; for a process that ends at once. */
  leave(): void {
    for (const spool of this.#spools) spool.leave()
  }

  /** Closes what is still open. Rows that no store has stay, for the next process. */
  close(): void {
    this.#looking?.cancel()
    for (const spool of this.#spools) spool.close()
    this.#owner?.release()
  }

  #claim(): SpoolOwner {
    this.#lookLater()
    return new SpoolOwner(this.#path())
  }

  #lookLater(): void {
    this.#looking = this.#clock.after(lookMs, () => {
      this.#lookLater()
      this.#look()
    })
  }

  /** Somebody has removed the folder, or what was in it. */
  #restore(): void {
    for (const spool of this.#spools) spool.restore()
    this.#log.error({ spool: this.path }, 'the folder of the spool was removed, and was made again with the rows that wait')
  }

  #look(): void {
    try {
      if (this.#owner?.touch() === false) this.#restore()
      for (const spool of this.#spools) spool.adopt()
    } catch (cause) {
      this.#log.warn({ err: cause, spool: this.path }, 'the spool could not be looked after')
    }
  }
}
