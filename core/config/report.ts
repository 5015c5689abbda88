/** Collects what is wrong, and what the operator should know, while a configuration is read. */

import type { Problem } from './place.ts'
import { ConfigError } from './problems.ts'

export class Report {
  readonly #problems = new Map<string, Problem>()
  readonly #warnings = new Set<string>()
  readonly #errors = new Set<string>()

  /** Notes a problem; the same one at the same place counts once. */
  problem(problem: Problem): void {
    this.#problems.set(JSON.stringify([problem.file, problem.line, problem.env, problem.pointer, problem.message]), problem)
  }

  /** Notes a warning, once. */
  warn(text: string): void {
    this.#warnings.add(text)
  }

  /** Notes an error that does not keep the gateway from starting: a part of the configuration is left out. */
  leaveOut(text: string): void {
    this.#errors.add(text)
  }

  get errors(): readonly string[] {
    return [...this.#errors]
  }

  get warnings(): readonly string[] {
    return [...this.#warnings]
  }

  /** @throws ConfigError with everything that was noted, if anything was */
  end(): void {
    if (this.#problems.size > 0) throw new ConfigError([...this.#problems.values()])
  }
}
