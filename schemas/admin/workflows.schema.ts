/** What the admin API says and takes of workflows. Made by schemas/generate.ts; edit workflows.schema.json instead. */

/**
 * A guardrail's name.
 *
 * This interface was referenced by `WorkflowBodies`'s JSON-Schema
 * via the `definition` "WorkflowRef".
 */
export type WorkflowRef = string
/**
 * Lower acts first; 0 where absent.
 *
 * This interface was referenced by `WorkflowBodies`'s JSON-Schema
 * via the `definition` "WorkflowStepNumber".
 */
export type WorkflowStepNumber = number
/**
 * A step: a plugin's name, or its name with options.
 *
 * This interface was referenced by `WorkflowBodies`'s JSON-Schema
 * via the `definition` "WorkflowPlugin".
 */
export type WorkflowPlugin =
  | string
  | {
      use: string
      name?: string
      options?: {
        [k: string]: unknown
      }
      on_error?: 'open' | 'closed'
      /**
       * Milliseconds; 0 is no limit.
       */
      timeout?: number
      phases?: string[]
    }
/**
 * A change to the pipelines that have the steps that it names.
 *
 * This interface was referenced by `WorkflowBodies`'s JSON-Schema
 * via the `definition` "WorkflowPatch".
 */
export type WorkflowPatch =
  | {
      insert: WorkflowPlugin
      before?: string
      after?: string
    }
  | {
      remove: string
    }
  | {
      replace: string
      with: WorkflowPlugin
    }
  | {
      set: string
      options?: {
        [k: string]: unknown
      }
      on_error?: 'open' | 'closed'
      /**
       * Milliseconds; 0 is no limit.
       */
      timeout?: number
    }
/**
 * The active versions.
 *
 * This interface was referenced by `WorkflowBodies`'s JSON-Schema
 * via the `definition` "WorkflowList".
 */
export type WorkflowList = WorkflowView[]
/**
 * This interface was referenced by `WorkflowBodies`'s JSON-Schema
 * via the `definition` "WorkflowGuardrails".
 */
export type WorkflowGuardrails = WorkflowGuardrail[]

/**
 * What the admin API says and takes of workflows
 */
export interface WorkflowBodies {
  [k: string]: unknown
}
/**
 * What a request may have.
 *
 * This interface was referenced by `WorkflowBodies`'s JSON-Schema
 * via the `definition` "WorkflowFeatures".
 */
export interface WorkflowFeatures {
  cache: boolean
  audit: boolean
  usage: boolean
  budget: boolean
  guardrails: boolean
  failover: boolean
}
/**
 * Omitted `cache`, `audit`, `usage` and `guardrails` are off; omitted `budget` and `failover` are on.
 *
 * This interface was referenced by `WorkflowBodies`'s JSON-Schema
 * via the `definition` "WorkflowFeatureFlags".
 */
export interface WorkflowFeatureFlags {
  cache?: boolean
  audit?: boolean
  usage?: boolean
  budget?: boolean
  guardrails?: boolean
  failover?: boolean
  /**
   * An older name of `failover`.
   */
  fallback?: boolean
}
/**
 * What a workflow does: versions 1 and 2 say features and guardrails, version 3 says changes to the pipelines.
 *
 * This interface was referenced by `WorkflowBodies`'s JSON-Schema
 * via the `definition` "WorkflowPayload".
 */
export interface WorkflowPayload {
  schema_version: 1 | 2 | 3
  features?: WorkflowFeatureFlags
  /**
   * Of version 1: guardrails on prompts.
   *
   * @maxItems 256
   */
  guardrails?: {
    ref: WorkflowRef
    step?: WorkflowStepNumber
  }[]
  /**
   * Of version 2: guardrails in their phases.
   *
   * @maxItems 256
   */
  steps?: {
    ref: WorkflowRef
    /**
     * `prompt` where absent.
     */
    phase?: 'prompt' | 'response' | 'stream'
    step?: WorkflowStepNumber
  }[]
  /**
   * Header policies, in the place of those of the configuration. A step where it is absent is the policy's own.
   *
   * @maxItems 256
   */
  header_policies?: {
    ref: WorkflowRef
    step?: WorkflowStepNumber
  }[]
  cache?: {
    /**
     * Answers are kept for each user path apart.
     */
    partition?: 'user_path'
  }
  /**
   * Of version 3: changes, in order.
   *
   * @maxItems 256
   */
  patch?: WorkflowPatch[]
}
/**
 * What a workflow is for. Empty is no restriction.
 *
 * This interface was referenced by `WorkflowBodies`'s JSON-Schema
 * via the `definition` "WorkflowScope".
 */
export interface WorkflowScope {
  /**
   * An instance's name.
   */
  scope_provider_name: string
  /**
   * A model of that instance.
   */
  scope_model: string
  /**
   * This path and all below it.
   */
  scope_user_path: string
}
/**
 * One version of a workflow.
 *
 * This interface was referenced by `WorkflowBodies`'s JSON-Schema
 * via the `definition` "WorkflowView".
 */
export interface WorkflowView {
  id: string
  scope_type: 'global' | 'provider' | 'provider_model' | 'path' | 'provider_path' | 'provider_model_path'
  scope_display: string
  scope: WorkflowScope
  version: number
  active: boolean
  /**
   * Whether the configuration says it.
   */
  managed: boolean
  /**
   * Whether it is what the configuration means for all requests that no other workflow is for.
   */
  managed_default: boolean
  name: string
  description: string
  workflow_payload: WorkflowPayload
  /**
   * The SHA-256 of the payload.
   */
  workflow_hash: string
  /**
   * The SHA-256 of its guardrails, as they are now.
   */
  guardrails_hash: string
  /**
   * The same of each phase; empty where it has none.
   */
  chain_hashes: {
    prompt: string
    response: string
    stream: string
  }
  effective_features: WorkflowFeatures
  /**
   * Why it does not compile. What it was before holds on; one that never compiled is for nobody.
   */
  compile_error?: string
  created_at: string | null
}
/**
 * A new version for a scope.
 *
 * This interface was referenced by `WorkflowBodies`'s JSON-Schema
 * via the `definition` "WorkflowWrite".
 */
export interface WorkflowWrite {
  /**
   * An instance's name.
   */
  scope_provider_name?: string
  /**
   * An older name of `scope_provider_name`.
   */
  scope_provider?: string
  /**
   * A model of that instance.
   */
  scope_model?: string
  /**
   * This path and all below it.
   */
  scope_user_path?: string
  /**
   * For people.
   */
  name: string
  /**
   * For people.
   */
  description?: string
  workflow_payload: WorkflowPayload
}
/**
 * A guardrail that workflows can name.
 *
 * This interface was referenced by `WorkflowBodies`'s JSON-Schema
 * via the `definition` "WorkflowGuardrail".
 */
export interface WorkflowGuardrail {
  name: string
  type: string
  phases: string[]
  summary: string
}
/**
 * Which workflow a request would meet, and what that makes of the pipeline.
 *
 * This interface was referenced by `WorkflowBodies`'s JSON-Schema
 * via the `definition` "WorkflowExplanation".
 */
export interface WorkflowExplanation {
  matched: {
    id: string
    name: string
    version: number
    scope: WorkflowScope
    scope_display: string
  }
  candidates: {
    scope: WorkflowScope
    scope_display: string
    matched: boolean
    reason: string
  }[]
  steps: {
    phase: string
    step: string
    from: string
  }[]
}
