/** Makes the provider instances of a configuration; those whose block did not change are kept, with their connections. */

import { dirname } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import type { Logger } from 'pino'
import type { Config } from '../../config/config.ts'
import { withoutSecrets } from '../../config/providers/added.ts'
import type { ProviderConfig } from '../../config/providers/config.ts'
import { placeOfThrow } from '../../plugin/module-error.ts'
import { ProviderInstance, type ProviderDeps } from '../../upstream/provider/provider.ts'
import type { Parts } from '../generation.ts'
import type { Dialects } from '../variants/plans.ts'
import type { ProviderTypes } from './provider-types.ts'
import type { StandingProviders } from './standing-providers.ts'

/** As a generation has them. */
export type MadeProviders = Pick<Parts, 'providers' | 'providerDeps' | 'leftOut' | 'unmade'>

export interface StandingInput {
  readonly standing: StandingProviders
  readonly config: Config
  readonly types: ProviderTypes
  readonly dialects: Dialects
  readonly previous: Pick<Parts, 'providers' | 'providerDeps'> | undefined
  readonly log: Logger
}

/** Where none of those that were added can be made, and nothing else is declared, the fallback stands. */
export function makeStandingProviders({ standing, config, types, dialects, previous, log }: StandingInput): MadeProviders {
  const providerDeps = makeProviderDeps(config, dialects, types)
  const [unmade, unmadeAdded] = [new Map<string, string>(), new Map<string, string>()]
  const failed = (name: string, cause: unknown) => {
    const provider = standing.added.get(name)
    const why = cause instanceof Error ? cause.message : String(cause)
    if (provider === undefined) {
      unmade.set(name, why + placeIn(config.providers.get(name)?.type, cause, types))
      return log.error({ provider: name, err: cause }, 'the provider was left out: it cannot be set up')
    }
    unmadeAdded.set(name, withoutSecrets(why, provider.block, types.definitions.get(standing.configs.get(name)?.type ?? '')))
  }
  const make = (configs: StandingProviders['configs']) => makeProviders({ configs, types, providerDeps, previous, log, failed })
  const made = make(standing.configs)
  const providers = made.size === 0 && unmadeAdded.size > 0 ? make(config.providers) : made
  return { providers, providerDeps, unmade, leftOut: new Map([...standing.leftOut, ...unmadeAdded]) }
}

/** Where the file of a type that is not of the default set threw. */
function placeIn(type = '', cause: unknown, { files }: ProviderTypes): string {
  const file = files.get(type)
  const place = file === undefined ? undefined : placeOfThrow({ use: type, file }, cause)
  return place === undefined ? '' : ` (${place})`
}

/** What all provider instances of a configuration share. */
function makeProviderDeps({ values: { http, translation } }: Config, dialects: Dialects, { files }: ProviderTypes): ProviderDeps {
  return {
    limits: {
      connections: http.max_connections_per_origin,
      keepAliveMs: http.keep_alive_timeout,
      responseHeaderMs: http.response_header_timeout,
      streamIdleMs: http.stream_idle_timeout,
    },
    dialects: new Map([...dialects].map(([name, { definition }]) => [name, definition])),
    folders: new Map([...files].map(([type, file]) => [type, dirname(file)])),
    translation,
  }
}

interface ProvidersInput extends Pick<StandingInput, 'types' | 'previous' | 'log'> {
  readonly configs: StandingProviders['configs']
  readonly providerDeps: ProviderDeps
  /** Told of one that cannot be made: it is left out, and the others start. */
  readonly failed: (name: string, cause: unknown) => void
}

function makeProviders({ configs, types, providerDeps, previous, log, failed }: ProvidersInput): ReadonlyMap<string, ProviderInstance> {
  const instances = new Map<string, ProviderInstance>()
  const isSame = isDeepStrictEqual(providerDeps, previous?.providerDeps)
  for (const [name, config] of configs) {
    const kept = previous?.providers.get(name)
    const definition = types.definitions.get(config.type)
    if (definition === undefined) continue
    if (kept !== undefined && kept.definition === definition && isSameBlock(kept.config, config) && isSame) {
      instances.set(name, kept)
      continue
    }
    try {
      const made = new ProviderInstance(config, definition, providerDeps)
      if (made.proxy !== undefined) log.info({ provider: name, proxy: made.proxy }, 'its calls go through a proxy')
      instances.set(name, made)
    } catch (cause) {
      failed(name, cause)
    }
  }
  return instances
}

/** Whether two blocks say the same, wherever they stand. */
function isSameBlock(one: ProviderConfig, other: ProviderConfig): boolean {
  return isDeepStrictEqual({ ...one, source: '' }, { ...other, source: '' })
}

/** The names of those that somebody declared and that are not there, whatever they lack. */
export function absentIn({ config, providers, unmade, leftOut }: Pick<Parts, 'config' | 'providers' | 'unmade' | 'leftOut'>): ReadonlySet<string> {
  return new Set([...config.unregistered, ...unmade.keys(), ...leftOut.keys()].filter(name => !providers.has(name)))
}

/** Whether two sets hold the very same instances. */
export function sameProviders(one: ReadonlyMap<string, ProviderInstance>, other: ReadonlyMap<string, ProviderInstance>): boolean {
  return one.size === other.size && [...one].every(([name, instance]) => other.get(name) === instance)
}

/** Gives up the instances that were made for a configuration which does not take over. */
export async function releaseNew(providers: ReadonlyMap<string, ProviderInstance>, previous: ReadonlyMap<string, ProviderInstance> | undefined): Promise<void> {
  await Promise.all([...providers.values()].filter(provider => previous?.get(provider.name) !== provider).map(provider => provider.release()))
}
