/** Reads the configuration of a process: its file, variables and flags, with the settings that plugins bring and the types that providers have. */

import { loadConfig, type Config, type ConfigInput } from '../config/load.ts'
import { ConfigError } from '../config/problems.ts'
import { defaultNames, load } from '../plugin/load.ts'
import type { Ground } from './ground.ts'
import { ProviderTypes } from './provider-types.ts'

/** A configuration, with the types of providers that it names. */
export interface ReadConfig {
  readonly config: Config
  readonly types: ProviderTypes
}

/** Where it is read. */
export type Origin = Pick<Ground, 'cwd' | 'env' | 'flags'> & Pick<ConfigInput, 'readText' | 'previousFile'>

/** Reads and checks the configuration; nothing is compiled. @throws ConfigError with every problem */
export async function loadFor(origin: Origin): Promise<Config> {
  return (await readConfig(origin)).config
}

/** `loadFor`, for who goes on to compile it. @throws ConfigError with every problem */
export async function readConfig({ cwd, env, flags, readText, previousFile }: Origin): Promise<ReadConfig> {
  const types = await ProviderTypes.known()
  const config = await loadConfig({ cwd, env, flags, readText, previousFile, settings: await settingsOwners(), providerTypes: [...types.definitions.values()], loadProviderType: (type, from) => types.add(type, from) })
  if (config.values.plugins.enabled || types.files.size === 0) return { config, types }
  throw new ConfigError([...types.files.keys()].map(type => ({ pointer: '/plugins/enabled', got: type, message: `provider "${type}" is not of the default set, and plugins.enabled is false` })))
}

/** The default plugins, whose options have places of their own in tapline.yaml. */
async function settingsOwners(): Promise<ConfigInput['settings']> {
  const names = await defaultNames('plugin')
  const loaded = await Promise.all(names.map(name => load('plugin', name, '/', { searchPaths: [], foreignAllowed: false })))
  return loaded.flatMap(({ definition: { name, schema, presence } }) => schema === undefined ? [] : [{ plugin: name, schema, ...(presence === undefined ? {} : { presence }) }])
}
