/** Reads the configuration of a process: its file, variables and flags, with the settings that plugins bring and the types that providers have. */

import type { Config } from '../../config/config.ts'
import { loadSound, type ConfigInput, type SoundConfig } from '../../config/load.ts'
import { ConfigError } from '../../config/problems/problems.ts'
import { defaultNames, load } from '../../plugin/load.ts'
import type { ProcessContext } from '../process-context.ts'
import { ProviderTypes } from './provider-types.ts'

/** A configuration, with the types of providers that it names. */
export interface ReadConfig extends SoundConfig {
  readonly types: ProviderTypes
}

/** Where it is read. */
export type Origin = Pick<ProcessContext, 'cwd' | 'env' | 'flags'> & Pick<ConfigInput, 'readText' | 'previous'>

/** Reads and checks the configuration; nothing is compiled. @throws ConfigError with every problem */
export async function loadFor(origin: Origin): Promise<Config> {
  const { config, problems } = await readConfig(origin)
  if (problems.length > 0) throw new ConfigError(problems)
  return config
}

/** `loadFor`, for who goes on to compile it, and tells of all problems then. @throws ConfigError where there is nothing to compile */
export async function readConfig({ cwd, env, flags, readText, previous }: Origin): Promise<ReadConfig> {
  const types = await ProviderTypes.known()
  const { config, problems } = await loadSound({
    cwd,
    env,
    flags,
    readText,
    previous,
    settings: await settingsOwners(),
    providerTypes: [...types.definitions.values()],
    loadProviderType: (type, from) => types.add(type, from),
  })
  const forbidden = config.values.plugins.enabled ? [] : [...types.files.keys()]
  return {
    config,
    types,
    problems: [
      ...problems,
      ...forbidden.map(type => ({
        pointer: '/plugins/enabled',
        got: type,
        message: `provider "${type}" is not of the default set, and plugins.enabled is false`,
      })),
    ],
  }
}

/** The default plugins, whose options have places of their own in tapline.yaml. */
async function settingsOwners(): Promise<ConfigInput['settings']> {
  const names = await defaultNames('plugin')
  const loaded = await Promise.all(names.map(name => load('plugin', name, '/', { searchPaths: [], foreignAllowed: false })))
  return loaded.flatMap(({ definition: { name, schema, presence, olderSettings: older } }) =>
    schema === undefined ? [] : [{ plugin: name, schema, ...(presence === undefined ? {} : { presence }), ...(older === undefined ? {} : { older }) }],
  )
}
