/** What the admin API says and takes of guardrails and plugins. Made by schemas/generate.ts; edit guardrails.schema.json instead. */

/**
 * This interface was referenced by `GuardrailBodies`'s JSON-Schema
 * via the `definition` "GuardrailFields".
 */
export type GuardrailFields = GuardrailField[]
/**
 * Where it can act.
 *
 * This interface was referenced by `GuardrailBodies`'s JSON-Schema
 * via the `definition` "GuardrailPhases".
 */
export type GuardrailPhases = string[]
/**
 * The types of guardrails.
 *
 * This interface was referenced by `GuardrailBodies`'s JSON-Schema
 * via the `definition` "GuardrailTypes".
 */
export type GuardrailTypes = GuardrailType[]
/**
 * The guardrails of the configuration, then those that administrators made.
 *
 * This interface was referenced by `GuardrailBodies`'s JSON-Schema
 * via the `definition` "GuardrailList".
 */
export type GuardrailList = GuardrailView[]
/**
 * The default set, and what `plugins.load` lists; those that could not be loaded, too.
 *
 * This interface was referenced by `GuardrailBodies`'s JSON-Schema
 * via the `definition` "PluginList".
 */
export type PluginList = PluginView[]

/**
 * What the admin API says and takes of guardrails and plugins
 */
export interface GuardrailBodies {
  [k: string]: unknown
}
/**
 * One option of a type, for a form.
 *
 * This interface was referenced by `GuardrailBodies`'s JSON-Schema
 * via the `definition` "GuardrailField".
 */
export interface GuardrailField {
  key: string
  label: string
  input: 'text' | 'textarea' | 'number' | 'select' | 'checkboxes' | 'secret' | 'model'
  required: boolean
  help: string
  /**
   * What can be chosen.
   */
  options: string[]
  /**
   * `route`: it belongs to the virtual model; else to the instance.
   */
  scope: '' | 'route'
}
/**
 * A type of guardrails.
 *
 * This interface was referenced by `GuardrailBodies`'s JSON-Schema
 * via the `definition` "GuardrailType".
 */
export interface GuardrailType {
  type: string
  label: string
  description: string
  /**
   * The options that need not be said.
   */
  defaults: {
    [k: string]: unknown
  }
  fields: GuardrailFields
  /**
   * The JSON Schema of the options.
   */
  schema: {
    [k: string]: unknown
  }
  phases: GuardrailPhases
  /**
   * `default`, or the file that `plugins.load` names.
   */
  source: string
  /**
   * Whether it may edit what is said.
   */
  mutates: boolean
  guardrail: boolean
}
/**
 * A guardrail, its secrets masked.
 *
 * This interface was referenced by `GuardrailBodies`'s JSON-Schema
 * via the `definition` "GuardrailView".
 */
export interface GuardrailView {
  name: string
  type: string
  description: string
  /**
   * What its own calls to models are counted under; empty: the caller's path.
   */
  user_path: string
  /**
   * The options of the type.
   */
  config: {
    [k: string]: unknown
  }
  /**
   * What its failure means; null: as its phase says.
   */
  fail_mode: 'open' | 'closed' | null
  /**
   * For one call; 0 is no limit, null: as its type says.
   */
  timeout_ms: number | null
  phases: GuardrailPhases
  summary: string
  guardrail: boolean
  /**
   * Whether the configuration says it; then it cannot be changed here.
   */
  managed: boolean
  created_at: string | null
  updated_at: string | null
}
/**
 * A guardrail as it shall be.
 *
 * This interface was referenced by `GuardrailBodies`'s JSON-Schema
 * via the `definition` "GuardrailWrite".
 */
export interface GuardrailWrite {
  /**
   * What workflows call it. It may have blanks, and no `/`.
   */
  name: string
  /**
   * One of `/guardrails/types`.
   */
  type: string
  /**
   * For people.
   */
  description?: string
  /**
   * What its own calls to models are counted under. Only types with an option of that name take it.
   */
  user_path?: string
  /**
   * The options of the type. `********` keeps a secret that is stored, an empty text clears it.
   */
  config?: {
    [k: string]: unknown
  }
  /**
   * What its failure means.
   */
  fail_mode?: 'open' | 'closed' | null
  /**
   * For one call; 0 is no limit.
   */
  timeout_ms?: number | null
}
/**
 * Which guardrail.
 *
 * This interface was referenced by `GuardrailBodies`'s JSON-Schema
 * via the `definition` "GuardrailName".
 */
export interface GuardrailName {
  name: string
}
/**
 * A guardrail, which need not be stored, and a text to try it on.
 *
 * This interface was referenced by `GuardrailBodies`'s JSON-Schema
 * via the `definition` "GuardrailTest".
 */
export interface GuardrailTest {
  /**
   * That of the stored one whose secrets `********` stands for.
   */
  name?: string
  /**
   * One of `/guardrails/types`, or that of the guardrail of this name.
   */
  type: string
  /**
   * The options of the type.
   */
  config?: {
    [k: string]: unknown
  }
  /**
   * What its own calls to models are counted under.
   */
  user_path?: string
  /**
   * What its failure means.
   */
  fail_mode?: 'open' | 'closed' | null
  /**
   * For one call; 0 is no limit.
   */
  timeout_ms?: number | null
  /**
   * Whose text it is; `assistant` is a reply. `user` where absent.
   */
  role?: 'system' | 'user' | 'assistant'
  /**
   * The text.
   */
  text: string
}
/**
 * What a guardrail made of a text.
 *
 * This interface was referenced by `GuardrailBodies`'s JSON-Schema
 * via the `definition` "GuardrailTestResult".
 */
export interface GuardrailTestResult {
  /**
   * As the audit log says it.
   */
  action: 'allow' | 'warn' | 'block' | 'respond' | 'failure'
  edited: boolean
  /**
   * Of a block or a warning.
   */
  code: string | null
  /**
   * Of a block or a warning, or why it failed.
   */
  message: string | null
  /**
   * What would go on, or be answered; empty if nothing would.
   */
  messages: {
    role: string
    content: string
  }[]
}
/**
 * A plugin that can be named.
 *
 * This interface was referenced by `GuardrailBodies`'s JSON-Schema
 * via the `definition` "PluginView".
 */
export interface PluginView {
  name: string
  label: string
  /**
   * That of the gateway, of its own plugins; empty of others.
   */
  version: string
  description: string
  /**
   * `guardrail`, `service` or `step`.
   */
  kinds: string[]
  mutates: boolean
  guardrail: boolean
  source: string
  fields: GuardrailFields
  route_fields: GuardrailFields
  health: 'ok' | 'failed'
  /**
   * Why it could not be loaded.
   */
  error: string | null
}
