/** What is wrong with a configuration: collected, sorted, and said in one line each. */

import { relative } from 'node:path'
import { shownPointer } from '../conceal.ts'
import type { Problem } from './place.ts'

/** A configuration that cannot be used, with everything that is wrong with it. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  /** Sorted by file and line, each once; problems of variables and flags follow. */
  readonly problems: readonly Problem[]

  constructor(problems: readonly Problem[]) {
    const lines = new Map(problems.toSorted(byPlace).map(problem => [formatProblem(problem), problem]))
    super([...lines.keys()].join('\n'))
    this.problems = [...lines.values()].map(problem => ({ ...problem, pointer: shownPointer(problem.pointer) }))
  }
}

/**
 * One line for one problem: where, which setting, what was expected and what was found.
 * @param cwd files below it are named relative to it
 * @example tapline.yaml:12:3  /server/body_sise_limit  unknown key; did you mean "body_size_limit"?
 */
export function formatProblem(problem: Problem, cwd = process.cwd()): string {
  return [...where(problem, cwd), shownPointer(problem.pointer), problem.message].filter(part => part !== '').join('  ')
}

/** The candidate that a misspelt name most likely meant: two edits away at most. */
export function nearest(name: string, candidates: Iterable<string>): string | undefined {
  const close = [...candidates]
    .map(candidate => ({ candidate, edits: editDistance(name, candidate) }))
    .filter(({ candidate, edits }) => edits <= 2 && edits < candidate.length)
  return close.toSorted((a, b) => a.edits - b.edits)[0]?.candidate
}

function byPlace(a: Problem, b: Problem): number {
  return (
    compare(a.file ?? '\uffff', b.file ?? '\uffff') ||
    (a.line ?? 0) - (b.line ?? 0) ||
    (a.column ?? 0) - (b.column ?? 0) ||
    compare(a.env ?? '', b.env ?? '') ||
    compare(a.pointer, b.pointer)
  )
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function where({ file, line, column, env }: Problem, cwd: string): string[] {
  if (file !== undefined) return [[fromHere(file, cwd), line, column].filter(part => part !== undefined).join(':'), env ?? '']
  if (env === undefined) return ['configuration']
  return [env.startsWith('--') ? `flag ${env}` : `env ${env}`]
}

/** A file below the working directory by its relative path. */
export function fromHere(file: string, cwd = process.cwd()): string {
  const path = relative(cwd, file)
  return path.startsWith('..') ? file : path
}

/** Levenshtein's distance, one row at a time. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (const [i, x] of [...a].entries()) {
    const next = [i + 1]
    for (const [j, y] of [...b].entries()) {
      next.push(Math.min((next[j] ?? 0) + 1, (row[j + 1] ?? 0) + 1, (row[j] ?? 0) + (x === y ? 0 : 1)))
    }
    row = next
  }
  return row.at(-1) ?? 0
}
