/** What secret references name: `${env:NAME}` and `${file:/absolute/path}`. */

import { readFileSync, statSync } from 'node:fs'
import { isAbsolute } from 'node:path'
import type { Lookup, Resolve } from './template.ts'

const maxBytes = 1024 * 1024

/** Resolves the schemes that are built in. */
export function secretResolver(lookup: Lookup): Resolve {
  return (scheme, reference) => {
    switch (scheme) {
      case 'env':
        return variable(reference, lookup)
      case 'file':
        return file(reference)
    }
    throw new Error(`nothing resolves the scheme "${scheme}"; it takes a plugin that does`)
  }
}

function variable(name: string, lookup: Lookup): string {
  const value = lookup(name)
  if (value === undefined) throw new Error('the variable is unset or empty')
  return value
}

function file(path: string): string {
  if (!isAbsolute(path)) throw new Error('the path is not absolute')
  const stat = readable(() => statSync(path, { throwIfNoEntry: false }))
  if (stat === undefined) throw new Error('no such file')
  if (!stat.isFile()) throw new Error('not a regular file')
  if (stat.size > maxBytes) throw new Error('the file is larger than 1 MiB')
  return readable(() => readFileSync(path, 'utf8')).replace(/\r?\n$/, '')
}

/** What the system says names the file, and is kept as the cause alone. */
function readable<T>(read: () => T): T {
  try {
    return read()
  } catch (cause) {
    throw new Error('the file cannot be read', { cause })
  }
}
