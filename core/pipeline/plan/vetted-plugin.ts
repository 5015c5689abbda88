/** Loads plugins and sets them up, and takes none with which something is wrong. */

import type { Logger } from 'pino'
import type { PluginDefinition } from '../../plugin/define.ts'
import { Instance, type InstanceSpec } from '../../plugin/instance.ts'
import { load, LoadError, type Loaded, type LoaderOptions } from '../../plugin/load.ts'
import type { Clock } from '../../services/clock.ts'
import type { Services } from '../../services/services.ts'
import { flawOfDefinition, flawOfTaps } from './vet-plugin.ts'

/** `load`, for plugins. @throws LoadError */
export async function loadPlugin(use: string, from: string, options: LoaderOptions, pinned?: string): Promise<Loaded<PluginDefinition>> {
  const loaded = await load('plugin', use, from, options, pinned)
  const flaw = loaded.isDefault ? undefined : flawOfDefinition(loaded.definition)
  if (flaw === undefined) return loaded
  throw new LoadError(`${use} cannot be used: ${flaw}`, 'a plugin')
}

/** @throws whatever its set-up throws, and TypeError for taps that would never be called */
export async function setUpPlugin(spec: InstanceSpec, services: Services, log: Logger, clock: Clock): Promise<Instance> {
  const instance = await Instance.setUp(spec, services, log, clock)
  const flaw = flawOfTaps(instance.taps, spec.definition)
  if (flaw === undefined) return instance
  instance.hold()
  await instance.release().catch(() => undefined)
  throw new TypeError(flaw)
}
