/** Edits to a list of steps, by name. Pure; what cannot be done is reported with the nearest name. */

import type { Blamed, Place, Problem } from '../../config/problems/place.ts'
import { suggestion } from '../../config/problems/suggestion.ts'
import type { Patch, WrittenStep } from './source.ts'
import type { Step } from './step.ts'

/** A step that knows its name and where it was written. */
export type NamedStep = Step & {
  readonly name: string
  /** Where the options were written, by name, that a later patch left as they were. */
  readonly optionPlaces?: Readonly<Record<string, Place>>
  /** The setting that chose it, where it was not written as a step. */
  readonly chosenBy?: Blamed
}

/** How to point at a patch. */
export type Pointing = (pointer: string) => Place | undefined

/** Makes a step from how it was written. */
export function namedStep(written: WrittenStep, place: Place | undefined): NamedStep {
  const step: Step = typeof written === 'string' ? { use: written } : written
  return { ...step, name: step.name ?? nameOf(step.use), ...(place === undefined ? {} : { place }) }
}

/** Applies patches in order. Those that cannot be applied are left out and reported. */
export function applyPatches(
  steps: readonly NamedStep[],
  patches: readonly Patch[],
  pipeline: string,
  at: Pointing,
  problems: Problem[],
): readonly NamedStep[] {
  return patches.reduce((current, patch, index) => {
    const pointer = `/pipelines/${pipeline}/${index}`
    const fail = (member: string, message: string, got: string) => {
      const place = at(`${pointer}/${member}`) ?? at(pointer)
      problems.push({ ...place, pointer: `${pointer}/${member}`, message, got })
      return current
    }
    const missing = (member: string, name: string) =>
      fail(
        member,
        `no step "${name}" in pipeline "${pipeline}"${suggestion(
          name,
          current.map(step => step.name),
        )}`,
        name,
      )
    if ('insert' in patch) return insert(current, patch, at(`${pointer}/insert`), missing, fail)
    const [member, name] = 'remove' in patch ? ['remove', patch.remove] : 'replace' in patch ? ['replace', patch.replace] : ['set', patch.set]
    const found = current.findIndex(step => step.name === name)
    if (found < 0) return missing(member, name)
    return current.toSpliced(found, 1, ...edited(current[found] as NamedStep, patch, at(`${pointer}/with`) ?? at(pointer)))
  }, steps)
}

type Insert = Extract<Patch, { insert: WrittenStep }>
type Fail = (member: string, message: string, got: string) => readonly NamedStep[]

function insert(
  steps: readonly NamedStep[],
  patch: Insert,
  place: Place | undefined,
  missing: (member: string, name: string) => readonly NamedStep[],
  fail: Fail,
): readonly NamedStep[] {
  const step = namedStep(patch.insert, place)
  if (steps.some(({ name }) => name === step.name)) return fail('insert', `there is a step "${step.name}" already; give this one a name of its own`, step.name)
  const after = patch.after === undefined ? -1 : steps.findIndex(({ name }) => name === patch.after)
  const before = patch.before === undefined ? steps.length : steps.findIndex(({ name }) => name === patch.before)
  if (patch.after !== undefined && after < 0) return missing('after', patch.after)
  if (patch.before !== undefined && before < 0) return missing('before', patch.before)
  if (after >= before) return fail('insert', `impossible order: "${patch.after}" stands below "${patch.before}"`, step.name)
  return steps.toSpliced(patch.after === undefined ? before : after + 1, 0, step)
}

function edited(step: NamedStep, patch: Exclude<Patch, Insert>, place: Place | undefined): readonly NamedStep[] {
  if ('remove' in patch) return []
  if ('replace' in patch) {
    const other = namedStep(patch.with, place)
    return [typeof patch.with === 'string' || patch.with.name === undefined ? { ...other, name: step.name } : other]
  }
  const { set: _, options, ...rest } = patch
  return [
    { ...step, ...rest, ...(place === undefined ? {} : { place }), options: { ...step.options, ...options }, optionPlaces: placesOfOptions(step, options) },
  ]
}

/** Of the options that stay. */
function placesOfOptions({ options = {}, optionPlaces, place }: NamedStep, changed: Step['options'] = {}): Readonly<Record<string, Place>> {
  const kept = Object.keys(options).filter(name => !Object.hasOwn(changed, name))
  return Object.fromEntries(
    kept.flatMap(name => {
      const written = optionPlaces?.[name] ?? place
      return written === undefined ? [] : [[name, written]]
    }),
  )
}

/** A step's name when none is given: the plugin's own, a path's file name, a package's last part. */
function nameOf(use: string): string {
  return (use.split('/').at(-1) ?? use).replace(/\.(ts|js|mjs)$/, '')
}
