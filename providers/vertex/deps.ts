/** What identity in the cloud depends on, so that tests can put something else there. */

import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { smallCall, type SmallFetch } from '../../core/upstream/small-call.ts'

export interface VertexDeps {
  /** Milliseconds since 1970. */
  now(): number
  readonly fetch: SmallFetch
  /** Where gcloud keeps what it knows of its user, if no variable says otherwise. */
  readonly gcloud: string
  /** @throws Error if the file cannot be read */
  read(file: string): string
}

export const real: VertexDeps = {
  now: () => Date.now(),
  fetch: smallCall,
  gcloud: process.env['APPDATA'] === undefined ? join(homedir(), '.config/gcloud') : join(process.env['APPDATA'], 'gcloud'),
  read: file => readFileSync(file, 'utf8'),
}
