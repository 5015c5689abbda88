/** Finds the rules that hold for a user path: those of the path itself and of all above it, and templates that give each child its own. */

import { LRUCache } from 'lru-cache'
import { ancestors } from '../../../core/user-path.ts'

/** What callers name as paths is without end. */
const mostPaths = 10_000

export interface PathRule {
  /** A user path, normalised. */
  readonly subject: string
  /** It stands for each direct child of the path, and not for the path itself. */
  readonly per_child: boolean
}

/** A rule, and whom it counts. */
export interface Applied<R> {
  readonly rule: R
  /** The path of the rule; of a template, the child. */
  readonly subject: string
}

/** @template M what is made of a rule for each that it counts */
export class PathIndex<R extends PathRule, M extends Applied<R>> {
  readonly #own = new Map<string, R[]>()
  readonly #templates = new Map<string, R[]>()
  /** By size, not by number: room for all of them is made when they come, not at once. */
  readonly #found = new LRUCache<string, readonly M[]>({ maxSize: mostPaths, sizeCalculation: () => 1 })
  readonly #make: (rule: R, subject: string) => readonly M[]

  constructor(rules: readonly R[], make: (rule: R, subject: string) => readonly M[]) {
    this.#make = make
    for (const rule of rules) add(rule.per_child ? this.#templates : this.#own, rule)
  }

  /** What holds for a path, from the path upwards. @param path as calls have it; empty is the root */
  of(path: string): readonly M[] {
    if (this.#own.size === 0 && this.#templates.size === 0) return []
    const known = this.#found.get(path)
    if (known !== undefined) return known
    const found = this.#find(path)
    this.#found.set(path, found)
    return found
  }

  /** The children of a template that were asked for lately. */
  childrenOf(template: R): readonly string[] {
    return [...new Set([...this.#found.values()].flatMap(found => found.flatMap(({ rule, subject }) => (rule === template ? [subject] : []))))]
  }

  #find(path: string): readonly M[] {
    const found: M[] = []
    const upwards = ancestors(path)
    upwards.forEach((subject, index) => {
      for (const rule of this.#own.get(subject) ?? []) found.push(...this.#make(rule, subject))
      const child = upwards[index - 1]
      if (child !== undefined) for (const rule of this.#templates.get(subject) ?? []) found.push(...this.#make(rule, child))
    })
    return found
  }
}

function add<R extends PathRule>(index: Map<string, R[]>, rule: R): void {
  index.set(rule.subject, [...(index.get(rule.subject) ?? []), rule])
}
