/** What the admin API says and takes of managed keys. Made by schemas/generate.ts; edit auth-keys.schema.json instead. */

/**
 * The keys that the caller may see, the newest first.
 *
 * This interface was referenced by `AuthKeyBodies`'s JSON-Schema
 * via the `definition` "AuthKeyList".
 */
export type AuthKeyList = AuthKeyView[]
/**
 * What calls are counted under. One that stands twice counts once.
 *
 * @maxItems 64
 *
 * This interface was referenced by `AuthKeyBodies`'s JSON-Schema
 * via the `definition` "Labels".
 */
export type Labels = string[]
/**
 * `provider/model`, `provider/*`, `model` or `*`.
 *
 * @maxItems 1000
 *
 * This interface was referenced by `AuthKeyBodies`'s JSON-Schema
 * via the `definition` "Selectors".
 */
export type Selectors = string[]
/**
 * A time to come, in UTC (RFC 3339); null is never.
 *
 * This interface was referenced by `AuthKeyBodies`'s JSON-Schema
 * via the `definition` "Expiry".
 */
export type Expiry = string | null

/**
 * What the admin API says and takes of managed keys
 */
export interface AuthKeyBodies {
  [k: string]: unknown
}
/**
 * A managed key, without its secret.
 *
 * This interface was referenced by `AuthKeyBodies`'s JSON-Schema
 * via the `definition` "AuthKeyView".
 */
export interface AuthKeyView {
  id: string
  name: string
  description: string
  /**
   * The path that calls with the key are made for; null: the one that each call names.
   */
  user_path: string | null
  /**
   * The user that the key is bound to.
   */
  user_id: string | null
  /**
   * What calls with the key are counted under.
   */
  labels: string[]
  /**
   * Selectors of the models that the key may use; none: no restriction by the key.
   */
  allowed_models: string[]
  /**
   * Whether the key may use the admin API, for its path and what is below, or for everything without one.
   */
  dashboard_access: boolean
  enabled: boolean
  /**
   * Whether the key is accepted now.
   */
  active: boolean
  /**
   * What may be seen of the token.
   */
  redacted_value: string
  /**
   * The gateway that made the key.
   */
  imported_from: 'litellm' | 'gomodel' | null
  expires_at: string | null
  deactivated_at: string | null
  /**
   * Exact to a minute.
   */
  last_used_at: string | null
  created_at: string
  updated_at: string
  /**
   * Whether the key may use some models only.
   */
  restricted: boolean
  /**
   * The models that are there now and that a restricted key may use.
   */
  effective_models: string[]
}
/**
 * A new key, with its token.
 *
 * This interface was referenced by `AuthKeyBodies`'s JSON-Schema
 * via the `definition` "AuthKeyCreated".
 */
export interface AuthKeyCreated {
  id: string
  /**
   * The token. It is shown here, once, and is kept nowhere.
   */
  value: string
  [k: string]: unknown
}
/**
 * A key that Tapline shall make.
 *
 * This interface was referenced by `AuthKeyBodies`'s JSON-Schema
 * via the `definition` "AuthKeyCreate".
 */
export interface AuthKeyCreate {
  /**
   * For people.
   */
  name: string
  /**
   * For people.
   */
  description?: string
  /**
   * The path that calls with the key are made for, whatever they say. Excludes `user_id`.
   */
  user_path?: string
  /**
   * The user whose path counts. Excludes `user_path`.
   */
  user_id?: string
  labels?: Labels
  allowed_models?: Selectors
  /**
   * Whether the key may use the admin API. False where absent.
   */
  dashboard_access?: boolean
  expires_at?: Expiry
}
/**
 * A key that another gateway made, by the hash that it kept.
 *
 * This interface was referenced by `AuthKeyBodies`'s JSON-Schema
 * via the `definition` "AuthKeyImport".
 */
export interface AuthKeyImport {
  /**
   * For people.
   */
  name: string
  /**
   * `litellm`: the hash is of the whole token; `gomodel`: of the part behind `sk_gom_`.
   */
  imported_from: 'litellm' | 'gomodel'
  /**
   * A SHA-256: 64 hex digits.
   */
  secret_hash: string
  /**
   * What people shall see of the token; never the token.
   */
  redacted_value?: string
  /**
   * The path that calls with the key are made for, whatever they say.
   */
  user_path?: string
  labels?: Labels
  allowed_models?: Selectors
  expires_at?: Expiry
  /**
   * Whether the key may be used. True where absent.
   */
  enabled?: boolean
}
/**
 * The labels of a key.
 *
 * This interface was referenced by `AuthKeyBodies`'s JSON-Schema
 * via the `definition` "LabelsWrite".
 */
export interface LabelsWrite {
  labels: Labels
}
/**
 * The models that a key may use; an empty list lifts the restriction.
 *
 * This interface was referenced by `AuthKeyBodies`'s JSON-Schema
 * via the `definition` "AllowedModelsWrite".
 */
export interface AllowedModelsWrite {
  allowed_models: Selectors
}
/**
 * Whether a key may use the admin API.
 *
 * This interface was referenced by `AuthKeyBodies`'s JSON-Schema
 * via the `definition` "DashboardAccessWrite".
 */
export interface DashboardAccessWrite {
  dashboard_access: boolean
}
/**
 * The user that a key is bound to; an empty text unbinds it.
 *
 * This interface was referenced by `AuthKeyBodies`'s JSON-Schema
 * via the `definition` "UserWrite".
 */
export interface UserWrite {
  user_id: string
}
/**
 * A label that becomes another one, on all keys that have it.
 *
 * This interface was referenced by `AuthKeyBodies`'s JSON-Schema
 * via the `definition` "LabelRename".
 */
export interface LabelRename {
  from: string
  to: string
}
/**
 * How many keys had the label.
 *
 * This interface was referenced by `AuthKeyBodies`'s JSON-Schema
 * via the `definition` "LabelRenamed".
 */
export interface LabelRenamed {
  from: string
  to: string
  renamed: number
}
