/** What is stored of a response. JSON is kept as the text that it was, so that no number and no order is lost. */

import { keptItems, type KeptItem } from '../../core/neutral/kept-items.ts'
import type { Charge } from './charge.ts'

/** So much of an answer is held, so that it can be stored whole. */
export const heldBytes = 64 * 1024 * 1024

/** A reference to the beginning of a conversation. */
export interface ConversationPart {
  readonly id: string
  /** How many places of it stood before the response's own input. */
  readonly length: number
}

export interface StoredResponse {
  /** The response in JSON, as the client has it. */
  readonly response: string
  readonly status: string
  /** The items of its own input, in JSON, as they were said; see `itemsOf`. */
  readonly items: readonly string[]
  /** What came before its own input: another stored response, or a conversation. */
  readonly previous: string | null
  readonly conversation: ConversationPart | null
  /** Its items and its answer still have to be put into the conversation, once it is completed. */
  readonly is_append_due: boolean
  /** The instance that answered; null if the gateway did. */
  readonly provider: string | null
  readonly provider_type: string | null
  /** The provider's own id of the response, where it keeps one itself. */
  readonly upstream_id: string | null
  /** The fingerprint of the provider key that it was made with. */
  readonly key: string | null
  /** Its usage still has to be recorded, once it is over. Absent where that is done. */
  readonly charge?: Charge
}

const kept: ReadonlySet<string> = new Set(['completed', 'incomplete', 'queued', 'in_progress'])
const underWay: ReadonlySet<string> = new Set(['queued', 'in_progress'])

/** Whether a new response of that status is stored. */
export function isKept(status: string): boolean {
  return kept.has(status)
}

/** Whether a background response may still change. */
export function isUnderWay(status: string): boolean {
  return underWay.has(status)
}

/** The items of its own input in their normal form, each with an id: always the same one. */
export function itemsOf(id: string, { items, provider_type: issuer }: StoredResponse): readonly KeptItem[] {
  return keptItems(items, id, issuer)
}
