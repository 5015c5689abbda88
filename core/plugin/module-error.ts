/** Says what failed while a module was loaded, or in what it defines, and where in its file. */

import { realpathSync } from 'node:fs'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { missingImport } from './missing-import.ts'
import { ownModules } from './resolve.ts'

/**
 * @param use the module as it was named
 * @param url what that led to
 */
export function whatFailed(use: string, url: URL, cause: unknown): string {
  if (!(cause instanceof Error)) return `${use} cannot be loaded: ${String(cause)}`
  const missing = missingImport(cause)
  const isHere = missing === undefined || missing.file === fileURLToPath(url)
  const place = missing?.place ?? placeIn(url, cause.stack ?? '')
  return `${use}${isHere ? place : ''} cannot be loaded: ${cause.message}${isHere ? '' : place}${advice(cause)}${missing?.advice ?? ''}`
}

/** A module of the operator, as it was named and where it is. */
export interface Module {
  readonly use: string
  /** An absolute path. */
  readonly file: string
}

/** `use:line:column` of where a module threw what was thrown; undefined where that is not known. */
export function placeOfThrow({ use, file }: Module, cause: unknown): string | undefined {
  const place = cause instanceof Error ? placeIn(pathToFileURL(realpathSync(file)), cause.stack ?? '') : ''
  return place === '' ? undefined : `${use}${place}`
}

/**
 * `:line:column` or `:line`, where that is known. Errors of syntax underline what is wrong instead of naming a column; a file that may be
 * either kind of module is named by its path.
 */
function placeIn(url: URL, stack: string): string {
  const [, line, column = underlined(stack)] =
    new RegExp(`(?:${RegExp.escape(url.href)}|${RegExp.escape(fileURLToPath(url))})(?:\\?[^:\\s]*)?:(\\d+)(?::(\\d+))?`).exec(stack) ?? []
  if (line === undefined) return ''
  return column === undefined ? `:${line}` : `:${line}:${column}`
}

function underlined(stack: string): number | undefined {
  const blanks = /^( *)\^+$/m.exec(stack)?.[1]
  return blanks === undefined ? undefined : blanks.length + 1
}

/** What Node means, where its words do not say. */
function advice({ message }: Error): string {
  if (message === 'Cannot use import statement outside a module') return ': the package.json beside it must say "type": "module"'
  if (message.startsWith("Cannot find package 'tapline'")) return `: there are ${Object.keys(ownModules).join(', ')}`
  const name = /does not provide an export named '(\w+)'$/.exec(message)?.[1]
  return name === undefined ? '' : `: if it is a type, say import { type ${name} }`
}
