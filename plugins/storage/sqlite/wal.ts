/** Turns a file to write-ahead logging, so that readers and the writer do not wait for each other. */

import type { DatabaseSync } from 'node:sqlite'

const attempts = 200
const pauseMs = 25

/** SQLite does not wait for a second process that is turning the same file. @throws what it throws at last */
export function changeToWal(file: DatabaseSync): void {
  for (let attempt = 1; ; attempt += 1) {
    try {
      file.exec('PRAGMA journal_mode = WAL')
      return
    } catch (cause) {
      if (attempt === attempts || !isBusy(cause)) throw cause
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pauseMs)
    }
  }
}

function isBusy(cause: unknown): boolean {
  return cause instanceof Error && 'errcode' in cause && (Number(cause.errcode) & 0xff) === 5
}
