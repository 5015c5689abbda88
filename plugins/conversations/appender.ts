/** Puts items behind those of a conversation, one writer at a time, also over several gateways. */

import { randomUUID } from 'node:crypto'
import type { KeptItem } from '../../core/neutral/kept-items.ts'
import { orConflict } from '../shared/records/or-conflict.ts'
import { asRecord, itemKey, type StoredConversation, type StoreOptions } from './record.ts'

/** How long a writer may take before another takes their place. */
const claimMs = 10_000
/** How often a claim is looked at by who waits for it: so many milliseconds, and up to as many more. */
const waitMs = 15

type Arrange = (conversation: StoredConversation) => Promise<readonly KeptItem[]>

/** The conversation is no longer there. */
export class Deleted extends Error {
  override readonly name = 'Deleted'
}

/** How long things are kept that are written now. */
export interface Keeping {
  readonly until: number
  readonly itemsUntil: number
  renew(id: string): Promise<number>
}

/**
 * A writer claims the conversation, writes the items at the places behind its end, and moves the end, which fails if anybody came between.
 * Nobody sees the items before.
 */
export class Appender {
  readonly #options: StoreOptions
  readonly #store: Keeping
  /** The last writer of each conversation in this process. */
  readonly #queues = new Map<string, Promise<unknown>>()

  constructor(options: StoreOptions, store: Keeping) {
    this.#options = options
    this.#store = store
  }

  /** @throws Deleted, and what `arrange` throws */
  async append(id: string, arrange: Arrange): Promise<readonly KeptItem[]> {
    const before = this.#queues.get(id) ?? Promise.resolve()
    const mine = before.then(() => this.#write(id, arrange))
    const done = mine.catch(() => {})
    this.#queues.set(id, done)
    try {
      return await mine
    } finally {
      if (this.#queues.get(id) === done) this.#queues.delete(id)
    }
  }

  async #write(id: string, arrange: Arrange): Promise<readonly KeptItem[]> {
    const itemsUntil = await this.#store.renew(id)
    const token = randomUUID()
    for (;;) {
      const claimed = await this.#claim(id, token, itemsUntil)
      const written = claimed === undefined ? undefined : await this.#writeClaimed(claimed, arrange)
      if (written !== undefined) return written
      await this.#pause()
    }
  }

  /** @returns undefined while another writes */
  async #claim(id: string, token: string, itemsUntil: number): Promise<StoredConversation | undefined> {
    const { conversations, clock } = this.#options
    const current = await conversations.get(id)
    if (current === undefined) throw new Deleted(`conversation ${id} was deleted`)
    const { writer } = current.value
    if (writer !== null && writer.token !== token && writer.until > clock.now()) return undefined
    return await orConflict(
      conversations.put(
        id,
        { ...current.value, items_until: itemsUntil, writer: { token, until: clock.now() + claimMs } },
        { expected: current.revision, expiresAt: this.#store.until },
      ),
    )
  }

  /** @returns undefined if somebody came between */
  async #writeClaimed(claimed: StoredConversation, arrange: Arrange): Promise<readonly KeptItem[] | undefined> {
    try {
      const items = await arrange(claimed)
      for (const [index, item] of items.entries()) if (!(await this.#put(claimed, claimed.value.length + index, item))) return undefined
      const moved = await this.#leave(claimed, claimed.value.length + items.length)
      return moved === undefined ? undefined : items
    } catch (cause) {
      await this.#leave(claimed, claimed.value.length).catch(() => {})
      throw cause
    }
  }

  /** Gives the claim back. @param length where the conversation ends from now on */
  async #leave({ id, value, revision }: StoredConversation, length: number): Promise<StoredConversation | undefined> {
    return await orConflict(this.#options.conversations.put(id, { ...value, length, writer: null }, { expected: revision, expiresAt: this.#store.until }))
  }

  /** What a writer left that did not come to its end is overwritten, as long as the claim holds. @returns false if it no longer does */
  async #put(claimed: StoredConversation, place: number, item: KeptItem): Promise<boolean> {
    const { items, conversations } = this.#options
    const key = itemKey(claimed.id, place)
    const options = { owner: claimed.owner, position: place, expiresAt: this.#store.itemsUntil }
    if ((await orConflict(items.put(key, asRecord(item), { ...options, expected: 0 }))) !== undefined) return true
    const left = await items.get(key)
    // Only what was there before the claim was seen to hold may be overwritten.
    if ((await conversations.get(claimed.id))?.revision !== claimed.revision) return false
    return (await orConflict(items.put(key, asRecord(item), { ...options, expected: left?.revision ?? 0 }))) !== undefined
  }

  #pause(): Promise<void> {
    const { clock, random } = this.#options
    return new Promise(resolve => {
      clock.after(waitMs * (1 + random()), resolve)
    })
  }
}
