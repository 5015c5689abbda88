/** What the admin API says of the running gateway. Made by schemas/generate.ts; edit runtime.schema.json instead. */

/**
 * How a refresh went.
 *
 * This interface was referenced by `RuntimeBodies`'s JSON-Schema
 * via the `definition` "RefreshStatus".
 */
export type RefreshStatus = 'ok' | 'partial' | 'failed' | 'skipped'

/**
 * What the admin API says of the running gateway
 */
export interface RuntimeBodies {
  [k: string]: unknown
}
/**
 * What the caller may administer.
 *
 * This interface was referenced by `RuntimeBodies`'s JSON-Schema
 * via the `definition` "Access".
 */
export interface Access {
  /**
   * The whole gateway, or what belongs to one user path.
   */
  scope: 'global' | 'user_path'
  /**
   * The root of what the caller sees; only where the scope is `user_path`.
   */
  user_path?: string
}
/**
 * The version that runs.
 *
 * This interface was referenced by `RuntimeBodies`'s JSON-Schema
 * via the `definition` "Version".
 */
export interface Version {
  app: 'tapline'
  version: string
  commit: string
  /**
   * The newest version, if it was looked up.
   */
  latest: string | null
  update_available: boolean
  checked_at: string | null
  /**
   * Whether newer versions are looked up.
   */
  enabled: boolean
}
/**
 * Values by the names of their settings; what can be switched is `on` or `off`.
 *
 * This interface was referenced by `RuntimeBodies`'s JSON-Schema
 * via the `definition` "Config".
 */
export interface Config {
  [k: string]: string
}
/**
 * The state of the process that answers.
 *
 * This interface was referenced by `RuntimeBodies`'s JSON-Schema
 * via the `definition` "Health".
 */
export interface Health {
  status: 'ready' | 'degraded' | 'not_ready'
  /**
   * What readiness depends on, as `/health/ready` reports it.
   */
  checks: {
    [k: string]: 'ok' | 'down' | 'waiting'
  }
  /**
   * How many rows of each log were lost since the process began: neither the store nor the local disk took them.
   */
  lost_records: {
    [k: string]: number
  }
}
/**
 * The settings that can be changed while the gateway runs.
 *
 * This interface was referenced by `RuntimeBodies`'s JSON-Schema
 * via the `definition` "Settings".
 */
export interface Settings {
  settings: Setting[]
}
/**
 * A setting that can be changed while the gateway runs.
 *
 * This interface was referenced by `RuntimeBodies`'s JSON-Schema
 * via the `definition` "Setting".
 */
export interface Setting {
  key: string
  label: string
  type: string
  value: unknown
  /**
   * The environment says it; it cannot be changed here.
   */
  locked: boolean
}
/**
 * The new value of a setting.
 *
 * This interface was referenced by `RuntimeBodies`'s JSON-Schema
 * via the `definition` "SettingWrite".
 */
export interface SettingWrite {
  value: unknown
}
/**
 * The configuration that is in force.
 *
 * This interface was referenced by `RuntimeBodies`'s JSON-Schema
 * via the `definition` "Configuration".
 */
export interface Configuration {
  settings: ConfiguredSetting[]
}
/**
 * One setting of the configuration; a secret is `<redacted>`.
 *
 * This interface was referenced by `RuntimeBodies`'s JSON-Schema
 * via the `definition` "ConfiguredSetting".
 */
export interface ConfiguredSetting {
  /**
   * Its path in the file, such as `server.port`.
   */
  key: string
  value: unknown
  /**
   * `default`, `yaml:LINE`, `env:NAME`, `dotenv:NAME` or `flag:NAME`.
   */
  source: string
}
/**
 * What a refresh did.
 *
 * This interface was referenced by `RuntimeBodies`'s JSON-Schema
 * via the `definition` "Refresh".
 */
export interface Refresh {
  status: RefreshStatus
  started_at: string
  finished_at: string
  duration_ms: number
  model_count: number
  provider_count: number
  steps: RefreshStep[]
}
/**
 * One step of a refresh; a failing one does not stop the rest.
 *
 * This interface was referenced by `RuntimeBodies`'s JSON-Schema
 * via the `definition` "RefreshStep".
 */
export interface RefreshStep {
  name: string
  status: RefreshStatus
  duration_ms: number
}
