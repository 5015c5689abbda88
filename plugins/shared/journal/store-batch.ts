/** Stores a batch of rows, and finds the rows in it that no store takes. */

import type { Clock } from '../../../core/services/clock.ts'
import type { Journal, JournalRow } from '../../../core/storage/journal.ts'
import { rowsIn } from '../../../core/storage/spool/lines.ts'
import { StorageUnavailable } from '../../../core/storage/storage.ts'
import { inTime } from '../in-time.ts'

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
    await inTime(clock, journal.append(lines), deadlineMs, silent)
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
      await inTime(clock, journal.append([row]), deadlineMs, silent)
    } catch (cause) {
      if (cause instanceof StorageUnavailable) throw cause
      rejected.push({ id: row.id, cause })
    }
  }
  return rejected
}

/** What a store that said nothing did nevertheless is ignored the next time, by the rows' ids. */
function silent(): StorageUnavailable {
  return new StorageUnavailable(`the store said nothing for ${deadlineMs / 1000} s`)
}
