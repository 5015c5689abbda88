/** The virtual models of the configuration, and those that older failover rules mean. */

import { readFileSync } from 'node:fs'
import { join } from '../../../core/config/pointer.ts'
import { SettingFault } from '../../../core/config/problems/setting-fault.ts'
import { normaliseUserPath, type OptionsOf } from '../../../core/index.ts'
import { readModelSelector } from '../../shared/models/model-selector.ts'
import type { schema } from '../schema.ts'
import { chainFaults } from './chains.ts'
import { defaults, isRedirect, type KnownModel, type VirtualModel } from './definition.ts'
import { definitionFault, strangerFault, type Fault } from './faults.ts'

type Options = OptionsOf<typeof schema>

/**
 * By source.
 * @param providers the names of all instances that are declared, also of those that are not there
 * @throws SettingFault with all that are wrong, or Error for a file of older rules that cannot be read
 */
export function configuredModels(options: Options, providers: readonly string[]): ReadonlyMap<string, KnownModel> {
  const written = options.virtual_models.map(given => fromConfiguration(given, providers))
  const meant = fromRules(options)
  const all = new Map([...meant, ...written].map(model => [model.source, model]))
  const indexOf = (source: string) => written.findIndex(model => model.source === source)
  const twice = written.flatMap(({ source }, index) =>
    indexOf(source) < index ? [{ pointer: join(setting, index, 'source'), message: `there are two virtual models "${source}"` }] : [],
  )
  const wrong = [
    ...meant.flatMap(model => faultsOf(model, providers).map(({ message }) => ({ pointer: olderSetting, message }))),
    ...written.flatMap((model, index) =>
      faultsOf(model, providers).map(({ param, message }) => ({ pointer: pointerOf(index, param, options.virtual_models[index]), message })),
    ),
  ]
  const chained = chainFaults(all).map(({ chain, message }) => {
    const index = chain.map(indexOf).find(index => index >= 0)
    return { pointer: index === undefined ? olderSetting : join(setting, index), message }
  })
  const problems = [...twice, ...wrong, ...chained]
  if (problems.length > 0) throw new SettingFault(problems)
  return all
}

const setting = '/virtual_models'
const olderSetting = '/failover/rules'

function faultsOf(model: KnownModel, providers: readonly string[]): readonly Fault[] {
  const fault = definitionFault(model, providers) ?? strangerFault(model, providers)
  return fault === undefined ? [] : [{ ...fault, message: `virtual model "${model.source}": ${fault.message}` }]
}

/** @param param as faults name a member: a `target` counts before the others */
function pointerOf(index: number, param: string, given: Options['virtual_models'][number] | undefined): string {
  const [member = '', item = '', ...rest] = param.split('.')
  const at = member === 'targets' && given?.target !== undefined ? String(Number(item) - 1) : item
  return join(setting, index, ...[member, at, ...rest].filter(key => key !== ''))
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
