/** Which workflow a request meets. */

/** The facts that decide. */
export interface WorkflowQuestion {
  readonly pipeline: string
  /** As a caller names it, or `provider/model`. */
  readonly model?: string
  /** An instance's name. */
  readonly provider?: string
  readonly userPath?: string
}

export interface WorkflowScope {
  readonly scope_provider_name: string
  readonly scope_model: string
  readonly scope_user_path: string
}

export interface WorkflowExplanation {
  readonly matched: { readonly id: string; readonly name: string; readonly version: number; readonly scope: WorkflowScope; readonly scope_display: string }
  /** In the order in which they are looked for. */
  readonly candidates: readonly { readonly scope: WorkflowScope; readonly scope_display: string; readonly matched: boolean; readonly reason: string }[]
  /** By phase, in the order in which they are asked. */
  readonly steps: readonly { readonly phase: string; readonly step: string; readonly from: string }[]
}

/** The service `workflows`. */
export interface Workflows {
  /** Whether any workflow that holds has guardrails: where nobody can tell the model of a call, it may be that one's. */
  readonly guardAny: boolean
  /** @throws GatewayError for a question that has no answer */
  explain(question: WorkflowQuestion): WorkflowExplanation
}
