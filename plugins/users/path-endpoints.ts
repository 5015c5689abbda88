/** The endpoints of user paths in the admin API. */

import { gatewayError, type AdminCall, type AdminEndpoint, type Clock, type Models } from '../../core/index.ts'
import { definition } from '../shared/admin/definition.ts'
import { WriteTurns } from '../shared/admin/write-turns.ts'
import { readModelSelector } from '../shared/models/model-selector.ts'
import file from '../../schemas/admin/users.schema.json' with { type: 'json' }
import type { UserTree, UserWrite } from '../../schemas/admin/users.schema.ts'
import type { PathNode } from './path-nodes.ts'
import { nodeOf, treeOf, type TreeDeps } from './tree.ts'

export interface PathDeps extends TreeDeps {
  readonly models: Pick<Models, 'inventories'>
  readonly clock: Clock
  readonly providers: readonly string[]
}

export function pathEndpoints(deps: PathDeps): readonly AdminEndpoint[] {
  const tree = definition(file, 'UserTree')
  const turns = new WriteTurns('user paths')
  return [
    {
      method: 'GET',
      path: '/users',
      scope: 'subtree',
      summary: 'Lists the user paths, what applies to each, and which models its callers may use.',
      response: tree,
      handle: ({ scope }) => treeOf(deps, scope),
    },
    {
      method: 'PUT',
      path: '/users',
      scope: 'subtree',
      summary: 'Sets which models the callers of a user path may use.',
      body: definition(file, 'UserWrite'),
      response: tree,
      handle: call => turns.take(() => put(deps, call)),
    },
    {
      method: 'DELETE',
      path: '/users',
      scope: 'subtree',
      summary: 'Removes the settings of a user path.',
      response: tree,
      query: { type: 'object', required: ['user_path'], properties: { user_path: { type: 'string', minLength: 1, description: 'The path.' } } },
      handle: call => turns.take(() => remove(deps, call)),
    },
  ]
}

async function put(deps: PathDeps, call: AdminCall): Promise<UserTree> {
  const { user_path: given, allowed_models: selectors, description } = call.body as UserWrite
  const path = writable(deps, call, given)
  const stored = deps.nodes.stored(path)
  const now = deps.clock.now()
  const node: PathNode = {
    allowed_models: selectors === undefined ? (stored?.value.allowed_models ?? []) : readSelectors(selectors, deps.providers),
    description: description?.trim() ?? stored?.value.description ?? '',
    created_at: stored?.value.created_at ?? now,
    updated_at: now,
  }
  return await written(deps, call, path, () => deps.nodes.snapshot.put(path, node, { expected: stored?.revision ?? 0, owner: path }))
}

async function remove(deps: PathDeps, call: AdminCall): Promise<UserTree> {
  const path = writable(deps, call, String(call.query['user_path']))
  const stored = deps.nodes.stored(path)
  if (stored === undefined) throw gatewayError('not_found', `nothing was said of the user path ${path}`, { param: 'user_path' })
  return await written(deps, call, path, () => deps.nodes.snapshot.delete(path, stored.revision))
}

/** Writes, and tells of it. @returns the whole tree, as it is then */
async function written(deps: PathDeps, call: AdminCall, path: string, write: () => Promise<unknown>): Promise<UserTree> {
  const view = () => (deps.nodes.of(path) === undefined ? undefined : nodeOf(path, deps))
  const before = view()
  call.ifMatch(before, treeOf(deps, call.scope))
  await write()
  call.changed(before, view())
  return treeOf(deps, call.scope)
}

/** The path that is meant, if the caller may say something of it. */
function writable({ nodes }: PathDeps, call: AdminCall, given: string): string {
  const path = call.confine(given)
  if (nodes.of(path)?.managed === true) throw gatewayError('user_managed', `the configuration says what holds for ${path}`, { param: 'user_path' })
  return path
}

function readSelectors(given: readonly string[], providers: readonly string[]): string[] {
  return [
    ...new Set(
      given.map((text, index) => {
        const selector = readModelSelector(text, providers)
        if (selector === undefined)
          throw gatewayError(
            'invalid_value',
            `${JSON.stringify(text)} selects nothing: expected provider/model, provider/* of a provider that is there, model, or *`,
            { param: `allowed_models.${index}` },
          )
        return selector.text
      }),
    ),
  ]
}
