/** The virtual models of the configuration, and those that older failover rules mean. */

import { readFileSync } from 'node:fs'
import { normaliseUserPath, type OptionsOf } from '../../../core/index.ts'
import { readModelSelector } from '../../shared/models/model-selector.ts'
import type { schema } from '../schema.ts'
import { chainFault } from './chains.ts'
import { defaults, isRedirect, type KnownModel, type VirtualModel } from './definition.ts'
import { definitionFault, strangerFault } from './faults.ts'

type Options = OptionsOf<typeof schema>

/**
 * By source.
 * @param providers the names of all instances that are declared, also of those that are not there
 * @throws Error that says which virtual model is wrong, and how
 */
export function configuredModels(options: Options, providers: readonly string[]): ReadonlyMap<string, KnownModel> {
  const written = options.virtual_models.map(given => fromConfiguration(given, providers))
  const twice = written.find(({ source }, index) => written.findIndex(other => other.source === source) < index)
  if (twice !== undefined) throw new Error(`there are two virtual models "${twice.source}"`)
  const all = new Map([...fromRules(options), ...written].map(model => [model.source, model]))
  for (const model of all.values()) {
    const fault = definitionFault(model, providers) ?? strangerFault(model, providers)
    if (fault !== undefined) throw new Error(`virtual model "${model.source}": ${fault.message}`)
  }
  const fault = chainFault(all)
  if (fault !== undefined) throw new Error(fault)
  return all
}

function fromConfiguration(
  { target, targets, strategy_plugin: plugin, slowdown, ...given }: Options['virtual_models'][number],
  providers: readonly string[],
): KnownModel {
  const model: VirtualModel = {
    ...given,
    source: given.source.trim(),
    targets: [...(target === undefined ? [] : [{ model: target, weight: 1 }]), ...targets],
    strategy_plugin: plugin ?? null,
    slowdown: slowdown ?? null,
    user_paths: given.user_paths.map(path => normaliseUserPath(path) ?? path),
  }
  const source = isRedirect(model) ? model.source : (readModelSelector(model.source, providers)?.text ?? model.source)
  return { ...model, source, managed: true, created_at: null, updated_at: null }
}

/** Rules of the configuration, of the file over them, and of the environment over both. */
function fromRules({
  failover_rules: rules,
  failover_rules_json: fromEnvironment,
  manual_rules_path: path,
  disabled_failover: disabled,
}: Options): readonly KnownModel[] {
  const off = new Set(Array.isArray(disabled) ? disabled : Object.entries(disabled).flatMap(([model, isOff]) => (isOff ? model : [])))
  const all = { ...rules, ...(path === undefined ? {} : readRules(path)), ...fromEnvironment }
  return Object.entries(all)
    .filter(([primary, further]) => !off.has(primary) && further.length > 0)
    .map(([primary, further]) => ({
      ...defaults,
      source: primary,
      strategy: 'failover',
      targets: [primary, ...further.filter(selector => selector !== primary)].map(model => ({ model, weight: 1 })),
      description: 'made of failover.rules',
      managed: true,
      created_at: null,
      updated_at: null,
    }))
}

/** @throws Error if the file is not there, or holds something else */
function readRules(path: string): Readonly<Record<string, readonly string[]>> {
  const rules: unknown = parsed(path)
  const isRule = (value: unknown) => Array.isArray(value) && value.every(selector => typeof selector === 'string' && selector !== '')
  if (typeof rules !== 'object' || rules === null || Array.isArray(rules) || !Object.values(rules).every(isRule))
    throw new Error(`${path} is not an object of lists of models`)
  return rules as Readonly<Record<string, readonly string[]>>
}

function parsed(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch (cause) {
    throw new Error(`${path} cannot be read as JSON: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
  }
}
