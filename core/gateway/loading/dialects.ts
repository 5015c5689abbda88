/** Loads the dialects of a configuration: those of its pipelines, and those that its providers speak. */

import { dirname } from 'node:path'
import type { Config } from '../../config/config.ts'
import type { ProviderConfig } from '../../config/providers/config.ts'
import type { Place, Problem } from '../../config/problems/place.ts'
import { suggestion } from '../../config/problems/suggestion.ts'
import type { ResolvedPipeline } from '../../pipeline/plan/compile.ts'
import { isForCallers, type Dialect, type UpstreamDialect } from '../../plugin/dialect.ts'
import { load, LoadError, type Loaded } from '../../plugin/load.ts'
import type { ProviderDefinition } from '../../plugin/provider.ts'
import { nameFrom } from '../../plugin/resolve.ts'
import { factsOf, operationNames, operationsNamed } from '../../upstream/provider/provider-facts.ts'
import type { Dialects } from '../variants/plans.ts'
import type { ProviderTypes } from './provider-types.ts'
import { tryLoad } from './try-load.ts'
import { flawOfDialect } from './vet-dialect.ts'

/** By name; those that are named by a path by their files. */
export async function loadDialects(
  pipelines: readonly ResolvedPipeline[],
  configs: ReadonlyMap<string, ProviderConfig>,
  config: Config,
  types: ProviderTypes,
  problems: Problem[],
): Promise<Dialects> {
  const dialects = new Map<string, Loaded<Dialect | UpstreamDialect>>()
  const add = async (dialect: string, from: string, named: Omit<Problem, 'message'>) => {
    const key = nameFrom(dialect, from)
    const loaded = dialects.get(key) ?? (await tryLoad(() => loadVetted(dialect, from, config.values.plugins.enabled), { ...named, got: dialect }, problems))
    if (loaded !== undefined) dialects.set(key, loaded)
    return loaded?.definition
  }
  const addForCallers = async (dialect: string, pointer: string, place: Place | undefined) => {
    const named = { ...(config.place(pointer) ?? place), pointer }
    const definition = await add(dialect, dirname(place?.file ?? '/'), named)
    if (definition !== undefined && !isForCallers(definition))
      problems.push({ ...named, got: dialect, expected: 'a dialect in which callers speak', message: `${dialect} is spoken to providers only` })
  }
  for (const {
    pipeline: { dialect, dialectWhen, name, place },
  } of pipelines) {
    if (dialect !== undefined) await addForCallers(dialect, `/pipelines/${name}/dialect`, place)
    for (const [index, rule] of dialectWhen.entries()) await addForCallers(rule.dialect, `/pipelines/${name}/dialect_when/${index}/dialect`, place)
  }
  for (const provider of configs.values()) {
    const definition = types.definitions.get(provider.type)
    const facts = definition === undefined ? undefined : knownFacts(provider, definition)
    if (facts === undefined) continue
    problems.push(...unknownOperations(provider, facts.operations, config))
    for (const dialect of facts.dialects) await add(dialect, dirname(types.files.get(provider.type) ?? '/'), namedBy(dialect, provider, config))
  }
  return dialects
}

/** What names a dialect that a provider speaks: the setting that lists it, or the whole block. */
function namedBy(dialect: string, { name, settings }: ProviderConfig, config: Config): Omit<Problem, 'message'> {
  const block = `/providers/${name}`
  const index = ((settings['native_dialects'] as readonly string[] | undefined) ?? []).indexOf(dialect)
  const pointer = index < 0 ? block : `${block}/native_dialects/${index}`
  return { ...(config.source(pointer) === 'default' ? config.place(block) : config.locate(pointer)), pointer }
}

/** @throws LoadError */
async function loadVetted(dialect: string, from: string, foreignAllowed: boolean): Promise<Loaded<Dialect | UpstreamDialect>> {
  const loaded = await load('dialect', dialect, from, { searchPaths: [], foreignAllowed })
  const flaw = loaded.isDefault ? undefined : flawOfDialect(loaded.definition)
  if (flaw !== undefined) throw new LoadError(`${dialect} cannot be used: ${flaw}`, 'a dialect')
  return loaded
}

/** None of an instance that cannot be set up: it will be left out. */
function knownFacts(provider: ProviderConfig, definition: ProviderDefinition): ReturnType<typeof factsOf> | undefined {
  try {
    return factsOf(provider, definition)
  } catch {
    return undefined
  }
}

/** Operations that an instance shall be asked for, and that its type does not have. */
function unknownOperations({ name, type, settings }: ProviderConfig, known: Readonly<Record<string, unknown>>, config: Config): readonly Problem[] {
  const asked = (settings['operations'] as readonly string[] | undefined) ?? []
  return asked.flatMap((operation, index) => {
    const pointer = `/providers/${name}/operations/${index}`
    return operationsNamed(operation, known).length > 0
      ? []
      : [
          {
            ...config.place(pointer),
            pointer,
            got: operation,
            expected: 'an operation of the type',
            message: `${type} has no operation "${operation}"${suggestion(operation, operationNames(known))}`,
          },
        ]
  })
}
