/** What a finding means: a problem where the value was written, or, when unknown keys are tolerated, a warning. */

import { whereTolerated, type Finding } from '../schema/check.ts'
import { FilledIn } from './filled-in.ts'
import type { Problem } from './place.ts'
import { getIn, isTree, keysOf } from '../pointer.ts'
import { formatProblem } from './problems.ts'
import type { Provenance } from '../provenance.ts'
import type { Report } from './report.ts'

export class Judge {
  /** What messages do not repeat. */
  readonly filledIn = new FilledIn()
  readonly #provenance: Provenance
  readonly #report: Report
  readonly #isStrict: boolean
  readonly #refused = new Set<string>()

  constructor(provenance: Provenance, report: Report, isStrict: boolean) {
    this.#provenance = provenance
    this.#report = report
    this.#isStrict = isStrict
  }

  /** Told of unknown keys that somebody else took out; undefined where they are not tolerated. */
  get tolerate(): ((problem: Problem) => void) | undefined {
    return this.#isStrict ? undefined : problem => this.#report.warn(formatProblem(problem))
  }

  /** The findings, where unknown keys are tolerated as if those were not there. */
  meant(findings: readonly Finding[]): readonly Finding[] {
    return this.#isStrict ? findings : whereTolerated(findings)
  }

  /**
   * Reports the findings on a value; unknown keys that are tolerated are taken out of it.
   * @param root where the value stands in the configuration
   * @returns whether the value can be used
   */
  judge(value: unknown, findings: readonly Finding[], root = ''): boolean {
    const [tolerated, fatal] = partition(
      this.meant(findings).filter(({ pointer }) => !this.#refused.has(root + pointer)),
      ({ kind }) => kind === 'unknown' && !this.#isStrict,
    )
    for (const finding of tolerated) {
      this.#report.warn(formatProblem(this.#problem(finding, root)))
      remove(value, finding.pointer)
    }
    for (const finding of fatal) this.#report.problem(this.#problem(finding, root))
    return fatal.length === 0
  }

  /** Reports the one thing that is wrong with the value at a pointer; later findings on it are not told. */
  refuse(pointer: string, message: string): void {
    this.#refused.add(pointer)
    this.#report.problem({ ...this.#provenance.locate(pointer), pointer, message })
  }

  #problem({ pointer, expected, got, message }: Finding, root: string): Problem {
    const at = root + pointer
    const wording = { ...(expected === undefined ? {} : { expected }), ...(got === undefined ? {} : { got }), message }
    return this.filledIn.hide({ ...this.#provenance.locate(at), pointer: at, ...wording })
  }
}

function partition<T>(items: readonly T[], belongs: (item: T) => boolean): [T[], T[]] {
  return [items.filter(belongs), items.filter(item => !belongs(item))]
}

function remove(value: unknown, pointer: string): void {
  const parent = getIn(value, pointer.slice(0, pointer.lastIndexOf('/')))
  if (isTree(parent)) delete parent[keysOf(pointer).at(-1) ?? '']
}
