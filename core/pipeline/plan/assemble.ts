/** Puts pipelines together: inheritance first, then the user's patches, then what follows from them. */

import type { Place, Problem } from '../../config/problems/place.ts'
import { suggestion } from '../../config/problems/suggestion.ts'
import { applyPatches, namedStep, type NamedStep } from './patch.ts'
import { readRoute } from './route-text.ts'
import { contestedRoutes, type Route } from './routes.ts'
import type { DialectCase, Patch, PipelineSource, WrittenPipeline } from './source.ts'

/** A pipeline whose steps are known by name, and not yet by plugin. */
export interface AssembledPipeline {
  readonly name: string
  readonly routes: readonly Route[]
  /** Whether the configuration defines it. */
  readonly isUsers: boolean
  /** Whether it says a route, be it one that is none. */
  readonly isRouted: boolean
  readonly operation: string
  readonly dialect: string | undefined
  readonly dialectWhen: readonly DialectCase[]
  readonly body: 'json' | 'bytes' | 'form' | 'none'
  readonly steps: readonly NamedStep[]
  readonly place: Place | undefined
}

/** What the user's file says under `pipelines`: patches, a pipeline, that it is off, or nothing. */
export type UserPipelines = Readonly<Record<string, readonly Patch[] | WrittenPipeline | false | 'off' | null>>

export interface UserSource {
  readonly pipelines: UserPipelines
  place(pointer: string): Place | undefined
  /** Whether something was left out for its form. */
  isFaulty(pointer: string): boolean
  /** A setting that a route names, for example `metrics.endpoint`. */
  setting(path: string): unknown
}

interface Draft {
  readonly source: PipelineSource
  readonly isUsers: boolean
}

/** Assembles every pipeline; problems are collected, all of them. */
export function assemblePipelines(defaults: readonly PipelineSource[], user: UserSource, problems: Problem[]): readonly AssembledPipeline[] {
  const drafts = new Map<string, Draft>(defaults.map(source => [source.name, { source, isUsers: false }]))
  const off = new Set<string>()
  for (const [name, said] of Object.entries(user.pipelines)) {
    if (said === false || said === 'off') off.add(name)
    else if (isPipeline(said)) {
      if (drafts.has(name) && said.extends === undefined && said.steps === undefined) problems.push(withoutSteps(name, user.place(`/pipelines/${name}`)))
      else drafts.set(name, { isUsers: true, source: { name, written: said, place: pointer => user.place(`/pipelines/${name}${pointer}`) } })
    }
    if (!drafts.has(name)) problems.push(unknown(name, drafts.keys(), user.place(`/pipelines/${name}`)))
  }
  const assembler = new Assembler(drafts, user, problems)
  const assembled = [...drafts.keys()].filter(name => !off.has(name) && !assembler.isFaulty(name)).map(name => assembler.pipeline(name))
  problems.push(...contestedRoutes(assembled))
  return assembled
}

function isPipeline(said: UserPipelines[string]): said is WrittenPipeline {
  return said !== null && typeof said === 'object' && !Array.isArray(said)
}

class Assembler {
  readonly #drafts: ReadonlyMap<string, Draft>
  readonly #user: UserSource
  readonly #problems: Problem[]
  readonly #done = new Map<string, AssembledPipeline>()
  readonly #underWay = new Set<string>()

  constructor(drafts: ReadonlyMap<string, Draft>, user: UserSource, problems: Problem[]) {
    this.#drafts = drafts
    this.#user = user
    this.#problems = problems
  }

  /** Whether the user's form of it, or of one that it extends, is wrong: what would come of it is not what was meant. */
  isFaulty(name: string, by: readonly string[] = []): boolean {
    const parent = this.#drafts.get(name)?.source.written.extends
    return this.#user.isFaulty(`/pipelines/${name}`) || (parent !== undefined && !by.includes(parent) && this.isFaulty(parent, [...by, name]))
  }

  pipeline(name: string): AssembledPipeline {
    const done = this.#done.get(name)
    if (done !== undefined) return done
    this.#underWay.add(name)
    const { source, isUsers } = this.#drafts.get(name) as Draft
    const { written } = source
    const parent = written.extends === undefined ? undefined : this.#parent(name, written.extends, source)
    const pipeline: AssembledPipeline = {
      name,
      isUsers,
      routes: this.#routes(source),
      isRouted: [written.route ?? []].flat().length > 0,
      operation: written.operation ?? parent?.operation ?? name,
      dialect: written.dialect ?? parent?.dialect,
      dialectWhen: written.dialect_when ?? parent?.dialectWhen ?? [],
      body: written.body ?? parent?.body ?? 'json',
      steps: this.#steps(source, parent),
      place: source.place(''),
    }
    this.#underWay.delete(name)
    this.#done.set(name, pipeline)
    return pipeline
  }

  #parent(name: string, parent: string, source: PipelineSource): AssembledPipeline | undefined {
    const at = source.place('/extends')
    const report = (message: string) => {
      this.#problems.push({ ...at, pointer: `/pipelines/${name}/extends`, message, got: parent })
    }
    if (!this.#drafts.has(parent)) report(`there is no pipeline "${parent}"${suggestion(parent, this.#drafts.keys())}`)
    else if (this.#underWay.has(parent)) report(`"${name}" extends itself, by way of ${[...this.#underWay].join(' → ')}`)
    else return this.pipeline(parent)
    return undefined
  }

  #steps(source: PipelineSource, parent: AssembledPipeline | undefined): readonly NamedStep[] {
    const { name, written } = source
    const own = written.steps?.map((step, index) => namedStep(step, source.place(`/steps/${index}`))) ?? parent?.steps ?? []
    this.#checkNames(own, name)
    const patches = (written.patches ?? []).filter(patch => !('remove' in patch && this.#isGone(patch.remove, name)))
    const problems: Problem[] = []
    const patched = applyPatches(own, patches, name, pointer => source.place(pointer.replace(`/pipelines/${name}`, '/patches')), problems)
    this.#problems.push(...problems.map(problem => ({ ...problem, pointer: problem.pointer.replace(`/pipelines/${name}`, `/pipelines/${name}/patches`) })))
    const said = this.#user.pipelines[name]
    return Array.isArray(said) ? applyPatches(patched, said as readonly Patch[], name, pointer => this.#user.place(pointer), this.#problems) : patched
  }

  /** Whether the user took a step out of a pipeline that this one of the default set takes over: then it need not be taken out again. */
  #isGone(step: string, pipeline: string): boolean {
    const { source, isUsers } = this.#drafts.get(pipeline) as Draft
    const { extends: parent } = source.written
    if (isUsers || parent === undefined) return false
    const said = this.#user.pipelines[parent]
    return (Array.isArray(said) && (said as readonly Patch[]).some(patch => 'remove' in patch && patch.remove === step)) || this.#isGone(step, parent)
  }

  #checkNames(steps: readonly NamedStep[], pipeline: string): void {
    const seen = new Set<string>()
    for (const { name, place } of steps) {
      if (seen.has(name))
        this.#problems.push({
          ...place,
          pointer: `/pipelines/${pipeline}/steps`,
          message: `two steps are named "${name}"; give one a name of its own`,
          got: name,
        })
      seen.add(name)
    }
  }

  #routes({ name, written, place }: PipelineSource): readonly Route[] {
    const { route = [] } = written
    return [route].flat().flatMap((text, index) => {
      const member = typeof route === 'string' ? '/route' : `/route/${index}`
      const pointer = `/pipelines/${name}${member}`
      const read = this.#read(text)
      if ('method' in read) return [{ ...read, place: place(member), pointer }]
      this.#problems.push({ ...place(member), pointer, ...read, got: text })
      return []
    })
  }

  /** A route with the settings that it names. */
  #read(route: string): ReturnType<typeof readRoute> {
    const settings = route
      .matchAll(/\{([a-z_.]+)\}/g)
      .map(([, setting = '']) => setting)
      .toArray()
    const unset = settings.find(setting => typeof this.#user.setting(setting) !== 'string')
    if (unset !== undefined) return { expected: 'a setting that is a text', message: `there is no setting "${unset}" that is a text` }
    return readRoute(settings.reduce((text, setting) => text.replace(`{${setting}}`, () => String(this.#user.setting(setting))), route))
  }
}

/** Nobody means to take the steps out of a default pipeline by saying nothing of them. */
function withoutSteps(name: string, place: Place | undefined): Problem {
  return {
    ...place,
    pointer: `/pipelines/${name}`,
    expected: 'a list of patches, or a pipeline with extends or steps',
    message: `this would take the place of the default pipeline "${name}", and it has no steps: write a list to change that one, or say what this one extends`,
  }
}

function unknown(name: string, known: Iterable<string>, place: Place | undefined): Problem {
  return { ...place, pointer: `/pipelines/${name}`, message: `there is no pipeline "${name}" to patch${suggestion(name, known)}`, got: name }
}
