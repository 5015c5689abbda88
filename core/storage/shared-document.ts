/** One document that all processes share and that is kept in memory: for sets whose members must fit together, so that each write is checked against all of them and done in one step. */

import { Turns } from '../turns.ts'
import { isRead } from './is-read.ts'
import { Conflict, type Records } from './records.ts'

/** Writers that come in each other's way try again so often. */
const mostTries = 20

export interface SharedDocumentOptions<T extends object> {
  readonly records: Records<T>
  readonly id: string
  /** What stands before anybody wrote. */
  readonly empty: T
  /** Called whenever another content was read or written. */
  changed(content: T): void
  /** Told why it could not be read; what was read before stands. */
  failed(cause: unknown): void
}

export class SharedDocument<T extends object> {
  readonly #options: SharedDocumentOptions<T>
  #content: T
  #revision = 0
  readonly #turns = new Turns()
  #unwatch: (() => void) | undefined

  constructor(options: SharedDocumentOptions<T>) {
    this.#options = options
    this.#content = options.empty
  }

  get content(): T {
    return this.#content
  }

  /** Reads it, and follows its changes from then on. @throws what the store throws */
  async open(): Promise<void> {
    const { records, failed } = this.#options
    this.#unwatch = records.watch(() => isRead(this.read(), failed))
    await this.read()
  }

  /** Reads it, behind readings and writings that are under way. @throws what the store throws */
  readonly read = this.#turns.sharing(() => this.#read())

  /**
   * Changes it; when this resolves, the change stands here too. One change at a time.
   * @param edit gives the whole new content, or undefined to leave it; called again if another process wrote meanwhile
   * @throws Conflict, and what `edit` throws
   */
  change(edit: (content: T) => T | undefined): Promise<void> {
    return this.#turns.take(() => this.#change(edit))
  }

  async close(): Promise<void> {
    this.#unwatch?.()
    await this.#turns.over()
  }

  async #change(edit: (content: T) => T | undefined): Promise<void> {
    const { records, id } = this.#options
    for (let tries = 1; ; tries++) {
      await this.#read()
      const content = edit(this.#content)
      if (content === undefined) return
      try {
        const { revision } = await records.put(id, content, { expected: this.#revision })
        return this.#take(content, revision)
      } catch (cause) {
        if (!(cause instanceof Conflict) || tries === mostTries) throw cause
      }
    }
  }

  async #read(): Promise<void> {
    const stored = await this.#options.records.get(this.#options.id)
    const revision = stored?.revision ?? 0
    if (revision !== this.#revision) this.#take(stored?.value ?? this.#options.empty, revision)
  }

  #take(content: T, revision: number): void {
    this.#content = content
    this.#revision = revision
    this.#options.changed(content)
  }
}
