/** The manual as data: its pages, and the blocks of code on them with what is said of each. */

import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export const root = join(import.meta.dirname, '../..')

export interface Block {
  readonly page: string
  /** The line at which the fence stands. */
  readonly line: number
  readonly language: string
  readonly text: string
  /** What a comment before the fence says of it: `<!-- file: ping.ts -->`, `<!-- broken -->`. */
  readonly note: string
  readonly argument: string
}

export interface Page {
  /** Relative to the root of the repository. */
  readonly name: string
  readonly text: string
  readonly blocks: readonly Block[]
}

export const pages: readonly Page[] = ['README.md', 'CONTRIBUTING.md', ...globSync('docs/*.md', { cwd: root }).sort()].map(read)

export function page(name: string): Page {
  const found = pages.find(page => page.name === name)
  if (found === undefined) throw new Error(`the manual has no page ${name}`)
  return found
}

/** The files that a page shows, by name. */
export function filesOf({ blocks }: Page): Readonly<Record<string, string>> {
  return Object.fromEntries(blocks.filter(({ note }) => note === 'file').map(({ argument, text }) => [argument, text]))
}

/** The files that the configurations of a page may name: its own, and those of the page on plugins. */
export function filesFor(one: Page): Readonly<Record<string, string>> {
  return { ...filesOf(page('docs/writing-a-plugin.md')), ...filesOf(one) }
}

export function titleOf({ page, line }: Block): string {
  return `${page}:${line}`
}

function read(name: string): Page {
  const text = readFileSync(join(root, name), 'utf8')
  const fences = text.matchAll(/(?:^<!-- (\w+)(?:: (.*))? -->\n)?^```(\w+)\n([^]*?)^```$/gm)
  const blocks = [...fences].map(({ 1: note = '', 2: argument = '', 3: language = '', 4: code = '', index }) => ({
    page: name,
    line: text.slice(0, index).split('\n').length + (note === '' ? 0 : 1),
    language,
    text: code,
    note,
    argument,
  }))
  return { name, text, blocks }
}
