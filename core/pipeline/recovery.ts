/** What follows an attempt that failed, as taps on `recover` say it. */

import type { Reply } from '../upstream/reply.ts'

export type Recovery =
  | { readonly do: 'retry'; readonly afterMs: number }
  | { readonly do: 'next' }
  | { readonly do: 'giveUp' }
  /** Answers in the provider's place. */
  | { readonly do: 'answer'; readonly reply: Reply }

/** The same target again, after a wait. */
export function retry(afterMs = 0): Recovery {
  return { do: 'retry', afterMs }
}

/** The next target; the error if there is none. */
export const next: Recovery = { do: 'next' }

/** The error, at once. */
export const giveUp: Recovery = { do: 'giveUp' }
