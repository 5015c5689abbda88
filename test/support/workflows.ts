/** Workflows and guardrails, made as administrators make them. */

import { expect } from 'chai'
import type { AdminGateway } from './admin.ts'

export const everythingOn = { cache: true, audit: true, usage: true, budget: true, guardrails: true, failover: true }

/** Makes a workflow, and gives its view. */
export async function makeWorkflow(gateway: AdminGateway, body: Readonly<Record<string, unknown>>): Promise<Readonly<Record<string, unknown>>> {
  const answer = await gateway.call('POST', '/workflows', {
    body: { name: 'a workflow', workflow_payload: { schema_version: 2, features: everythingOn }, ...body },
  })
  expect(answer.status, answer.text).to.equal(201)
  return answer.json as Record<string, unknown>
}

/** Makes or changes a guardrail, and gives its view. */
export async function makeGuardrail(gateway: AdminGateway, body: Readonly<Record<string, unknown>>): Promise<Readonly<Record<string, unknown>>> {
  const answer = await gateway.call('PUT', '/guardrails', { body })
  expect(answer.status, answer.text).to.equal(200)
  return answer.json as Record<string, unknown>
}
