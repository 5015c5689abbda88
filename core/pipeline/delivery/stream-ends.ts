/** What is known of a streamed reply when it is over. */

import type { StreamEvent } from '../../stream/event.ts'

export interface StreamEnds {
  /** Its last events, and of some dialects the first. */
  readonly events: readonly StreamEvent[]
  /** The length of all of it. */
  readonly bytes: number
}
