/** The stored responses. What is being written can be found from the moment on at which its writing began. */

import { hash } from 'node:crypto'
import { Conflict, isVisible, JsonDocument, type Caller, type Clock, type Records } from '../../core/index.ts'
import { stringOf } from '../../core/document/readings.ts'
import type { StoredResponse } from './record.ts'

export interface StoreOptions {
  readonly responses: Records<StoredResponse>
  /** Which response an item of an output belongs to. */
  readonly items: Records<{ readonly response: string }>
  readonly clock: Clock
  readonly keepMs: number
  /** Told of every write that failed. */
  readonly failed: (cause: unknown, operation: 'create' | 'refresh', record: StoredResponse | undefined) => void
}

export interface FoundResponse {
  readonly id: string
  readonly value: StoredResponse
}

/** A write under way. */
interface Writing {
  readonly owner: string
  readonly value: () => StoredResponse
  readonly done: Promise<void>
}

/** What else cannot be an id is not looked for. */
const idLike = /^[\x21-\x7e]{1,256}$/

export class ResponseStore {
  readonly #options: StoreOptions
  readonly #writing = new Map<string, Writing>()

  constructor(options: StoreOptions) {
    this.#options = options
  }

  /** Begins to write a response; fails for nobody. @param make is called later, and at most once */
  save(id: string, owner: string, make: () => StoredResponse): void {
    let made: StoredResponse | undefined
    const value = () => made ??= make()
    const before = this.#writing.get(id)
    const done = (before?.done ?? nextTurn()).then(() => this.#put(id, owner, value())).catch((cause: unknown) => this.#options.failed(cause, 'create', made))
    // Another's, which he is about to have, stays his.
    if (before === undefined || before.owner === owner) this.#show(id, { owner, value, done })
  }

  /** It is found while it is being written. */
  #show(id: string, writing: Writing): void {
    this.#writing.set(id, writing)
    void writing.done.then(() => {
      if (this.#writing.get(id) === writing) this.#writing.delete(id)
    })
  }

  /** A response that the caller may reach; undefined for one that is unknown, or another's. @throws StorageUnavailable */
  async find(id: string, caller: Caller | undefined): Promise<FoundResponse | undefined> {
    if (!idLike.test(id)) return undefined
    const writing = this.#writing.get(id)
    if (writing !== undefined && isVisible(writing.owner, caller)) return { id, value: writing.value() }
    const found = await this.#options.responses.get(id)
    return found === undefined || !isVisible(found.owner, caller) ? undefined : { id, value: found.value }
  }

  /** The response of this user path that has an item in its output. @throws StorageUnavailable */
  async findOfItem(item: string, owner: string, caller: Caller | undefined): Promise<FoundResponse | undefined> {
    if (!idLike.test(item)) return undefined
    const writing = [...this.#writing].find(([, made]) => made.owner === owner && outputOf(made.value()).some(({ id }) => id === item))
    const id = writing?.[0] ?? (await this.#options.items.get(itemKey(owner, item)))?.value.response
    return id === undefined ? undefined : await this.find(id, caller)
  }

  /** Replaces what is stored of a response, unless somebody changed it meanwhile. @returns whether it did */
  async refresh({ id, value: seen }: FoundResponse, value: StoredResponse): Promise<boolean> {
    await this.#writing.get(id)?.done
    try {
      const current = await this.#options.responses.get(id)
      if (current === undefined || current.value.status !== seen.status || current.value.is_append_due !== seen.is_append_due) return false
      await this.#options.responses.put(id, value, { expected: current.revision, expiresAt: this.#expiresAt })
      return true
    } catch (cause) {
      if (!(cause instanceof Conflict)) this.#options.failed(cause, 'refresh', value)
      return false
    }
  }

  /** @throws StorageUnavailable */
  async delete(id: string): Promise<void> {
    await this.#writing.get(id)?.done
    const found = await this.#options.responses.get(id)
    await this.#options.responses.delete(id)
    for (const { id: item } of found === undefined ? [] : outputOf(found.value)) await this.#options.items.delete(itemKey(found?.owner ?? '', item))
  }

  /** Resolves when nothing is being written any more. */
  async settled(): Promise<void> {
    await Promise.all([...this.#writing.values()].map(({ done }) => done))
  }

  get #expiresAt(): number {
    return this.#options.clock.now() + this.#options.keepMs
  }

  /** An id that another has already stays his. */
  async #put(id: string, owner: string, value: StoredResponse): Promise<void> {
    const { responses, items } = this.#options
    const before = await responses.get(id)
    if (before !== undefined && before.owner !== owner) throw new Conflict('responses', id)
    const expiresAt = this.#expiresAt
    await responses.put(id, value, { expected: before?.revision ?? 0, owner, expiresAt })
    for (const { id: item } of outputOf(value)) await items.put(itemKey(owner, item), { response: id }, { owner, expiresAt })
  }
}

export interface OutputItem {
  readonly id: string
  readonly json: string
}

/** The items of a response's output. */
export function outputOf({ response }: StoredResponse): readonly OutputItem[] {
  const output = JsonDocument.parse(Buffer.from(response)).root.get('output')
  return output?.items().map(item => ({ id: stringOf(item.get('id')) ?? '', json: item.json() })) ?? []
}

/** Items of one user path never stand in the way of another's. */
function itemKey(owner: string, item: string): string {
  return `${hash('sha256', owner).slice(0, 16)}/${item}`
}

function nextTurn(): Promise<void> {
  return new Promise(resolve => setImmediate(resolve))
}

