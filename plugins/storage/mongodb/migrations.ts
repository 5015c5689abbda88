/** How the collections that every store has came to be. Numbered; a step that was released is never changed. */

import type { Collection, Db } from 'mongodb'
import type { Exclusive } from './exclusive.ts'
import { documentsOf } from './documents.ts'

export type MigrationStep = (database: Db) => Promise<unknown>

/** One step for each version of the schema, the first for version 1. Each may be run again where it was interrupted. */
const steps: readonly MigrationStep[] = [
  async database =>
    await documentsOf(database).createIndexes([
      { key: { collection: 1, position: 1, id: 1 } },
      { key: { collection: 1, id: 1 } },
      { key: { collection: 1, members: 1 } },
      { key: { expires_at: 1 } },
    ]),
]

interface SchemaRecord {
  readonly _id: 'schema'
  readonly version: number
}

/** Brings the collections up to date; of several processes that begin together, one does it. @throws if a newer program has been here */
export async function migrate(database: Db, alone: Exclusive, known: readonly MigrationStep[] = steps): Promise<void> {
  if ((await versionOf(database, known)) === known.length) return
  await alone.run(async () => {
    for (let version = await versionOf(database, known); version < known.length; version++) {
      await known[version]?.(database)
      await schemaOf(database).updateOne({ _id: 'schema' }, { $set: { version: version + 1 } }, { upsert: true })
    }
  })
}

async function versionOf(database: Db, known: readonly MigrationStep[]): Promise<number> {
  const version = (await schemaOf(database).findOne({ _id: 'schema' }))?.version ?? 0
  if (version > known.length)
    throw new Error(
      `the database was made by a newer Tapline: its schema is version ${version}, and this program knows up to ${known.length}. Start the newer program, or restore a backup`,
    )
  return version
}

function schemaOf(database: Db): Collection<SchemaRecord> {
  return database.collection('tapline_schema')
}
