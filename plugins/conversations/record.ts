/** What is stored of conversations: one record each, and one for each of their items. */

import type { Clock } from '../../core/index.ts'
import type { KeptItem } from '../../core/neutral/kept-items.ts'
import type { Records, Stored } from '../../core/storage/records.ts'

export interface ConversationRecord {
  /** Unix seconds. */
  readonly created_at: number
  /** In JSON: names and texts. */
  readonly metadata: string
  /** Items at this place and behind it are not there yet, whatever the store holds. */
  readonly length: number
  /** Who is about to put items behind the others, and until when they may take. */
  readonly writer: { readonly token: string; readonly until: number } | null
  /** Milliseconds since 1970 until which the store keeps every item. */
  readonly items_until: number
}

export interface ItemRecord {
  readonly item_id: string
  /** The item in JSON. */
  readonly json: string
  /** The type of the provider whose state it may hold. */
  readonly issuer: string | null
}

/** Where an item is stored: its place is its number in order. */
export function itemKey(conversation: string, place: number): string {
  return `${conversation}/${String(place).padStart(12, '0')}`
}

export function asRecord({ id, json, issuer }: KeptItem): ItemRecord {
  return { item_id: id, json, issuer }
}

export type StoredConversation = Stored<ConversationRecord>

/** What conversations are stored with. */
export interface StoreOptions {
  readonly conversations: Records<ConversationRecord>
  readonly items: Records<ItemRecord>
  readonly clock: Clock
  readonly random: () => number
  readonly keepMs: number
}
