/** A version of a workflow, as it is stored. It is never changed. */

import { hash } from 'node:crypto'
import type { WorkflowScope } from '../../core/index.ts'
import type { WorkflowPayload } from '../../schemas/admin/workflows.schema.ts'
import { hashOf } from './payload.ts'
import { everything, keyOf } from './scope.ts'

export interface Version extends WorkflowScope {
  readonly id: string
  readonly version: number
  readonly name: string
  readonly description: string
  readonly workflow_payload: WorkflowPayload
  readonly workflow_hash: string
  readonly managed: boolean
  readonly managed_default: boolean
  /** Milliseconds since 1970; null of those of the configuration. */
  readonly created_at: number | null
}

/** What holds for one scope: written in one step, so that one version at most is active. */
export interface ScopeState {
  readonly active: string | null
  /** The number of the last version. */
  readonly version: number
}

export const defaultName = 'default-global'
export const defaultDescription = 'What the configuration says, for all requests that no other workflow is for.'

/** What the configuration means for everybody. The same configuration gives the same id. */
export function defaultVersion(payload: WorkflowPayload): Version {
  return managedVersion({ ...everything, name: defaultName, description: defaultDescription, workflow_payload: payload }, true)
}

/** A workflow that the configuration says. */
export function managedVersion(said: WorkflowScope & Pick<Version, 'name' | 'description' | 'workflow_payload'>, isDefault = false): Version {
  const workflowHash = hashOf(said.workflow_payload)
  return {
    ...said,
    id: idOf([keyOf(said), said.name, workflowHash]),
    version: 1,
    workflow_hash: workflowHash,
    managed: true,
    managed_default: isDefault,
    created_at: null,
  }
}

/** In the form of a UUID. */
function idOf(parts: readonly string[]): string {
  const digits = hash('sha256', JSON.stringify(parts))
  return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-8${digits.slice(13, 16)}-8${digits.slice(17, 20)}-${digits.slice(20, 32)}`
}
