/** The header policies of a payload: found, in their order, and as a patch. */

import { gatewayError, type HeaderPolicyBook } from '../../core/index.ts'
import type { HeaderPolicy } from '../../core/upstream/headers/header-policy.ts'
import type { Patch } from '../../core/pipeline/plan/source.ts'
import type { WorkflowPayload } from '../../schemas/admin/workflows.schema.ts'

/** Each with the step that it has here: the payload's, else its own. @throws GatewayError that names the member at fault */
export function headerPoliciesIn({ header_policies: refs = [] }: WorkflowPayload, book: HeaderPolicyBook): readonly HeaderPolicy[] {
  return refs.map(({ ref, step }, index) => {
    const param = `workflow_payload.header_policies.${index}.ref`
    const policy = book.find(ref)
    if (policy === undefined) throw gatewayError('invalid_value', `there is no header policy ${JSON.stringify(ref)}`, { param })
    if (refs.findIndex(other => other.ref === ref) !== index) throw gatewayError('invalid_value', `${JSON.stringify(ref)} stands here already`, { param })
    return { ...policy, step: step ?? policy.step }
  })
}

/** They take the place of those of the configuration. */
export function headerPolicyPatch(policies: readonly HeaderPolicy[]): Patch {
  return policies.length === 0 ? { remove: 'header-policies' } : { set: 'header-policies', options: { policies, rules: [] } }
}
