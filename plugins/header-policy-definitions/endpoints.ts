/** The endpoints for header policies. */

import { gatewayError, type AdminCall, type AdminEndpoint, type Clock, type GuardrailBook } from '../../core/index.ts'
import { definition } from '../shared/admin/definition.ts'
import { shownTime } from '../shared/admin/shown-time.ts'
import { WriteTurns } from '../shared/admin/write-turns.ts'
import { invalidValue } from '../../core/errors.ts'
import type { HeaderPolicy } from '../../core/upstream/headers/header-policy.ts'
import { headerPolicyProblem } from '../shared/guard/header-policy.ts'
import file from '../../schemas/admin/header-policies.schema.json' with { type: 'json' }
import type { HeaderPolicyName, HeaderPolicyView, HeaderPolicyWrite } from '../../schemas/admin/header-policies.schema.ts'
import type { DefinedPolicy, PolicyBook } from './book.ts'

export interface EndpointDeps {
  readonly book: PolicyBook
  readonly guardrails: GuardrailBook
  readonly clock: Clock
}

export function endpointsOf(around: EndpointDeps): readonly AdminEndpoint[] {
  const { book } = around
  const turns = new WriteTurns('header policies')
  return [
    {
      method: 'GET',
      path: '/header-policies',
      scope: 'global',
      summary: 'Lists the header policies.',
      response: definition(file, 'HeaderPolicyList'),
      handle: () => book.all.map(viewOf),
    },
    {
      method: 'PUT',
      path: '/header-policies',
      scope: 'global',
      summary: 'Creates a header policy, or changes it wherever it is used.',
      body: definition(file, 'HeaderPolicyWrite'),
      response: definition(file, 'HeaderPolicyView'),
      handle: call => turns.take(() => put(around, call)),
    },
    {
      method: 'DELETE',
      path: '/header-policies',
      scope: 'global',
      summary: 'Deletes a header policy that no workflow names.',
      body: definition(file, 'HeaderPolicyName'),
      handle: call => turns.take(() => remove(book, call)),
    },
  ]
}

async function put({ book, guardrails, clock }: EndpointDeps, call: AdminCall): Promise<HeaderPolicyView> {
  const { name, ...written } = call.body as HeaderPolicyWrite
  if (name.trim() !== name) throw invalidValue('name', 'a name neither begins nor ends with a blank')
  if (guardrails.find(name) !== undefined) throw gatewayError('conflict', `there is a guardrail ${JSON.stringify(name)}`, { param: 'name' })
  const standing = changeable(book, name, call)
  const policy: Omit<HeaderPolicy, 'name'> = { step: 0, methods: [], paths: [], when: [], ...written }
  const problem = headerPolicyProblem(policy)
  if (problem !== undefined) throw invalidValue(problem.at, problem.message)
  const now = clock.now()
  await book.put(name, { ...policy, created_at: standing?.stored?.value.created_at ?? now, updated_at: now }, { expected: standing?.stored?.revision ?? 0 })
  const after = viewOf(book.get(name) as DefinedPolicy)
  call.changed(standing === undefined ? undefined : viewOf(standing), after)
  return after
}

async function remove(book: PolicyBook, call: AdminCall): Promise<void> {
  const { name } = call.body as HeaderPolicyName
  const standing = changeable(book, name, call)
  if (standing?.stored === undefined) throw gatewayError('not_found', `there is no header policy ${JSON.stringify(name)}`, { param: 'name' })
  const users = book.usersOf(name)
  if (users.length > 0) throw gatewayError('in_use', `${JSON.stringify(name)} is used by ${users.join(', ')}`, { param: 'name' })
  await book.delete(name, standing.stored.revision)
  call.changed(viewOf(standing), undefined)
}

/** What stands under a name. @throws GatewayError if the caller must not change it */
function changeable(book: PolicyBook, name: string, call: AdminCall): DefinedPolicy | undefined {
  const standing = book.get(name)
  if (standing !== undefined && standing.stored === undefined)
    throw gatewayError('managed_resource', `the configuration says what ${JSON.stringify(name)} is`, { param: 'name' })
  call.ifMatch(standing === undefined ? undefined : viewOf(standing), book.all.map(viewOf))
  return standing
}

function viewOf({ policy: { name, step, methods, paths, when, actions }, stored }: DefinedPolicy): HeaderPolicyView {
  return {
    name,
    step,
    methods: [...methods],
    paths: [...paths],
    when: when.map(condition => ({ ...condition })),
    actions: actions.map(action => ({ ...action })),
    managed: stored === undefined,
    created_at: shownTime(stored?.value.created_at),
    updated_at: shownTime(stored?.value.updated_at),
  }
}
