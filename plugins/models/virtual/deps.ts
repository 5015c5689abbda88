/** What the endpoints of virtual models stand on. */

import type { Access, Clock } from '../../../core/index.ts'
import type { Registry } from '../registry.ts'
import type { Book } from './book.ts'

export interface VirtualDeps {
  readonly book: Book
  readonly registry: Registry
  readonly access: Access
  readonly clock: Clock
  /** The names of the configured instances. */
  readonly providers: readonly string[]
}
