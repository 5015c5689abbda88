/** Where the file of the vectors stands: beside that of the SQLite database, unless it has a place of its own. */

import { join, parse, resolve } from 'node:path'
import { dataPath } from '../../../core/storage/data-path.ts'

export const memory = ':memory:'

interface Paths {
  readonly path?: string
  readonly sqlite_path?: string
}

/** An absolute path, or `:memory:`. */
export function placeOf({ path, sqlite_path: beside }: Paths): string {
  const given = path ?? (beside === memory ? memory : undefined)
  if (given === memory) return memory
  if (given !== undefined) return resolve(given)
  const { dir, name, ext } = parse(beside === undefined ? dataPath('tapline.db') : resolve(beside))
  return join(dir, `${name}-vectors${ext}`)
}
