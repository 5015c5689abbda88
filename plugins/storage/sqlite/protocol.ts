/** What the gateway and the workers that hold its database say to each other. */

import type { Backend } from '../shared/backend.ts'

/** `append` gets lines: they cost the gateway's thread less than copies of rows. */
export type Method = keyof Backend | 'useJournal'

/** The database that a worker shall hold. */
export interface Opening {
  readonly path: string
  readonly readOnly: boolean
}

export interface Call {
  readonly id: number
  readonly method: Method
  readonly parameters: readonly unknown[]
}

/** It opens a database, takes calls, and closes it again; then it may open another. A message costs more than a call in it. */
export type Asked = Opening | readonly Call[] | 'close'

export type Answer = { readonly id: number; readonly result: unknown } | { readonly id: number; readonly error: WorkerError }

/** An error in plain data. */
export interface WorkerError {
  readonly name: string
  readonly message: string
  /** SQLite's code, if it is SQLite's error. */
  readonly code: number | undefined
}

/** Says that the database is open. */
export const ready = 0
/** Says that it is closed. */
export const closed = -1
