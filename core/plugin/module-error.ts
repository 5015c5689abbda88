/** Says what failed while a module was loaded, and where in its file. */

import { fileURLToPath } from 'node:url'
import { ownModules } from './resolve.ts'

/**
 * @param use the module as it was named
 * @param url what that led to
 */
export function whatFailed(use: string, url: URL, cause: unknown): string {
  if (!(cause instanceof Error)) return `${use} cannot be loaded: ${String(cause)}`
  return `${use}${placeIn(url, cause.stack ?? '')} cannot be loaded: ${cause.message}${advice(cause)}`
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
