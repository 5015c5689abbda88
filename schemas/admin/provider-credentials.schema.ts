/** What the admin API says and takes of the providers that administrators add. Made by schemas/generate.ts; edit provider-credentials.schema.json instead. */

/**
 * What selectors say; no `/` and no `:`.
 *
 * This interface was referenced by `ProviderCredentialBodies`'s JSON-Schema
 * via the `definition` "ProviderName".
 */
export type ProviderName = string
/**
 * This interface was referenced by `ProviderCredentialBodies`'s JSON-Schema
 * via the `definition` "ProviderText".
 */
export type ProviderText = string | null
/**
 * Shown as asterisks. Three or more of them keep what is stored.
 *
 * This interface was referenced by `ProviderCredentialBodies`'s JSON-Schema
 * via the `definition` "ProviderSecret".
 */
export type ProviderSecret = string | null
/**
 * The providers that the configuration declares, and those that administrators added, by name.
 *
 * This interface was referenced by `ProviderCredentialBodies`'s JSON-Schema
 * via the `definition` "ProviderCredentialList".
 */
export type ProviderCredentialList = ProviderCredentialView[]
/**
 * The types that a provider may have.
 *
 * This interface was referenced by `ProviderCredentialBodies`'s JSON-Schema
 * via the `definition` "ProviderTypeList".
 */
export type ProviderTypeList = ProviderTypeView[]

/**
 * What the admin API says and takes of the providers that administrators add
 */
export interface ProviderCredentialBodies {
  [k: string]: unknown
}
/**
 * Rules that open its circuit breaker at once, by name.
 *
 * This interface was referenced by `ProviderCredentialBodies`'s JSON-Schema
 * via the `definition` "ProviderTripOn".
 */
export interface ProviderTripOn {
  [k: string]: {
    /**
     * A pattern (RE2) for the provider's error text.
     */
    match: string
    /**
     * How long, for example `4h`.
     */
    ttl?: string
  }
}
/**
 * A provider as it shall be. What is empty or absent is as its type says.
 *
 * This interface was referenced by `ProviderCredentialBodies`'s JSON-Schema
 * via the `definition` "ProviderCredentialWrite".
 */
export interface ProviderCredentialWrite {
  name: ProviderName
  type: string
  /**
   * Three or more asterisks keep the key that is stored at that position.
   *
   * @maxItems 256
   */
  api_keys?: string[]
  /**
   * Whether calls of one session keep to one key; true where absent.
   */
  session_sticky_keys?: boolean | null
  base_url?: ProviderText
  proxy_url?: ProviderSecret
  api_version?: ProviderText
  backend?: ProviderText
  auth_type?: ProviderText
  api_mode?: ProviderText
  vertex_project?: ProviderText
  vertex_location?: ProviderText
  service_account_file?: ProviderText
  service_account_json?: ProviderSecret
  service_account_json_base64?: ProviderSecret
  gcp_scope?: ProviderText
  /**
   * @maxItems 4096
   */
  models?: string[]
  trip_on?: ProviderTripOn
  /**
   * Whether it is called; true where absent.
   */
  enabled?: boolean
}
/**
 * A provider. Secrets are asterisks; references to secrets are as they were written.
 *
 * This interface was referenced by `ProviderCredentialBodies`'s JSON-Schema
 * via the `definition` "ProviderCredentialView".
 */
export interface ProviderCredentialView {
  name: string
  type: string
  api_keys: string[]
  session_sticky_keys: boolean
  base_url: string | null
  proxy_url: string | null
  api_version: string | null
  backend: string | null
  auth_type: string | null
  api_mode: string | null
  vertex_project: string | null
  vertex_location: string | null
  service_account_file: string | null
  service_account_json: string | null
  service_account_json_base64: string | null
  gcp_scope: string | null
  models: string[]
  /**
   * Rules that open its circuit breaker at once, by name.
   */
  trip_on: {
    [k: string]: unknown
  }
  enabled: boolean
  /**
   * Whether the configuration declares it; then it cannot be changed here.
   */
  managed: boolean
  /**
   * Why it is not called, though it is enabled.
   */
  error: string | null
  created_at: string | null
  updated_at: string | null
}
/**
 * A type that a provider may have.
 *
 * This interface was referenced by `ProviderCredentialBodies`'s JSON-Schema
 * via the `definition` "ProviderTypeView".
 */
export interface ProviderTypeView {
  type: string
  default_base_url: string | null
  fields: {
    /**
     * A member of what `PUT` takes.
     */
    name: string
    required: boolean
    /**
     * Whether most leave it as it is.
     */
    advanced: boolean
    secret: boolean
    help: string
    /**
     * What it may be; absent where that is open.
     */
    options?: string[]
  }[]
}
