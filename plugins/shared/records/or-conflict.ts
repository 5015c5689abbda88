/** Writes that give way: whoever came between knows better. */

import { Conflict } from '../../../core/storage/records.ts'

/** @returns what was written; undefined if somebody else wrote it first */
export async function orConflict<T>(write: Promise<T>): Promise<T | undefined> {
  try {
    return await write
  } catch (cause) {
    if (cause instanceof Conflict) return undefined
    throw cause
  }
}
