/** Collects what is wrong, and what the operator should know, while a configuration is read. */

import type { Problem } from './place.ts'
import { formatProblem } from './problems.ts'

export class Report {
  readonly #problems = new Map<string, Problem>()
  readonly #warnings = new Set<string>()
  readonly #leftOut = new Map<string, Problem>()
  #tell: ((warning: string) => void) | undefined

  /** Notes a problem; the same one at the same place counts once. */
  problem(problem: Problem): void {
    this.#problems.set(JSON.stringify([problem.file, problem.line, problem.env, problem.pointer, problem.message]), problem)
  }

  /** Whether something is known to be wrong at a pointer: what follows from that need not be told. */
  isFaulty(pointer: string): boolean {
    return this.#problems.values().some(problem => problem.pointer === pointer)
  }

  /** Notes a warning, once. */
  warn(text: string): void {
    if (this.#warnings.has(text)) return
    this.#warnings.add(text)
    this.#tell?.(text)
  }

  /** Has warnings told that are still to come: the configuration serves, and nobody asks for them any more. */
  tellFurther(tell: (warning: string) => void): void {
    this.#tell = tell
  }

  /** Notes an error that does not keep the gateway from starting: a part of the configuration is left out. */
  leaveOut(problem: Problem): void {
    this.#leftOut.set(formatProblem(problem), problem)
  }

  get errors(): readonly string[] {
    return [...this.#leftOut.keys()]
  }

  get leftOut(): readonly Problem[] {
    return [...this.#leftOut.values()]
  }

  get problems(): readonly Problem[] {
    return [...this.#problems.values()]
  }

  get warnings(): readonly string[] {
    return [...this.#warnings]
  }
}
