/** A managed key as it is stored: never the secret, only what it is recognised by. Made by schemas/generate.ts; edit auth-key.schema.json instead. */

/**
 * A managed key as it is stored: never the secret, only what it is recognised by.
 */
export interface AuthKey {
  /**
   * For people; several keys may have the same.
   */
  name: string
  /**
   * For people; empty if there is none.
   */
  description: string
  /**
   * The path that calls with the key are made for; empty: the one that each call names.
   */
  user_path: string
  /**
   * The user whose path counts instead, while there is such a user; empty if there is none.
   */
  user_id: string
  /**
   * What calls with the key are counted under.
   */
  labels: string[]
  /**
   * Selectors of the models that the key may use; none: all that others may.
   */
  allowed_models: string[]
  /**
   * Whether the key may administer what lies below its path, or all without one.
   */
  dashboard_access: boolean
  /**
   * Whether the key may be used at all.
   */
  enabled: boolean
  /**
   * Which tokens lead to the key: `tapline` ones by an HMAC, those that another gateway made by its hash.
   */
  kind: 'tapline' | 'litellm' | 'gomodel'
  /**
   * 64 lower-case hex digits.
   */
  secret_hash: string
  /**
   * Tells peppers apart: the one that the hash was made with; empty if it was made without.
   */
  pepper_id: string
  /**
   * What people may see of the token.
   */
  redacted_value: string
  /**
   * Milliseconds since 1970 from when on the key is refused; null is never.
   */
  expires_at: number | null
  /**
   * Milliseconds since 1970 at which the key was given up for good; null if it was not.
   */
  deactivated_at: number | null
  /**
   * Milliseconds since 1970.
   */
  created_at: number
  /**
   * Milliseconds since 1970.
   */
  updated_at: number
}
