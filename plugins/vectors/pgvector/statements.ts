/** What is said to PostgreSQL about one table. */

import type { Which } from '../shared/vector-database.ts'

/** How many rows go with one statement. */
export const atOnce = 1000
/** Of the lock under which replicas make the table; any number would do. */
const lockKey = 7_827_546_264

export interface Condition {
  readonly where: string
  readonly values: readonly (string | number)[]
}

export interface Statements {
  readonly make: string
  readonly dimension: string
  readonly nearest: string
  readonly put: string
  forget(condition: Condition): string
}

/** @param name as configured: letters, digits and `_`, perhaps behind a schema */
export function statementsFor(name: string, dimension: number): Statements {
  const table = name
    .split('.')
    .map(part => `"${part}"`)
    .join('.')
  const index = (column: string) => `CREATE INDEX IF NOT EXISTS "${name.split('.').at(-1) ?? ''}_${column}" ON ${table} (${column})`
  return {
    // One message is one transaction.
    make: `
      SELECT pg_advisory_xact_lock(${lockKey});
      CREATE EXTENSION IF NOT EXISTS vector;
      CREATE TABLE IF NOT EXISTS ${table} (id text PRIMARY KEY, namespace text NOT NULL, vector vector(${dimension}) NOT NULL, model text NOT NULL, model_id text NOT NULL, expires_at bigint NOT NULL, body bytea NOT NULL);
      ${index('namespace')};
      ${index('expires_at')}`,
    dimension: `SELECT atttypmod AS dimension FROM pg_attribute WHERE attrelid = to_regclass('${table}') AND attname = 'vector'`,
    nearest: `SELECT id, 1 - (vector <=> $1::vector) AS similarity, body FROM ${table} WHERE namespace = $2 AND (expires_at = 0 OR expires_at > $3) ORDER BY vector <=> $1::vector LIMIT 1`,
    put: `
      INSERT INTO ${table} (id, namespace, vector, model, model_id, expires_at, body) VALUES ($1, $2, $3::vector, $4, $5, $6, $7)
      ON CONFLICT (id) DO UPDATE SET namespace = excluded.namespace, vector = excluded.vector, model = excluded.model, model_id = excluded.model_id, expires_at = excluded.expires_at, body = excluded.body`,
    forget: ({ where }) => `DELETE FROM ${table} WHERE id IN (SELECT id FROM ${table} WHERE ${where} LIMIT ${atOnce})`,
  }
}

export function conditionOf(which: Which): Condition {
  if (which === 'all') return { where: 'true', values: [] }
  return 'model' in which
    ? { where: 'model = $1 OR model_id = $1', values: [which.model] }
    : { where: 'expires_at > 0 AND expires_at <= $1', values: [which.expiredAt] }
}
