/** What is wrong in the form of a configuration, and what of it is right all the same: that much can be compiled, and its own mistakes told in the same run. */

import type { Problem } from './place.ts'
import { isTree, join, keysOf, without } from '../pointer.ts'
import type { Tree } from '../pointer.ts'
import { nearest } from './problems.ts'
import { schemaAt } from '../schema/schema.ts'
import type { SettingSchema } from '../schema/schema.ts'

export class Faults {
  readonly #problems: readonly Problem[]
  readonly #pointers: readonly string[]

  /** @param problems all that is wrong in form @param schema of the whole file */
  constructor(problems: readonly Problem[], schema: SettingSchema) {
    this.#problems = problems
    this.#pointers = [...new Set(problems.flatMap(({ pointer }) => [pointer, ...meantBy(pointer, schema)]))]
  }

  /** Whether the value at a pointer, a part of it, or something that it is a part of is wrong or misspelt. */
  touch(pointer: string): boolean {
    return this.#pointers.some(at => isWithin(at, pointer) || isWithin(pointer, at))
  }

  /**
   * What was written, without what is wrong: of a list all, of a pipeline and a provider too, since their parts hang together.
   * @returns undefined where it is not known what is there at all: pipelines, or the plugins that they name
   */
  soundPart(tree: Tree): Tree | undefined {
    if (this.#pointers.includes('') || this.#pointers.includes('/pipelines') || this.touch('/plugins')) return undefined
    return this.#problems.reduce<Tree>((rest, { pointer }) => without(rest, partWith(rest, pointer)) as Tree, tree)
  }
}

function isWithin(pointer: string, whole: string): boolean {
  return pointer === whole || pointer.startsWith(`${whole}/`)
}

/** The setting that a misspelt key stands for. */
function meantBy(pointer: string, schema: SettingSchema): readonly string[] {
  const parent = pointer.slice(0, pointer.lastIndexOf('/'))
  const { properties = {} } = schemaAt(schema, parent) ?? {}
  const key = keysOf(pointer).at(-1) ?? ''
  const meant = Object.hasOwn(properties, key) ? undefined : nearest(key, Object.keys(properties))
  return meant === undefined ? [] : [join(parent, meant)]
}

/** The keys of what goes with a value that is wrong; of one that is missing, what lacks it. */
function partWith(tree: Tree, pointer: string): readonly string[] {
  const keys = keysOf(pointer)
  if (keys[0] === 'pipelines' || keys[0] === 'providers') return keys.slice(0, 2)
  let at: unknown = tree
  for (const [depth, key] of keys.entries()) {
    if (!isTree(at) || !Object.hasOwn(at, key)) return keys.slice(0, depth)
    at = at[key]
  }
  return keys
}
