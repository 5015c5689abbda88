/** What a database of vectors does for the store that stands before it. */

import type { VectorEntry, VectorMatch } from '../../../core/index.ts'

/** Says what is wrong in its own words; the store before it adds its name. A call that its signal ended may go on in silence. */
export interface VectorDatabase {
  /** Makes what is missing. Asked before the first call, and again before the one that follows a failure. @throws UnfitDatabase for what will not mend itself */
  prepare(signal: AbortSignal): Promise<void>
  nearest(vector: Float32Array, namespace: string, nowSeconds: number, signal: AbortSignal): Promise<VectorMatch | undefined>
  put(entry: VectorEntry, signal: AbortSignal): Promise<boolean>
  forget(which: Which, signal: AbortSignal): Promise<void>
  ping(signal: AbortSignal): Promise<void>
  close(): Promise<void>
}

/** The entries that are meant: those that had expired by a second, those of a model (its id, or `provider/model`), or all. */
export type Which = { readonly expiredAt: number } | { readonly model: string } | 'all'

/** What an operator has to mend: a table of another dimension, a right that is missing. */
export class UnfitDatabase extends Error {
  override readonly name = 'UnfitDatabase'
}
