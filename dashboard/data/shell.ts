/** Commands for a shell, as people copy them. */

/** A command with each of its arguments on a line. */
export function curl(words: string, args: readonly string[]): string {
  return [`curl ${words}`, ...args].join(' \\\n  ')
}

/** A text as the shell takes it, whatever is in it. */
export function inShell(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`
}
