/** Stores a batch of rows, and finds the rows in it that no store takes. */

import type { Clock } from '../services/clock.ts'
import type { Journal, JournalRow } from './journal.ts'
import { rowsIn } from './spool/lines.ts'
import { StorageUnavailable } from './storage.ts'

const deadlineMs = 30_000

/** A row that the store refuses, however often it is asked. */
export interface Rejected {
  readonly id: string
  readonly cause: unknown
}

/**
 * @param lines the rows as JSON, each with a line feed behind it; the store's from then on
 * @param isInsisting the batch was refused before, and often: then it is taken apart, unless the store is away
 * @returns the rows that the store did not take and never will
 * @throws whatever the store says, if it may take the batch later
 */
export async function storeBatch<Row extends JournalRow>(
  journal: Pick<Journal<Row>, 'append'>,
  lines: Buffer,
  { clock, isInsisting }: { readonly clock: Clock; readonly isInsisting: boolean },
): Promise<readonly Rejected[]> {
  const rows = isInsisting ? rowsIn<Row>(lines) : []
  try {
    await inTime(journal.append(lines), clock)
    return []
  } catch (cause) {
    if (!isInsisting || cause instanceof StorageUnavailable) throw cause
    const rejected = await oneByOne(journal, rows, clock)
    // If it takes none of several, the fault is not theirs.
    if (rejected.length === rows.length && rows.length > 1) throw cause
    return rejected
  }
}

async function oneByOne<Row extends JournalRow>(journal: Pick<Journal<Row>, 'append'>, rows: readonly Row[], clock: Clock): Promise<readonly Rejected[]> {
  const rejected: Rejected[] = []
  for (const row of rows) {
    try {
      await inTime(journal.append([row]), clock)
    } catch (cause) {
      if (cause instanceof StorageUnavailable) throw cause
      rejected.push({ id: row.id, cause })
    }
  }
  return rejected
}

/** A store that says nothing is away; what it did nevertheless is ignored the next time, by the rows' ids. */
async function inTime(work: Promise<unknown>, clock: Clock): Promise<void> {
  let timer: { cancel(): void } | undefined
  const overdue = new Promise<never>((_, reject) => {
    timer = clock.after(deadlineMs, () => reject(new StorageUnavailable(`the store said nothing for ${deadlineMs / 1000} s`)))
  })
  try {
    await Promise.race([work, overdue])
  } finally {
    timer?.cancel()
  }
}
