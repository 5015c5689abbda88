/** Whether who watches a collection has read what changed, or is to be told again. */

import { StorageUnavailable } from './storage.ts'

/** @param failed told why it could not be read @returns `false` if the store was away: what else went wrong would go wrong again */
export async function isRead(reading: Promise<void>, failed: (cause: unknown) => void): Promise<boolean> {
  return await reading.then(
    () => true,
    (cause: unknown) => {
      failed(cause)
      return !(cause instanceof StorageUnavailable)
    },
  )
}
