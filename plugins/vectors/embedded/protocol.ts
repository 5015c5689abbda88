/** What the gateway and the thread with the vectors say to each other: one question at a time, and its answer. */

import type { Which } from '../shared/vector-database.ts'

/** The file to open, before anything else is asked. */
export interface Opening {
  readonly path: string
  /** The last so many that were put stay. */
  readonly maxEntries: number
}

/** `vector` is of length 1 in all of them. */
export type Question =
  | { readonly ask: 'nearest'; readonly vector: Float32Array; readonly namespace: string; readonly nowSeconds: number }
  | { readonly ask: 'put'; readonly vector: Float32Array; readonly entry: PlainEntry }
  | { readonly ask: 'forget'; readonly which: Which }
  | { readonly ask: 'ping' }

export interface PlainEntry {
  readonly id: string
  readonly namespace: string
  readonly model: string
  readonly expiresAt: number
  readonly body: Uint8Array
}

export interface PlainMatch {
  readonly id: string
  readonly similarity: number
  readonly body: Uint8Array
}

export interface Results {
  readonly nearest: PlainMatch | undefined
  readonly put: undefined
  /** How many were forgotten: as many as go at once, if there may be more. */
  readonly forget: number
  readonly ping: undefined
}

/** How many entries are forgotten at once, so that a search need not wait long. */
export const atOnce = 1000

export type Answer = { readonly result: unknown } | { readonly error: string }
