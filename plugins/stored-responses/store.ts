/** The stored responses. What is being written can be found from the moment on at which its writing began. */

import { hash } from 'node:crypto'
import { Conflict, JsonDocument, type Caller, type Clock } from '../../core/index.ts'
import { isVisible } from '../shared/objects/ownership.ts'
import type { Records } from '../../core/storage/records.ts'
import { stringOf } from '../../core/document/readings.ts'
import { askedAgain, putOpen, type OpenResponse } from './open.ts'
import { isUnderWay, type StoredResponse } from './record.ts'

export interface StoreOptions {
  readonly responses: Records<StoredResponse>
  /** Those that a provider still works at, by their ids. */
  readonly open: Records<OpenResponse>
  /** Which response an item of an output belongs to. */
  readonly items: Records<{ readonly response: string }>
  readonly clock: Clock
  readonly keepMs: number
  /** Told of every write that failed. */
  readonly failed: (cause: unknown, operation: 'create' | 'refresh', record: StoredResponse | undefined) => void
}

export interface FoundResponse {
  readonly id: string
  /** The user path that it was made for. */
  readonly owner: string
  readonly value: StoredResponse
}

/** What a response is kept as. */
export interface Kept {
  readonly record: StoredResponse
  /** The ids of the items in its output. */
  readonly items: readonly string[]
}

/** A write that is due, or under way. */
interface Writing {
  readonly owner: string
  kept: () => Kept
  hasBegun: boolean
  done: Promise<void>
}

/** What else cannot be an id, or be kept under it, is not looked for. */
const idLike = /^[\x21-\x7e]{1,512}$/
/** Vendors give an item's id once; so many user paths are looked through that have one of the same. */
const mostOwners = 100
/** Some gateways sign what an item says, and put that into its id. */
const longestItemKey = 256

export class ResponseStore {
  readonly #options: StoreOptions
  readonly #writing = new Map<string, Writing>()
  #nextTurn: Promise<void> | undefined

  constructor(options: StoreOptions) {
    this.#options = options
  }

  /** Begins to write a response; fails for nobody. @param make is called later, and at most once */
  save(id: string, owner: string, make: () => Kept): void {
    const before = this.#writing.get(id)
    const kept = once(make)
    // What waits for its turn and is replaced meanwhile need not be written.
    if (before?.owner === owner && !before.hasBegun) return void (before.kept = kept)
    const writing: Writing = { owner, kept, hasBegun: false, done: before?.done ?? this.#turn() }
    writing.done = writing.done.then(() => this.#write(id, writing))
    // Another's, which they are about to have, stays theirs.
    if (before === undefined || before.owner === owner) this.#writing.set(id, writing)
  }

  /** All that are saved in one turn of the loop begin together. */
  #turn(): Promise<void> {
    return (this.#nextTurn ??= new Promise(resolve => {
      setImmediate(() => {
        this.#nextTurn = undefined
        resolve()
      })
    }))
  }

  /** It is found while it is being written. */
  async #write(id: string, writing: Writing): Promise<void> {
    writing.hasBegun = true
    let kept: Kept | undefined
    try {
      kept = writing.kept()
      await this.#put(id, writing.owner, kept)
    } catch (cause) {
      this.#options.failed(cause, 'create', kept?.record)
    }
    if (this.#writing.get(id) === writing) this.#writing.delete(id)
  }

  /** A response that the caller may reach; undefined for one that is unknown, or another's. @throws StorageUnavailable */
  async find(id: string, caller: Caller | undefined): Promise<FoundResponse | undefined> {
    if (!idLike.test(id)) return undefined
    const writing = this.#writing.get(id)
    if (writing !== undefined && isVisible(writing.owner, caller)) return { id, owner: writing.owner, value: writing.kept().record }
    const found = await this.#options.responses.get(id)
    return found === undefined || !isVisible(found.owner, caller) ? undefined : { id, owner: found.owner, value: found.value }
  }

  /** The response that has an item in its output, among those that the caller may reach: one of this user path, if there is one. @throws StorageUnavailable */
  async findOfItem(item: string, owner: string, caller: Caller | undefined): Promise<FoundResponse | undefined> {
    const writing = [...this.#writing].filter(([, made]) => isVisible(made.owner, caller) && made.kept().items.includes(item))
    const [id] = writing.find(([, made]) => made.owner === owner) ?? writing[0] ?? []
    if (id !== undefined) return await this.find(id, caller)
    const own = await this.#options.items.get(itemKey(owner, item))
    if (own !== undefined) return await this.find(own.value.response, caller)
    for (const { value } of await this.#options.items.list({ prefix: `${keyOf(item)}/`, limit: mostOwners })) {
      const found = await this.find(value.response, caller)
      if (found !== undefined && outputOf(found.value).some(({ id }) => id === item)) return found
    }
    return undefined
  }

  /** Replaces what is stored of a response, unless somebody changed it meanwhile. @returns whether it did */
  async refresh({ id, value: seen }: FoundResponse, value: StoredResponse): Promise<boolean> {
    await this.#writing.get(id)?.done
    try {
      const current = await this.#options.responses.get(id)
      if (current === undefined || current.value.status !== seen.status || current.value.is_append_due !== seen.is_append_due) return false
      await this.#options.responses.put(id, value, { expected: current.revision, expiresAt: this.#expiresAt() })
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

  #expiresAt(): number {
    return this.#options.clock.now() + this.#options.keepMs
  }

  async #put(id: string, owner: string, { record, items }: Kept): Promise<void> {
    const expiresAt = this.#expiresAt()
    await this.#putRecord(id, record, { owner, expiresAt })
    if (isUnderWay(record.status) && record.upstream_id !== null) await putOpen(this.#options.open, id, askedAgain(undefined, this.#options.clock.now()))
    await Promise.all(items.map(item => this.#options.items.put(itemKey(owner, item), { response: id }, { owner, expiresAt })))
  }

  /** Nearly all ids are new. One that another has already stays theirs. */
  async #putRecord(id: string, record: StoredResponse, options: { readonly owner: string; readonly expiresAt: number }): Promise<void> {
    const { responses } = this.#options
    try {
      await responses.put(id, record, { ...options, expected: 0 })
    } catch (cause) {
      const before = cause instanceof Conflict ? await responses.get(id) : undefined
      if (before?.owner !== options.owner) throw cause
      await responses.put(id, record, { ...options, expected: before.revision })
    }
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
  return `${keyOf(item)}/${hash('sha256', owner).slice(0, 16)}`
}

function keyOf(item: string): string {
  return item.length > longestItemKey ? hash('sha256', item) : item
}

/** Lets go of what it was made from: a whole exchange, which nothing shall keep until the store has answered. */
function once<T>(make: () => T): () => T {
  let due: { readonly make: () => T } | { readonly value: T } = { make }
  return () => {
    if ('make' in due) due = { value: due.make() }
    return due.value
  }
}
