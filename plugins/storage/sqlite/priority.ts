/** Where there are fewer cores than threads with work, the thread that serves callers goes first: what is stored stands in the spool until then. */

import { readlinkSync } from 'node:fs'
import { setPriority } from 'node:os'

/** A quarter of a core beside a busy thread of usual priority. */
const niceness = 5

/** Lowers the priority of the thread that calls. Linux only: elsewhere priorities belong to whole processes. */
export function stepBack(): void {
  try {
    const thread = Number(readlinkSync('/proc/thread-self').split('/').at(-1))
    if (thread !== process.pid) setPriority(thread, niceness)
  } catch {
    // No /proc, or not allowed: then all threads are alike.
  }
}
