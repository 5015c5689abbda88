/** The service `conversations`: what was said in them, for plugins that continue them. */

import type { KeptItem } from '../neutral/kept-items.ts'
import type { Caller } from '../pipeline/caller.ts'

export interface Conversations {
  /**
   * A conversation as it stands now; undefined for one that is unknown, or another's.
   * @throws StorageUnavailable
   */
  open(id: string, caller: Caller | undefined): Promise<OpenConversation | undefined>
}

export interface OpenConversation {
  readonly id: string
  /** How many items were ever put into it. */
  readonly length: number
  /** Its items in order. @param before only the first of so many */
  items(before?: number): Promise<readonly KeptItem[]>
  /**
   * Puts items behind those that are there, all or none. An id that another item of the conversation has is replaced.
   * @throws Error if they could not be written, or the conversation was deleted
   */
  append(items: readonly KeptItem[]): Promise<void>
}
