/** The service `ownedObjects`: what callers made at providers, and whose it is, for plugins that pass calls on to these. */

import type { Exchange } from '../pipeline/exchange.ts'

/** One of the list that a plugin offers as `ownedObjects`. */
export interface OwnedObjects {
  /** For example `responses`: as in the paths of providers' APIs, or `items` for the items of responses. */
  readonly kind: string
  /**
   * Whether an object is on record, and the caller may reach it.
   * @param id the provider's own
   * @param provider the name of the instance that has it
   * @throws StorageUnavailable
   */
  isReached(exchange: Exchange, id: string, provider: string): Promise<boolean>
}
