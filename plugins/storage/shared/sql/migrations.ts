/** How the tables that every store has came to be. Numbered; a step that was released is never changed. */

import type { Connection, Database } from './database.ts'
import { sql } from './sql.ts'

/** One step for each version of the schema, the first for version 1. */
function steps({ dialect, changeTrigger }: Database): readonly string[] {
  const type = (column: 'text' | 'integer') => dialect.type(column).text(() => '')
  const [text, integer] = [type('text'), type('integer')]
  return [
    `
    CREATE TABLE tapline_documents (
      collection ${text} NOT NULL, id ${text} NOT NULL, revision ${integer} NOT NULL, owner ${text} NOT NULL, position ${integer} NOT NULL,
      expires_at ${integer}, value ${text}, PRIMARY KEY (collection, id));
    CREATE INDEX tapline_documents_position ON tapline_documents (collection, position, id);
    CREATE INDEX tapline_documents_expiry ON tapline_documents (expires_at) WHERE expires_at IS NOT NULL;
    CREATE TABLE tapline_changes (collection ${text} PRIMARY KEY, revision ${integer} NOT NULL);
    CREATE TABLE tapline_journals (name ${text} PRIMARY KEY, shape ${text} NOT NULL, counted ${integer} NOT NULL DEFAULT 0, changed ${integer} NOT NULL DEFAULT 0);
    ${changeTrigger}
  `,
  ]
}

/** Brings the tables up to date; of several processes that begin together, one does it. @throws if a newer program has been here */
export async function migrate(database: Database): Promise<void> {
  if ((await versionOf(database)) === steps(database).length) return
  await database.alone(async connection => {
    await connection.define(`CREATE TABLE IF NOT EXISTS tapline_schema (version ${database.dialect.type('integer').text(() => '')} NOT NULL)`)
    const known = steps(database)
    const version = (await versionOf(connection)) ?? 0
    if (version > known.length)
      throw new Error(
        `the database was made by a newer Tapline: its schema is version ${version}, and this program knows up to ${known.length}. Start the newer program, or restore a backup`,
      )
    for (const step of known.slice(version)) await connection.define(step)
    await connection.change(sql`DELETE FROM tapline_schema`)
    await connection.change(sql`INSERT INTO tapline_schema (version) VALUES (${known.length})`)
  })
}

/** @returns undefined in an empty database */
async function versionOf(connection: Connection): Promise<number | undefined> {
  if (!(await connection.hasTable('tapline_schema'))) return undefined
  const [row] = await connection.ask(sql`SELECT version FROM tapline_schema`, 'lookup')
  return row === undefined ? undefined : Number(row['version'])
}
