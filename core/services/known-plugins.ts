/** The plugins that configuration and administrators can name. */

import type { PluginDefinition } from '../plugin/define.ts'

export interface KnownPlugin {
  /** As steps name it. */
  readonly name: string
  /** `default`, or the file that `plugins.load` names. */
  readonly source: string
  /** Absent where it could not be loaded. */
  readonly definition?: PluginDefinition
  /** Why it could not be loaded. */
  readonly error?: string
}

/** The service `knownPlugins`: the default set, and what `plugins.load` lists. */
export interface KnownPlugins {
  list(): Promise<readonly KnownPlugin[]>
  /** Any that the configuration may name, paths and packages too. */
  find(use: string): Promise<KnownPlugin>
}
