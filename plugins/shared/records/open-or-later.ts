/** What is kept in memory from the store may begin without it: it is read when the store is back. */

import { StorageUnavailable } from '../../../core/storage/storage.ts'

/** @param failed told that the store is away. @throws whatever else went wrong */
export async function openOrLater(part: { open(): Promise<void> }, failed: (cause: unknown) => void): Promise<void> {
  try {
    await part.open()
  } catch (cause) {
    if (!(cause instanceof StorageUnavailable)) throw cause
    failed(cause)
  }
}
