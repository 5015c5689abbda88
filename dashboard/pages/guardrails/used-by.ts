/** Which workflows name a guardrail or a header policy. */

import type { WorkflowView } from '../../../schemas/admin/workflows.schema.ts'
import { useWorkflows } from '../../data/queries.ts'

export interface UsedBy {
  of(name: string): readonly WorkflowView[]
}

export function useUsedBy(): UsedBy {
  const { data = [] } = useWorkflows()
  return { of: name => data.filter(workflow => namesIn(workflow).includes(name)) }
}

function namesIn({ workflow_payload: { guardrails = [], steps = [], header_policies: policies = [] } }: WorkflowView): readonly string[] {
  return [...guardrails, ...steps, ...policies].map(({ ref }) => ref)
}
