/** Tells the service `live` what became of the rows of a journal. */

import type { LiveLog } from '../../../core/services/live-log.ts'
import type { RowsFate } from './journal-writer.ts'

export function liveFate(live: LiveLog, kind: string): RowsFate {
  return {
    get isAsked() {
      return live.isWatched
    },
    stored: ids => live.settled(kind, ids, 'flushed'),
    lost: ids => live.settled(kind, ids, 'failed'),
  }
}
