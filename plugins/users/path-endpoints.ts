/** The endpoints of user paths in the admin API. */

import { gatewayError, type AdminCall, type AdminEndpoint, type Clock, type Models } from '../../core/index.ts'
import { definition } from '../../core/admin/definition.ts'
import { refuseConflict } from '../../core/admin/refuse-conflict.ts'
import { readModelSelector } from '../../core/model-selector.ts'
import file from '../../schemas/admin/users.schema.json' with { type: 'json' }
import type { UserTree, UserWrite } from '../../schemas/admin/users.schema.ts'
import type { PathNode } from './path-nodes.ts'
import { nodeOf, treeOf, type TreeGround } from './tree.ts'

export interface PathGround extends TreeGround {
  readonly models: Pick<Models, 'inventories'>
  readonly clock: Clock
  readonly providers: readonly string[]
}

export function pathEndpoints(ground: PathGround): readonly AdminEndpoint[] {
  const tree = definition(file, 'UserTree')
  return [
    { method: 'GET', path: '/users', scope: 'subtree', summary: 'Lists the user paths, what applies to each, and which models its callers may use.', response: tree, handle: ({ scope }) => treeOf(ground, scope) },
    { method: 'PUT', path: '/users', scope: 'subtree', summary: 'Sets which models the callers of a user path may use.', body: definition(file, 'UserWrite'), response: tree, handle: call => put(ground, call) },
    {
      method: 'DELETE', path: '/users', scope: 'subtree', summary: 'Removes the settings of a user path.', response: tree,
      query: { type: 'object', required: ['user_path'], properties: { user_path: { type: 'string', minLength: 1, description: 'The path.' } } },
      handle: call => remove(ground, call),
    },
  ]
}

async function put(ground: PathGround, call: AdminCall): Promise<UserTree> {
  const { user_path: given, allowed_models: selectors, description } = call.body as UserWrite
  const path = writable(ground, call, given)
  const stored = ground.nodes.stored(path)
  const now = ground.clock.now()
  const node: PathNode = {
    allowed_models: selectors === undefined ? stored?.value.allowed_models ?? [] : readSelectors(selectors, ground.providers),
    description: description?.trim() ?? stored?.value.description ?? '',
    created_at: stored?.value.created_at ?? now,
    updated_at: now,
  }
  return await written(ground, call, path, () => ground.nodes.snapshot.put(path, node, { expected: stored?.revision ?? 0, owner: path }))
}

async function remove(ground: PathGround, call: AdminCall): Promise<UserTree> {
  const path = writable(ground, call, String(call.query['user_path']))
  const stored = ground.nodes.stored(path)
  if (stored === undefined) throw gatewayError('not_found', `nothing was said of the user path ${path}`, { param: 'user_path' })
  return await written(ground, call, path, () => ground.nodes.snapshot.delete(path, stored.revision))
}

/** Writes, and tells of it. @returns the whole tree, as it is then */
async function written(ground: PathGround, call: AdminCall, path: string, write: () => Promise<unknown>): Promise<UserTree> {
  const view = () => ground.nodes.of(path) === undefined ? undefined : nodeOf(path, ground)
  const before = view()
  call.ifMatch(before, treeOf(ground, call.scope))
  await write().catch(refuseConflict)
  call.changed(before, view())
  return treeOf(ground, call.scope)
}

/** The path that is meant, if the caller may say something of it. */
function writable({ nodes }: PathGround, call: AdminCall, given: string): string {
  const path = call.confine(given)
  if (nodes.of(path)?.managed === true) throw gatewayError('user_managed', `the configuration says what holds for ${path}`, { param: 'user_path' })
  return path
}

function readSelectors(given: readonly string[], providers: readonly string[]): string[] {
  return [...new Set(given.map((text, index) => {
    const selector = readModelSelector(text, providers)
    if (selector === undefined) throw gatewayError('invalid_value', `${JSON.stringify(text)} selects nothing: expected provider/model, provider/* of a provider that is there, model, or *`, { param: `allowed_models.${index}` })
    return selector.text
  }))]
}
