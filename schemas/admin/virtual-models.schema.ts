/** What the admin API says and takes of virtual models. Made by schemas/generate.ts; edit virtual-models.schema.json instead. */

/**
 * Which target comes first.
 *
 * This interface was referenced by `VirtualModelBodies`'s JSON-Schema
 * via the `definition` "VirtualModelStrategy".
 */
export type VirtualModelStrategy = 'round_robin' | 'cost' | 'failover' | 'adaptive' | 'plugin'
/**
 * All virtual models, sorted by source.
 *
 * This interface was referenced by `VirtualModelBodies`'s JSON-Schema
 * via the `definition` "VirtualModels".
 */
export type VirtualModels = VirtualModelView[]
/**
 * The redirects, in the older shape.
 *
 * This interface was referenced by `VirtualModelBodies`'s JSON-Schema
 * via the `definition` "Aliases".
 */
export type Aliases = Alias[]
/**
 * The policies, in the older shape.
 *
 * This interface was referenced by `VirtualModelBodies`'s JSON-Schema
 * via the `definition` "ModelOverrides".
 */
export type ModelOverrides = ModelOverride[]
/**
 * The redirects with the strategy failover, in the older shape.
 *
 * This interface was referenced by `VirtualModelBodies`'s JSON-Schema
 * via the `definition` "FailoverRules".
 */
export type FailoverRules = {
  model: string
  /**
   * What is tried behind the model itself.
   */
  targets: string[]
  enabled: boolean
  managed: boolean
}[]

/**
 * What the admin API says and takes of virtual models
 */
export interface VirtualModelBodies {
  [k: string]: unknown
}
/**
 * A virtual model: with targets a redirect, without a policy on who may use the models that its source selects.
 *
 * This interface was referenced by `VirtualModelBodies`'s JSON-Schema
 * via the `definition` "VirtualModelView".
 */
export interface VirtualModelView {
  /**
   * The name that clients send, or the selector of a policy.
   */
  source: string
  kind: 'redirect' | 'policy'
  /**
   * What the source means as a selector.
   */
  scope_kind: 'exact' | 'provider' | 'model' | 'global'
  targets: VirtualTargetView[]
  strategy: VirtualModelStrategy
  strategy_plugin: string | null
  strategy_config: {
    [k: string]: unknown
  }
  session_affinity: boolean
  failover: boolean
  user_paths: string[]
  groups: string[]
  /**
   * Null inherits.
   */
  slowdown: number | null
  label_targets: boolean
  description: string
  enabled: boolean
  locked: boolean
  /**
   * The configuration says it, and only the configuration can change it.
   */
  managed: boolean
  /**
   * Whether a call could go anywhere now.
   */
  valid: boolean
  /**
   * The first target that is there now, as provider/model.
   */
  resolved_model: string | null
  /**
   * The type of its provider.
   */
  provider_type: string | null
  created_at: string | null
  updated_at: string | null
}
/**
 * Where a call may go.
 *
 * This interface was referenced by `VirtualModelBodies`'s JSON-Schema
 * via the `definition` "VirtualTargetView".
 */
export interface VirtualTargetView {
  provider: string | null
  model: string
  weight: number
  /**
   * Whether it could serve a call now.
   */
  available: boolean
}
/**
 * A virtual model that shall be there. What is absent stays, or is as usual for a new one.
 *
 * This interface was referenced by `VirtualModelBodies`'s JSON-Schema
 * via the `definition` "VirtualModelWrite".
 */
export interface VirtualModelWrite {
  /**
   * The name that clients send, or the selector of a policy.
   */
  source: string
  /**
   * The name that it has so far.
   */
  old_source?: string
  /**
   * Short for one target.
   */
  target_model?: string
  /**
   * Where calls may go; none, with `clear_targets`: it becomes a policy.
   *
   * @maxItems 100
   */
  targets?: {
    /**
     * The provider instance; without it, `model` is a selector.
     */
    provider?: string | null
    /**
     * A model id, a selector such as openai/gpt-5, or another virtual model.
     */
    model: string
    /**
     * With round_robin: how many calls in a row it takes. 1 where absent.
     */
    weight?: number
  }[]
  strategy?: VirtualModelStrategy
  /**
   * With the strategy `plugin`: which one.
   */
  strategy_plugin?: string | null
  /**
   * What that plugin is told.
   */
  strategy_config?: {
    [k: string]: unknown
  }
  /**
   * Whether the calls of a session keep to one target.
   */
  session_affinity?: boolean
  /**
   * Whether the other targets are tried when one fails.
   */
  failover?: boolean
  /**
   * Who may use it: these paths and what is below. None: everybody.
   *
   * @maxItems 1000
   */
  user_paths?: string[]
  /**
   * Of a policy: groups of users who may, too.
   *
   * @maxItems 1000
   */
  groups?: string[]
  /**
   * How much longer answers take: 0, or 0.1 to 10; null inherits.
   */
  slowdown?: number | null
  /**
   * Whether calls get the label `arm:<provider>/<model>`.
   */
  label_targets?: boolean
  /**
   * For people.
   */
  description?: string
  enabled?: boolean
  /**
   * A locked redirect keeps its targets and its strategy.
   */
  locked?: boolean
  /**
   * Changes a locked one all the same, once.
   */
  unlock?: boolean
  /**
   * Lets `targets: []` make a policy of a redirect.
   */
  clear_targets?: boolean
}
/**
 * The virtual model that shall go.
 *
 * This interface was referenced by `VirtualModelBodies`'s JSON-Schema
 * via the `definition` "VirtualModelDelete".
 */
export interface VirtualModelDelete {
  source: string
  /**
   * Also if a key or a user path is kept to models that are reached by this name.
   */
  force?: boolean
}
/**
 * The model for which targets are sought.
 *
 * This interface was referenced by `VirtualModelBodies`'s JSON-Schema
 * via the `definition` "FailoverQuestion".
 */
export interface FailoverQuestion {
  /**
   * A model, or a virtual model whose first target counts.
   */
  source: string
}
/**
 * Models that could stand in, the best first; nothing is saved.
 *
 * This interface was referenced by `VirtualModelBodies`'s JSON-Schema
 * via the `definition` "FailoverSuggestion".
 */
export interface FailoverSuggestion {
  targets: {
    model: string
    reason: string
  }[]
}
/**
 * A redirect by its first target.
 *
 * This interface was referenced by `VirtualModelBodies`'s JSON-Schema
 * via the `definition` "Alias".
 */
export interface Alias {
  name: string
  target_model: string
  /**
   * Empty where the model alone says it.
   */
  target_provider: string
  description: string
  enabled: boolean
  resolved_model: string | null
  provider_type: string | null
  valid: boolean
  created_at: string | null
  updated_at: string | null
}
/**
 * A redirect with one target.
 *
 * This interface was referenced by `VirtualModelBodies`'s JSON-Schema
 * via the `definition` "AliasWrite".
 */
export interface AliasWrite {
  name: string
  target_model: string
  target_provider?: string
  description?: string
  enabled?: boolean
}
/**
 * The redirect that shall go.
 *
 * This interface was referenced by `VirtualModelBodies`'s JSON-Schema
 * via the `definition` "AliasDelete".
 */
export interface AliasDelete {
  name: string
}
/**
 * A policy on the models of a selector.
 *
 * This interface was referenced by `VirtualModelBodies`'s JSON-Schema
 * via the `definition` "ModelOverride".
 */
export interface ModelOverride {
  selector: string
  scope_kind: 'exact' | 'provider' | 'model' | 'global'
  enabled: boolean
  user_paths: string[]
  created_at: string | null
  updated_at: string | null
}
/**
 * What shall hold for the models of a selector.
 *
 * This interface was referenced by `VirtualModelBodies`'s JSON-Schema
 * via the `definition` "ModelOverrideWrite".
 */
export interface ModelOverrideWrite {
  selector: string
  enabled?: boolean
  /**
   * @maxItems 1000
   */
  user_paths?: string[]
}
/**
 * The policy that shall go.
 *
 * This interface was referenced by `VirtualModelBodies`'s JSON-Schema
 * via the `definition` "ModelOverrideDelete".
 */
export interface ModelOverrideDelete {
  selector: string
}
