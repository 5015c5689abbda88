/** Reads all of a collection, page by page. */

import type { RecordQuery, Records, Stored } from './records.ts'

const pageSize = 1000

export async function listAll<T extends object>(records: Records<T>, query: Omit<RecordQuery, 'after' | 'limit'> = {}): Promise<readonly Stored<T>[]> {
  const all: Stored<T>[] = []
  for (;;) {
    const last = all.at(-1)
    const page = await records.list({ ...query, limit: pageSize, ...(last === undefined ? {} : { after: { position: last.position, id: last.id } }) })
    for (const stored of page) all.push(stored)
    if (page.length < pageSize) return all
  }
}
