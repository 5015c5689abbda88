/** SQL as PostgreSQL speaks it. */

import type { Dialect, StoredType } from '../shared/sql/database.ts'
import type { SlotSegment } from '../shared/slots.ts'
import { join, name, raw, sql, type Sql } from '../shared/sql/sql.ts'

/** JSON stays text: `jsonb` would order members anew and spell numbers its own way. "C" compares bytes, as the other databases do. */
const types: Readonly<Record<StoredType, string>> = {
  text: 'text COLLATE "C"',
  json: 'text COLLATE "C"',
  texts: 'text COLLATE "C"',
  integer: 'bigint',
  boolean: 'smallint',
  real: 'double precision',
  sum: 'double precision',
}
// oxlint-disable-next-line no-control-regex -- all of ASCII
const ascii = /^[\0-\x7f]*$/
/** Characters of a text that an index holds; it refuses more than 2700 bytes. */
const indexedLength = raw('200')

/** @param unicode a collation that knows the upper and lower case of all letters */
export function dialectWith(unicode: string): Dialect {
  return {
    stretches,
    counter: raw('bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY'),
    appending: table => sql`SELECT pg_advisory_xact_lock_shared(hashtextextended(${table}, 0))`,
    appended: table => sql`SELECT pg_advisory_xact_lock(hashtextextended(${table}, 0))`,
    forUpdate: raw(' FOR UPDATE'),
    noLimit: raw(' LIMIT ALL'),
    type: type => raw(types[type]),
    fraction: number => sql`${number}::double precision`,
    isOneOf: (text, values) => sql`${text} = ANY(${values}::text[])`,
    equals: (column, type, value) =>
      isText(type) ? sql`left(${column}, ${indexedLength}) = left(${value}::text, ${indexedLength}) AND ${column} = ${value}` : sql`${column} = ${value}`,
    indexed: (column, type) => (isText(type) ? sql`left(${column}, ${indexedLength})` : column),
    holds: (text, needle) => sql`strpos(lower(${ascii.test(needle) ? text : sql`${text} COLLATE ${name(unicode)}`}), ${needle}) > 0`,
    contains: (text, needle) => sql`strpos(${text}, ${needle}) > 0`,
    member: (document, member) => sql`(${document}::json -> ${member}::text)::text`,
    texts: (json, alias) => sql`json_array_elements_text(${json}::json) AS ${name(alias)}(value)`,
    newest: (timestamp, id) => sql`lpad(${timestamp}::text, 16, '0') || ${id}`,
    forEachSegment(segments, query) {
      const values = (column: keyof SlotSegment) => segments.map(segment => (Reflect.get(segment, column) as number | undefined) ?? 0)
      const { columns, from, where, groupBy } = query(column => name('s', column))
      const table = sql`unnest(${values('period')}::integer[], ${values('from')}::bigint[], ${values('to')}::bigint[], ${values('length')}::bigint[]) AS s("period", "from", "to", "length")`
      const grouping = groupBy.length === 0 ? raw('') : sql`GROUP BY ${join(groupBy)}`
      // LATERAL reads a range of the index for each segment; a plain join might read everything.
      return sql`SELECT s.period, x.* FROM ${table} CROSS JOIN LATERAL (SELECT ${join(columns)} FROM ${from} WHERE ${where} ${grouping} HAVING count(*) > 0) AS x`
    },
  }
}

/** A table for each part and length: rows of one would else lie among those of all others, each on a page of its own. */
function stretches(table: string, definition: Sql, parts: readonly (readonly number[])[]): readonly Sql[] {
  const number = (value: number) => raw(String(value))
  return [
    sql`CREATE TABLE ${name(table)} (${definition}) PARTITION BY LIST (part)`,
    ...parts.flatMap((lengths, part) => {
      const ofPart = `${table}_${part}`
      return [
        sql`CREATE TABLE ${name(ofPart)} PARTITION OF ${name(table)} FOR VALUES IN (${number(part)}) PARTITION BY LIST (length)`,
        // Room on each page for a row's next version, which then needs no new entry in an index.
        ...lengths.map(
          length => sql`CREATE TABLE ${name(`${ofPart}_${length}`)} PARTITION OF ${name(ofPart)} FOR VALUES IN (${number(length)}) WITH (fillfactor = 60)`,
        ),
      ]
    }),
  ]
}

function isText(type: StoredType): boolean {
  return type === 'text' || type === 'texts' || type === 'json'
}

/** Tells of changes to documents of collections that somebody watches. */
export const changeTrigger = `
  CREATE FUNCTION tapline_tell_changes() RETURNS trigger LANGUAGE plpgsql AS $$
  DECLARE told text;
  BEGIN
    FOR told IN UPDATE tapline_changes SET revision = revision + 1 WHERE collection IN (SELECT DISTINCT collection FROM changed) RETURNING collection LOOP
      PERFORM pg_notify('tapline_changes', told);
    END LOOP;
    RETURN NULL;
  END $$;
${(['INSERT', 'UPDATE', 'DELETE'] as const)
  .map(
    event => `
  CREATE TRIGGER tapline_documents_${event.toLowerCase()} AFTER ${event} ON tapline_documents
    REFERENCING ${event === 'DELETE' ? 'OLD' : 'NEW'} TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION tapline_tell_changes();`,
  )
  .join('')}`
