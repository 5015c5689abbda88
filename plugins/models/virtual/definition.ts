/** A virtual model as it is kept: with targets a redirect, without a policy on who may use the models of a selector. */

export interface VirtualTarget {
  readonly provider?: string
  readonly model: string
  readonly weight: number
}

export const strategies = ['round_robin', 'cost', 'failover', 'adaptive', 'plugin'] as const

export type Strategy = (typeof strategies)[number]

export interface VirtualModel {
  readonly source: string
  readonly targets: readonly VirtualTarget[]
  readonly strategy: Strategy
  readonly strategy_plugin: string | null
  readonly strategy_config: Readonly<Record<string, unknown>>
  readonly session_affinity: boolean
  readonly failover: boolean
  readonly user_paths: readonly string[]
  readonly groups: readonly string[]
  /** Null inherits, 0 is none. */
  readonly slowdown: number | null
  readonly label_targets: boolean
  readonly description: string
  readonly enabled: boolean
  readonly locked: boolean
}

/** A virtual model as it stands in the store. */
export interface KeptModel extends VirtualModel {
  /** Milliseconds since 1970. */
  readonly created_at: number
  readonly updated_at: number
}

export interface KnownModel extends VirtualModel {
  /** The configuration says it, and only the configuration can change it. */
  readonly managed: boolean
  readonly created_at: number | null
  readonly updated_at: number | null
}

export const defaults: Omit<VirtualModel, 'source'> = {
  targets: [],
  strategy: 'round_robin',
  strategy_plugin: null,
  strategy_config: {},
  session_affinity: true,
  failover: true,
  user_paths: [],
  groups: [],
  slowdown: null,
  label_targets: false,
  description: '',
  enabled: true,
  locked: false,
}

export function isRedirect({ targets }: Pick<VirtualModel, 'targets'>): boolean {
  return targets.length > 0
}

/** What a target says: a model of a provider, a model wherever it is, or another virtual model. */
export function selectorOf({ provider, model }: Pick<VirtualTarget, 'provider' | 'model'>): string {
  return provider === undefined ? model : `${provider}/${model}`
}

/** What stands under a name, whatever objects inherit. */
export function own<T>(all: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(all, name) ? all[name] : undefined
}
