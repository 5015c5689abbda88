/** What is wrong with a virtual model in itself, whatever others there are. */

import { normaliseUserPath } from '../../../core/index.ts'
import { readModelSelector } from '../../shared/models/model-selector.ts'
import { isRedirect, type VirtualModel } from './definition.ts'

export interface Fault {
  readonly param: string
  readonly message: string
}

/** @param providers the names of the configured instances */
export function definitionFault(model: VirtualModel, providers: readonly string[]): Fault | undefined {
  return commonFault(model) ?? (isRedirect(model) ? redirectFault(model) : policyFault(model, providers))
}

function commonFault({ source, user_paths: paths, slowdown }: VirtualModel): Fault | undefined {
  if (source === '') return { param: 'source', message: 'source must not be empty' }
  const wrongPath = paths.findIndex(path => path === '' || normaliseUserPath(path) !== path)
  if (wrongPath >= 0) return { param: `user_paths.${wrongPath}`, message: `${JSON.stringify(paths[wrongPath])} is no user path` }
  const isPace = slowdown === null || slowdown === 0 || (slowdown >= 0.1 && slowdown <= 10)
  return isPace ? undefined : { param: 'slowdown', message: 'slowdown must be 0, or from 0.1 to 10' }
}

/** A provider among the targets that is not there. */
export function strangerFault({ targets }: VirtualModel, providers: readonly string[]): Fault | undefined {
  const isThere = (provider: string) => providers.some(known => known.toLowerCase() === provider.toLowerCase())
  const stranger = targets.findIndex(({ provider }) => provider !== undefined && !isThere(provider))
  if (stranger < 0) return undefined
  return {
    param: `targets.${stranger}.provider`,
    message: `there is no provider ${JSON.stringify(targets[stranger]?.provider)}; known: ${providers.join(', ')}`,
  }
}

function redirectFault({ groups, strategy, strategy_plugin: plugin, strategy_config: config }: VirtualModel): Fault | undefined {
  if (groups.length > 0) return { param: 'groups', message: 'groups are for policies, which have no targets; user_paths say who may use a name' }
  if (strategy === 'plugin') return plugin === null ? { param: 'strategy_plugin', message: 'strategy_plugin must say which plugin chooses' } : undefined
  if (plugin !== null) return { param: 'strategy_plugin', message: 'strategy_plugin is for the strategy "plugin"' }
  return Object.keys(config).length > 0 ? { param: 'strategy_config', message: 'strategy_config is for the strategy "plugin"' } : undefined
}

function policyFault({ source, strategy_plugin: plugin, label_targets: labels }: VirtualModel, providers: readonly string[]): Fault | undefined {
  if (readModelSelector(source, providers) === undefined)
    return {
      param: 'source',
      message: `${JSON.stringify(source)} selects nothing: expected provider/model, provider/* of a provider that is there, model, or *; known providers: ${providers.join(', ')}`,
    }
  if (plugin !== null || labels)
    return { param: plugin === null ? 'label_targets' : 'strategy_plugin', message: 'a virtual model without targets routes nothing' }
  return undefined
}
