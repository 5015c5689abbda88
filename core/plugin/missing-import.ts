/** An import that leads nowhere: where it stands, and what was most likely meant. */

import { existsSync, readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

export interface MissingImport {
  /** The file that imports, as an absolute path. */
  readonly file: string
  /** `:line:column` of what it imports, or nothing where that is not found. */
  readonly place: string
  /** What to do about it, behind `: `; or nothing. */
  readonly advice: string
}

/** @returns undefined for another error */
export function missingImport({ message }: Error): MissingImport | undefined {
  const [, kind, missing = '', importer = ''] = /^Cannot find (module|package) '(.+?)' imported from (.+)$/.exec(message) ?? []
  if (kind === undefined) return undefined
  const file = importer.startsWith('file:') ? fileURLToPath(importer) : importer
  const written = specifiersOf(file).find(({ specifier }) =>
    kind === 'module' ? resolve(dirname(file), specifier) === missing : namesPackage(specifier, missing),
  )
  return { file, place: written?.place ?? '', advice: kind === 'module' ? meant(missing, written?.specifier) : '' }
}

interface Specifier {
  readonly specifier: string
  readonly place: string
}

/** Every text in quotes: one of them is what was imported. */
function specifiersOf(file: string): readonly Specifier[] {
  const text = existsSync(file) ? readFileSync(file, 'utf8') : ''
  return [...text.matchAll(/(?<=['"])[^'"\n]+(?=['"])/g)].map(({ 0: specifier, index }) => {
    const before = text.slice(0, index - 1).split('\n')
    return { specifier, place: `:${before.length}:${(before.at(-1) ?? '').length + 1}` }
  })
}

function namesPackage(specifier: string, name: string): boolean {
  return specifier === name || specifier.startsWith(`${name}/`)
}

/** Node wants the whole name of a file. */
function meant(missing: string, specifier = ''): string {
  const endings = ['.ts', '.js', '/index.ts', '/index.js']
  const whole = endings.map(ending => missing + ending).find(existsSync) ?? [missing.replace(/\.js$/, '.ts')].find(existsSync)
  if (whole === undefined) return ''
  const spelled = whole.startsWith(missing) ? specifier + whole.slice(missing.length) : specifier.replace(/\.js$/, '.ts')
  return `: write '${spelled}'`
}
