/** What PostgreSQL's errors mean: which ones pass, and which ones a second attempt mends. */

import { StorageUnavailable } from '../../../core/index.ts'

/** Classes of SQLSTATE that say nothing against the statement: connections, a password or a user, a database that is not there, resources, the operator's doing, the system's. */
const passingClasses: ReadonlySet<string> = new Set(['08', '28', '3D', '53', '57', '58', 'XX'])
/**
 * A server that only reads, as a standby does; a transaction that took too long, or did nothing for too long; a lock that was waited for too long; a right that
 * was taken away; a schema, a table, a column, a constraint or a function that is not there, as while a backup is put back.
 */
const passingCodes: ReadonlySet<string> = new Set(['25006', '25P03', '25P04', '55P03', '42501', '3F000', '42P01', '42P10', '42703', '42883'])
/** A deadlock; a transaction that could not be put in order with another. */
const repeatable: ReadonlySet<string> = new Set(['40001', '40P01'])

export function isRepeatable(cause: unknown): boolean {
  return repeatable.has(stateOf(cause) ?? '')
}

/** StorageUnavailable for what passes; everything else as it is. */
export function meaningOf(cause: unknown): unknown {
  if (cause instanceof StorageUnavailable || !(cause instanceof Error)) return cause
  const state = stateOf(cause)
  const passes = state === undefined ? isOfConnection(cause) : passingClasses.has(state.slice(0, 2)) || passingCodes.has(state) || repeatable.has(state)
  return passes ? new StorageUnavailable(`PostgreSQL: ${cause.message === '' ? 'the connection failed' : cause.message}`, { cause }) : cause
}

/** Whether nothing can be said over this connection any more. */
export function breaksConnection(cause: unknown): boolean {
  const state = stateOf(cause)
  return state === undefined || state.startsWith('08') || state.startsWith('57P')
}

function stateOf(cause: unknown): string | undefined {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : undefined
}

/** Errors of sockets have codes such as ECONNREFUSED, the client's own have none. */
function isOfConnection(cause: Error): boolean {
  return 'errno' in cause || 'syscall' in cause || cause instanceof AggregateError || /connection|timeout|not queryable/i.test(cause.message)
}
