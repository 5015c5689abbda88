/** A small collection that is kept in memory as a whole, the same as in the store, whoever changes it. */

import { Turns } from '../turns.ts'
import { listAll } from './list-all.ts'
import { isRead } from './is-read.ts'
import { Conflict, type PutOptions, type Records, type Stored } from './records.ts'

export class Snapshot<T extends object> {
  readonly #records: Records<T>
  readonly #failed: (cause: unknown) => void
  readonly #changed: () => void | Promise<void>
  #byId: ReadonlyMap<string, Stored<T>> = new Map()
  readonly #turns = new Turns()
  #unwatch: (() => void) | undefined

  /**
   * @param changed called whenever the collection was read; what it still has to do counts as part of the reading
   * @param failed told why it could not be read; what was read before stands
   */
  constructor(records: Records<T>, changed: () => void | Promise<void>, failed: (cause: unknown) => void) {
    this.#records = records
    this.#changed = changed
    this.#failed = failed
  }

  /** In the order of the listing. */
  get all(): readonly Stored<T>[] {
    return [...this.#byId.values()]
  }

  get(id: string): Stored<T> | undefined {
    return this.#byId.get(id)
  }

  /** Reads the collection, and follows its changes from then on. @throws what the store throws */
  async open(): Promise<void> {
    this.#unwatch = this.#records.watch(() => isRead(this.read(), this.#failed))
    await this.read()
  }

  /** Reads it, behind a reading that is under way. @throws what the store throws */
  readonly read = this.#turns.sharing(() => this.#read())

  /** Writes a document; when this resolves, it stands here too. @throws Conflict, and then what came first stands here */
  async put(id: string, value: T, options?: PutOptions): Promise<Stored<T>> {
    const stored = await this.#records.put(id, value, options).catch((cause: unknown) => this.#missed(cause))
    await this.read()
    return stored
  }

  /** @returns whether it was there. @throws Conflict, and then what came first stands here */
  async delete(id: string, expected?: number): Promise<boolean> {
    const was = await this.#records.delete(id, expected).catch((cause: unknown) => this.#missed(cause))
    await this.read()
    return was
  }

  async close(): Promise<void> {
    this.#unwatch?.()
    await this.#turns.over()
  }

  async #missed(cause: unknown): Promise<never> {
    if (cause instanceof Conflict) await this.read()
    throw cause
  }

  async #read(): Promise<void> {
    this.#byId = new Map((await listAll(this.#records)).map(stored => [stored.id, stored]))
    await this.#changed()
  }
}
