/** Patches on several pipelines at once: each for those that have the steps that it names. */

import type { Place, Problem } from '../../config/problems/place.ts'
import { join } from 'node:path'
import { suggestion } from '../../config/problems/suggestion.ts'
import type { ResolvedPipeline, ResolvedStep } from '../../pipeline/plan/compile.ts'
import { applyPatches, type NamedStep } from '../../pipeline/plan/patch.ts'
import { tappedPhases } from '../../pipeline/plan/placed-step.ts'
import type { Patch } from '../../pipeline/plan/source.ts'
import type { PhaseName } from '../../pipeline/plan/step.ts'
import type { Instance } from '../../plugin/instance.ts'
import { placedStep, type ResolvedPlan } from './plans.ts'

export interface PatchedPipeline {
  readonly from: ResolvedPlan
  /** What the patches brought. */
  readonly fresh: readonly ResolvedStep[]
  readonly resolved: ResolvedPipeline
}

/** What is over when a variant is taken. */
const early: ReadonlySet<PhaseName> = new Set(['request', 'route'])

/** @param directory the paths of steps are relative to it */
export function patchPipelines(
  pipelines: readonly ResolvedPlan[],
  patches: readonly Patch[],
  directory: string,
  problems: Problem[],
): readonly { readonly from: ResolvedPlan; readonly steps: readonly NamedStep[] }[] {
  const applied = new Set<number>()
  const patched = pipelines.map(from => {
    const steps = patches.reduce((current, patch, index) => {
      if (!fits(patch, current)) return current
      applied.add(index)
      return withPatch(current, patch, index, directory, problems)
    }, from.pipeline.steps)
    return { from, steps }
  })
  patches.forEach((patch, index) => {
    if (!applied.has(index)) problems.push(unknown(patch, index, pipelines))
    else if (comesTooLate(patch, pipelines))
      problems.push({
        pointer: `/${index}/${memberOf(patch)}`,
        got: namesOf(patch)[0] ?? '',
        message: `"${namesOf(patch)[0] ?? ''}" does all its work before the pipeline is chosen`,
      })
  })
  return patched
}

/** Steps that were brought, and that act where nobody will ask them. */
export function lateSteps(pipelines: readonly PatchedPipeline[], instances: Pick<ReadonlyMap<string, Instance>, 'get'>): readonly Problem[] {
  return pipelines.flatMap(({ from, fresh }) =>
    fresh.flatMap(step =>
      placedStep(step, instances).flatMap(placed => {
        const phases = tappedPhases(placed)
        const pointer = step.step.place?.pointer ?? ''
        const at = (phase: PhaseName) => ({
          pointer,
          got: step.spec.name,
          message: `${step.spec.name} acts on "${phase}", which is over when the pipeline is chosen; give it other phases`,
        })
        if (phases.length === 0) return [{ pointer, got: step.spec.name, message: `${step.spec.name} does nothing in the phases that it is given` }]
        return from.placed.some(({ name }) => name === step.step.name) ? [] : phases.filter(phase => early.has(phase)).map(at)
      }),
    ),
  )
}

/** The steps that a patch cannot do without. */
function namesOf(patch: Patch): readonly string[] {
  if ('insert' in patch) return [patch.before, patch.after].filter(name => name !== undefined)
  return ['remove' in patch ? patch.remove : 'replace' in patch ? patch.replace : patch.set]
}

function memberOf(patch: Patch): string {
  if ('insert' in patch) return patch.before === undefined ? 'after' : 'before'
  return 'remove' in patch ? 'remove' : 'replace' in patch ? 'replace' : 'set'
}

function fits(patch: Patch, steps: readonly NamedStep[]): boolean {
  return namesOf(patch).every(name => steps.some(step => step.name === name))
}

function withPatch(steps: readonly NamedStep[], patch: Patch, index: number, directory: string, problems: Problem[]): readonly NamedStep[] {
  const at = (pointer: string): Place | undefined =>
    pointer.endsWith('/with') && !('with' in patch) ? undefined : { file: join(directory, 'variant'), line: 0, column: 0, pointer: moved(pointer, index) }
  const found: Problem[] = []
  const patched = applyPatches(steps, [patch], '', at, found)
  problems.push(...found.map(({ file: _f, line: _l, column: _c, ...problem }) => ({ ...problem, pointer: moved(problem.pointer, index) })))
  return patched
}

/** `/pipelines//0/insert` of a list of one, as a pointer into the whole list. */
function moved(pointer: string, index: number): string {
  return pointer.replace('/pipelines//0', `/${index}`)
}

function unknown(patch: Patch, index: number, pipelines: readonly ResolvedPlan[]): Problem {
  const known = new Set(pipelines.flatMap(({ pipeline }) => pipeline.steps.map(({ name }) => name)))
  const missing = namesOf(patch).find(name => !known.has(name)) ?? namesOf(patch).join('" and "')
  return { pointer: `/${index}/${memberOf(patch)}`, got: missing, message: `no pipeline has a step "${missing}"${suggestion(missing, known)}` }
}

/** Whether all that a step does is done before a variant is taken: then no patch can undo it. */
function comesTooLate(patch: Patch, pipelines: readonly ResolvedPlan[]): boolean {
  if ('insert' in patch) return false
  const [name] = namesOf(patch)
  const phases = pipelines.flatMap(({ placed }) => placed.filter(step => step.name === name).flatMap(tappedPhases))
  return phases.length > 0 && phases.every(phase => early.has(phase))
}
