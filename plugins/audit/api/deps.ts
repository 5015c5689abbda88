/** What the endpoints of the log work with. */

import type { Clock, UsageLedger, UsageTotals } from '../../../core/index.ts'
import type { Journal } from '../../../core/storage/journal.ts'
import type { AuditEntry } from '../../../schemas/admin/audit.schema.ts'
import type { AuditRow } from '../journal.ts'
import type { MediaStore } from '../media/media-store.ts'
import { fullView, slimView } from './view.ts'

export interface ApiDeps {
  /** Undefined while nothing is recorded: then answers are empty. */
  readonly journal: Journal<AuditRow> | undefined
  /** Stores the rows that still wait, so that whoever looks finds the latest, too. */
  flush(): Promise<void>
  readonly usage: UsageLedger | undefined
  readonly media: MediaStore
  readonly clock: Clock
}

/** Rows with what their requests used; without it while that cannot be said. */
export async function viewsOf(
  rows: readonly AuditRow[],
  { usage }: ApiDeps,
  view: typeof slimView | typeof fullView = slimView,
): Promise<readonly AuditEntry[]> {
  const totals = await totalsOf(rows, usage)
  return rows.map((row, index) => view(row, totals[index]))
}

async function totalsOf(rows: readonly AuditRow[], usage: UsageLedger | undefined): Promise<readonly (UsageTotals | undefined)[]> {
  if (usage === undefined || rows.length === 0) return []
  try {
    return await usage.ofRequests(rows)
  } catch {
    // The log is worth reading without it.
    return []
  }
}
