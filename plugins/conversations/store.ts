/** Conversations in the store: found by who may reach them, read in pages, and written one writer at a time. */

import type { Caller } from '../../core/index.ts'
import type { KeptItem } from '../../core/neutral/kept-items.ts'
import { isVisible } from '../shared/objects/ownership.ts'
import { update, type Stored } from '../../core/storage/records.ts'
import { randomIds } from '../../core/neutral/ids.ts'
import { Appender } from './appender.ts'
import { asRecord, itemKey, type ConversationRecord, type ItemRecord, type StoredConversation, type StoreOptions } from './record.ts'

export interface PageQuery {
  readonly order: 'asc' | 'desc'
  readonly limit: number
  /** The place behind which the page begins. */
  readonly after?: number | undefined
}

const idPattern = /^conv_[0-9a-f]{32}$/
const pageSize = 500

export class ConversationStore {
  readonly #options: StoreOptions
  readonly #appender: Appender

  constructor(options: StoreOptions) {
    this.#options = options
    this.#appender = new Appender(options, this)
  }

  /** @param metadata in JSON */
  async create(owner: string, metadata: string, itemsOf: (id: string) => readonly KeptItem[]): Promise<StoredConversation> {
    const { conversations, clock } = this.#options
    const id = randomIds.hex('conv_', 32)
    const items = itemsOf(id)
    const until = this.itemsUntil
    for (const [place, item] of items.entries()) await this.#options.items.put(itemKey(id, place), asRecord(item), { owner, position: place, expiresAt: until })
    const value = { created_at: Math.floor(clock.now() / 1000), metadata, length: items.length, writer: null, items_until: until }
    return await conversations.put(id, value, { expected: 0, owner, expiresAt: this.until })
  }

  /** Undefined for one that is unknown, or another's. */
  async find(id: string, caller: Caller | undefined): Promise<StoredConversation | undefined> {
    const found = idPattern.test(id) ? await this.#options.conversations.get(id) : undefined
    return found === undefined || !isVisible(found.owner, caller) ? undefined : found
  }

  /** @param metadata in JSON @returns undefined if it was deleted meanwhile */
  async describe(id: string, metadata: string): Promise<StoredConversation | undefined> {
    return await this.#write(id, value => ({ ...value, metadata }))
  }

  async delete(id: string): Promise<void> {
    await this.#options.conversations.delete(id)
    await this.#options.items.deleteAll({ prefix: `${id}/` })
  }

  /** A page of the items that are there. */
  async page({ id, value: { length } }: StoredConversation, { order, limit, after }: PageQuery): Promise<readonly Stored<ItemRecord>[]> {
    // What an unfinished writer has left behind the end is passed over.
    const start = after ?? (order === 'desc' ? length : undefined)
    const found = await this.#options.items.list({
      prefix: `${id}/`,
      order,
      limit,
      ...(start === undefined ? {} : { after: { position: start, id: itemKey(id, start) } }),
    })
    return found.filter(({ position }) => position < length)
  }

  /** All items, in order. @param before only those at the first so many places */
  async all(conversation: StoredConversation, before = conversation.value.length): Promise<readonly ItemRecord[]> {
    const items: ItemRecord[] = []
    for (let after: number | undefined; ;) {
      const page = await this.page(conversation, { order: 'asc', limit: pageSize, after })
      items.push(...page.filter(({ position }) => position < before).map(({ value }) => value))
      const last = page.at(-1)
      if (page.length < pageSize || last === undefined || last.position >= before) return items
      after = last.position
    }
  }

  async item({ id, value: { length } }: StoredConversation, itemId: string): Promise<Stored<ItemRecord> | undefined> {
    const found = await this.#options.items.list({ prefix: `${id}/`, where: { item_id: itemId } })
    return found.find(({ position }) => position < length)
  }

  /** @returns the conversation afterwards; undefined if it was deleted meanwhile */
  async deleteItem(id: string, item: Stored<ItemRecord>): Promise<StoredConversation | undefined> {
    await this.#options.items.delete(item.id)
    return await this.#write(id, value => value)
  }

  /** Puts items behind the others. @throws Deleted, and what `arrange` throws @param arrange says, when nobody else writes, which items those are */
  async append(id: string, arrange: (conversation: StoredConversation) => Promise<readonly KeptItem[]>): Promise<readonly KeptItem[]> {
    return await this.#appender.append(id, arrange)
  }

  /** Milliseconds since 1970 until when a conversation is kept that is written to now. */
  get until(): number {
    return this.#options.clock.now() + this.#options.keepMs
  }

  /** Items are kept twice as long, so that they need not all be written again whenever the conversation is. */
  get itemsUntil(): number {
    return this.#options.clock.now() + 2 * this.#options.keepMs
  }

  async #write(id: string, change: (value: ConversationRecord) => ConversationRecord): Promise<StoredConversation | undefined> {
    const until = await this.renew(id)
    return await update(this.#options.conversations, id, current => (current === undefined ? undefined : { ...change(current.value), items_until: until }), {
      expiresAt: this.until,
    })
  }

  /** Keeps the items as long as the conversation, which is written to. @returns until when they are kept */
  async renew(id: string): Promise<number> {
    const found = await this.#options.conversations.get(id)
    if (found === undefined || found.value.items_until >= this.until) return found?.value.items_until ?? 0
    const until = this.itemsUntil
    for (let after: number | undefined; ;) {
      const page = await this.page(found, { order: 'asc', limit: pageSize, after })
      for (const { id: key, value } of page) await this.#options.items.put(key, value, { expiresAt: until })
      if (page.length < pageSize) return until
      after = page.at(-1)?.position
    }
  }
}
