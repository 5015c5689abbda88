/** A file as callers see it. */

import type { FileRecord } from '../../core/index.ts'

/** OpenAI's object, and whose file it is. */
export function shown({ id, bytes, created_at, filename, purpose, provider }: FileRecord) {
  return { id, object: 'file', bytes, created_at, filename, purpose, status: 'processed', provider }
}
