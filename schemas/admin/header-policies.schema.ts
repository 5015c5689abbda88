/** What the admin API says and takes of header policies. Made by schemas/generate.ts; edit header-policies.schema.json instead. */

/**
 * What workflows call it. It may have blanks, and no `/`; no guardrail has the same.
 *
 * This interface was referenced by `HeaderPolicyBodies`'s JSON-Schema
 * via the `definition` "PolicyName".
 */
export type PolicyName = string
/**
 * This interface was referenced by `HeaderPolicyBodies`'s JSON-Schema
 * via the `definition` "PolicyHeader".
 */
export type PolicyHeader = string
/**
 * Lower acts first; a later action on the same header wins. 0 where absent.
 *
 * This interface was referenced by `HeaderPolicyBodies`'s JSON-Schema
 * via the `definition` "PolicyStep".
 */
export type PolicyStep = number
/**
 * The methods of the requests that it is for; empty: all.
 *
 * @maxItems 16
 *
 * This interface was referenced by `HeaderPolicyBodies`'s JSON-Schema
 * via the `definition` "PolicyMethods".
 */
export type PolicyMethods = string[]
/**
 * The paths of the requests that it is for; `*` at the end is for all that begin so. Empty: all.
 *
 * @maxItems 256
 *
 * This interface was referenced by `HeaderPolicyBodies`'s JSON-Schema
 * via the `definition` "PolicyPaths".
 */
export type PolicyPaths = string[]
/**
 * What must hold of the headers of the request, all of it.
 *
 * @maxItems 64
 *
 * This interface was referenced by `HeaderPolicyBodies`'s JSON-Schema
 * via the `definition` "PolicyConditions".
 */
export type PolicyConditions = {
  header: PolicyHeader
  /**
   * A pattern (RE2) that a value of it has a match of.
   */
  matches?: string
  /**
   * What a value of it is.
   */
  equals?: string
  /**
   * Whether it is there.
   */
  present?: boolean
}[]
/**
 * What is done to the headers of the call, in order.
 *
 * @minItems 1
 * @maxItems 64
 *
 * This interface was referenced by `HeaderPolicyBodies`'s JSON-Schema
 * via the `definition` "PolicyActions".
 */
export type PolicyActions = {
  action: 'set' | 'remove'
  header: PolicyHeader
  /**
   * Of `set`.
   */
  value?: string
  /**
   * Of `set`: the header of the request whose first value it takes; where there is none, nothing is done.
   */
  from_header?: string
}[]
/**
 * The header policies of the configuration, then those that administrators made.
 *
 * This interface was referenced by `HeaderPolicyBodies`'s JSON-Schema
 * via the `definition` "HeaderPolicyList".
 */
export type HeaderPolicyList = HeaderPolicyView[]

/**
 * What the admin API says and takes of header policies
 */
export interface HeaderPolicyBodies {
  [k: string]: unknown
}
/**
 * A header policy as it shall be.
 *
 * This interface was referenced by `HeaderPolicyBodies`'s JSON-Schema
 * via the `definition` "HeaderPolicyWrite".
 */
export interface HeaderPolicyWrite {
  name: PolicyName
  step?: PolicyStep
  methods?: PolicyMethods
  paths?: PolicyPaths
  when?: PolicyConditions
  actions: PolicyActions
}
/**
 * A header policy.
 *
 * This interface was referenced by `HeaderPolicyBodies`'s JSON-Schema
 * via the `definition` "HeaderPolicyView".
 */
export interface HeaderPolicyView {
  name: string
  step: PolicyStep
  methods: PolicyMethods
  paths: PolicyPaths
  when: PolicyConditions
  actions: PolicyActions
  /**
   * Whether the configuration says it; then it cannot be changed here.
   */
  managed: boolean
  created_at: string | null
  updated_at: string | null
}
/**
 * Which header policy.
 *
 * This interface was referenced by `HeaderPolicyBodies`'s JSON-Schema
 * via the `definition` "HeaderPolicyName".
 */
export interface HeaderPolicyName {
  name: PolicyName
}
