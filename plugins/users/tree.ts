/** The tree of user paths, as administrators see it: made of what is said of paths, of the paths of keys, and of all above them. */

import type { Access, AdminScope, Models } from '../../core/index.ts'
import { shownTime } from '../shared/admin/shown-time.ts'
import { ancestors, isWithin } from '../../core/user-path.ts'
import type { UserNode, UserTree } from '../../schemas/admin/users.schema.ts'
import type { PathNodes } from './path-nodes.ts'

export interface TreeDeps {
  readonly nodes: PathNodes
  readonly access: Access
  readonly models: Pick<Models, 'inventories'>
}

export function treeOf(deps: TreeDeps, scope: AdminScope): UserTree {
  const {
    nodes,
    access: { keys },
  } = deps
  const named = [...nodes.paths, ...keys.flatMap(({ userPath }) => (userPath === '' ? [] : userPath))]
  const paths = [...new Set(named.flatMap(ancestors))].filter(path => isWithin(path, scope.root)).sort()
  return { users: paths.map(path => nodeOf(path, deps)) }
}

export function nodeOf(path: string, { nodes, access, models }: TreeDeps): UserNode {
  const node = nodes.of(path)
  const effective = access.effective({ caller: undefined, userPath: path }, models)
  return {
    user_path: path,
    allowed_models: [...(node?.allowed_models ?? [])],
    description: node?.description ?? '',
    configured: node !== undefined,
    managed: node?.managed ?? false,
    key_count: access.keys.filter(({ userPath }) => userPath === path).length,
    inherited_from: ancestors(path).filter(ancestor => ancestor !== path && (nodes.of(ancestor)?.allowed_models.length ?? 0) > 0),
    restricted: effective.restricted,
    effective_models: [...effective.models],
    created_at: shownTime(node?.created_at),
    updated_at: shownTime(node?.updated_at),
  }
}
