/** The provider instances: declared by the file, made and overlaid by variables, registered if they can work. */

import type { ProviderDefinition } from '../../plugin/provider.ts'
import type { Environment } from '../sources/environment.ts'
import type { Tree } from '../pointer.ts'
import { check } from '../schema/check.ts'
import { envFamilies, type SettingSchema } from '../schema/schema.ts'
import type { ProviderConfig } from './config.ts'
import { defaultSettings } from './default-settings.ts'
import { draftsOf, type Draft } from './draft.ts'
import { families, gather, parseName } from './family.ts'
import type { Family } from './family.ts'
import { applyInstance } from './overlay.ts'
import { register } from './register.ts'
import type { Registry } from './register.ts'

export interface Providers {
  /** By name, in the order of the names. */
  readonly instances: ReadonlyMap<string, ProviderConfig>
  /** The names of those that are declared and cannot work: they lack what their type needs. */
  readonly unregistered: readonly string[]
  /** The variables that would have made an instance, if none registered but the fallback. */
  readonly lookedFor: readonly string[]
}

/** What the block of a provider may say for itself. */
const overridable = '/resilience/'

/** @param blocks the `providers` of the file and the flags, as written @param schema of all settings */
export function readProviders(
  blocks: Tree,
  definitions: readonly ProviderDefinition[],
  schema: SettingSchema,
  environment: Environment,
  registry: Registry,
): Providers {
  const known = families(
    definitions,
    envFamilies(schema).filter(({ pointer }) => pointer.startsWith(overridable)),
  )
  const drafts = draftsOf(blocks, definitions, registry.provenance, registry.report)
  for (const variables of gather(environment, known)) applyInstance(variables, { ...registry, drafts })
  for (const draft of drafts.values()) takeOutUnknown(draft, schema, registry)
  warnOfPrefixed(environment, known, registry)
  const names = [...drafts.keys()].toSorted()
  const instances = names
    .map(name => drafts.get(name))
    .map(draft => draft && register(draft, registry))
    .filter(instance => instance !== undefined)
  const unregistered = names.filter(name => !instances.some(instance => instance.name === name))
  if (instances.length > 0) return { instances: byName(instances), unregistered, lookedFor: [] }
  return { instances: byName(definitions.filter(({ fallback }) => fallback).map(fallback)), unregistered, lookedFor: known.flatMap(variablesOf).toSorted() }
}

/** What it says for itself in the place of plugins' settings is theirs to check, and they refuse what they do not know: where that is tolerated, it is told here. */
function takeOutUnknown({ block, pointer }: Draft, { properties }: SettingSchema, { judge }: Registry): void {
  if (judge.tolerate === undefined) return
  const own = { resilience: properties?.['resilience'] ?? {} }
  const { findings } = check({ type: 'object', properties: own }, { resilience: block['resilience'] })
  const unknown = judge.meant(findings).filter(({ kind }) => kind === 'unknown')
  judge.judge(block, unknown, pointer)
}

/** Variables of providers are never prefixed: somebody who writes `TAPLINE_OPENAI_API_KEY` is told. */
function warnOfPrefixed(environment: Environment, known: readonly Family[], { report }: Registry): void {
  for (const { name } of environment.sorted()) {
    const [, bare] = /^(?:TAPLINE|GOMODEL)_(.+)$/.exec(name) ?? []
    if (bare !== undefined && parseName(bare, known) !== undefined) report.warn(`${name} is not read; the variable is ${bare}`)
  }
}

function byName(instances: readonly ProviderConfig[]): ReadonlyMap<string, ProviderConfig> {
  return new Map(instances.map(instance => [instance.name, instance]))
}

function fallback(definition: ProviderDefinition): ProviderConfig {
  const { name } = definition
  return { name, type: name, keys: [], models: [], settings: defaultSettings(definition), source: 'default' }
}

function variablesOf({ definition: { fallback, needs = [], needsOneOf = [] }, prefix }: Family): string[] {
  return fallback === true ? [] : [...new Set([...needs, ...needsOneOf])].map(need => `${prefix}_${need.toUpperCase()}`)
}
