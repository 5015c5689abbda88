/** Settings by names that they had once: those that have another name today, and those that nothing needs any more. */

import type { OptionsSchema } from '../plugin/schema.ts'
import { check } from './schema/check.ts'
import type { Environment } from './sources/environment.ts'
import { fromText } from './sources/env-text.ts'
import { expand } from './sources/expand.ts'
import { FilledIn } from './problems/filled-in.ts'
import type { Place, Problem } from './problems/place.ts'
import { getIn, isTree, join, keysOf, setIn } from './pointer.ts'
import type { Tree } from './pointer.ts'
import { blame } from './provenance.ts'
import type { Report } from './problems/report.ts'
import { secretResolver } from './sources/secrets.ts'
import type { Spellings } from './sources/spelling.ts'
import type { YamlFile } from './sources/yaml-file.ts'

/** `a.b` stands as `becomes` today; `*` is every item of a list. */
export interface MovedSetting {
  readonly setting: string
  readonly becomes: string
  /** Not worth a warning. */
  readonly silent?: boolean
}

/** The variable gives the setting `becomes`, where that setting's own variable does not. */
export interface OlderVariable {
  readonly env: string
  readonly becomes: string
}

/** A setting, and the variables that gave it, that are of no effect: their values are checked all the same. */
export interface RetiredSetting {
  readonly setting: string
  readonly envs?: readonly string[]
  /** What it could say; anything where absent. */
  readonly schema?: OptionsSchema
  /** What is so instead, for the warning. */
  readonly instead: string
}

/** What a plugin's settings were called once, in the order in which it is read. */
export type OlderSetting = MovedSetting | OlderVariable | RetiredSetting

/** The file with today's names, each in the place of the older one; warns of what is no longer meant to be written. */
export function readOlderKeys(file: YamlFile, older: readonly OlderSetting[], environment: Environment, report: Report): YamlFile {
  const value = structuredClone(file.value)
  const places = new Map(file.places)
  for (const entry of older) {
    if ('env' in entry) continue
    for (const { pointer, indexes } of found(value, entry.setting)) {
      if ('becomes' in entry) move({ from: pointer, to: pointerAt(entry.becomes, indexes), silent: entry.silent ?? false }, value, places, report)
      else retireKey(entry, pointer, value, places, environment, report)
    }
  }
  return { ...file, value, places }
}

/** Checks the variables that are of no effect, and warns of them. */
export function retireVariables(older: readonly OlderSetting[], spellings: Spellings, environment: Environment, report: Report): void {
  for (const entry of older) {
    if (!('instead' in entry)) continue
    for (const variable of (entry.envs ?? []).map(env => spellings.findOlder(env))) {
      if (variable === undefined) continue
      if (isSound(entry, fromText(entry.schema, variable.value), { ...blame(variable), pointer: '' }, environment, report))
        report.warn(`${variable.name} is not needed any more: ${entry.instead}`)
    }
  }
}

interface Found {
  readonly pointer: string
  /** Where each `*` led. */
  readonly indexes: readonly string[]
}

/** All that a dotted path with `*` names in a tree. */
function found(tree: Tree, setting: string): readonly Found[] {
  const start: readonly Found[] = [{ pointer: '', indexes: [] }]
  return setting.split('.').reduce(
    (reached, key) =>
      reached.flatMap(({ pointer, indexes }): readonly Found[] => {
        const at = getIn(tree, pointer)
        if (key === '*') return Array.isArray(at) ? at.map((_, index) => ({ pointer: join(pointer, index), indexes: [...indexes, String(index)] })) : []
        return isTree(at) && Object.hasOwn(at, key) ? [{ pointer: join(pointer, key), indexes }] : []
      }),
    start,
  )
}

function pointerAt(setting: string, indexes: readonly string[]): string {
  const left = [...indexes]
  return join('', ...setting.split('.').map(key => (key === '*' ? (left.shift() ?? key) : key)))
}

function move(
  { from, to, silent }: { readonly from: string; readonly to: string; readonly silent: boolean },
  tree: Tree,
  places: Map<string, Place>,
  report: Report,
): void {
  if (!silent) report.warn(`${dotted(from)}${lineOf(places.get(from))} is read for now; its name here is ${dotted(to)}`)
  const written = taken(tree, from)
  for (const [pointer, place] of places) {
    if (pointer !== from && !pointer.startsWith(`${from}/`)) continue
    const moved = to + pointer.slice(from.length)
    if (!places.has(moved)) places.set(moved, { ...place, pointer: moved })
  }
  merge(tree, written, from, to, report)
}

/** What is written by today's name counts. */
function merge(tree: Tree, written: unknown, from: string, to: string, report: Report): void {
  const standing = getIn(tree, to)
  if (standing === undefined || standing === null) setIn(tree, to, written)
  else if (isTree(standing) && isTree(written)) for (const [key, value] of Object.entries(written)) merge(tree, value, join(from, key), join(to, key), report)
  else if (written !== null) report.warn(`${dotted(from)} is not read: ${dotted(to)} is there, too`)
}

function retireKey(entry: RetiredSetting, pointer: string, tree: Tree, places: YamlFile['places'], environment: Environment, report: Report): void {
  const place = places.get(pointer)
  if (isSound(entry, taken(tree, pointer), { ...place, pointer }, environment, report))
    report.warn(`${dotted(pointer)}${lineOf(place)} is not needed any more: ${entry.instead}`)
}

/** Takes the value at a pointer out of the tree. */
function taken(tree: Tree, pointer: string): unknown {
  const parent = getIn(tree, pointer.slice(0, pointer.lastIndexOf('/')))
  const key = keysOf(pointer).at(-1) ?? ''
  if (!isTree(parent)) return undefined
  const { [key]: value } = parent
  delete parent[key]
  return value
}

function isSound(
  { schema }: RetiredSetting,
  written: unknown,
  at: Partial<Problem> & { readonly pointer: string },
  { lookup }: Environment,
  report: Report,
): boolean {
  if (schema === undefined) return true
  const faults: Problem[] = []
  const filledIn = new FilledIn()
  const value = expand(written, schema, at.pointer, {
    lookup,
    resolve: secretResolver(lookup),
    fail: (_, message) => faults.push({ ...at, message }),
    conceal: (...value) => filledIn.add(...value),
  })
  if (faults.length === 0)
    faults.push(
      ...check(schema, value).findings.map(({ expected, got, message }) => ({
        ...at,
        ...(expected === undefined ? {} : { expected }),
        ...(got === undefined ? {} : { got }),
        message,
      })),
    )
  for (const fault of faults) report.problem(filledIn.hide(fault))
  return faults.length === 0
}

function dotted(pointer: string): string {
  return keysOf(pointer).join('.')
}

function lineOf(place: Place | undefined): string {
  return place === undefined ? '' : ` (line ${place.line})`
}
