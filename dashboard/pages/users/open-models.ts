/** Which models a list would leave to a user path, before it is written. The gateway decides; it also knows other spellings of a model. */

import type { AdminModel } from '../../../schemas/admin/models.schema.ts'
import type { UserNode } from '../../../schemas/admin/users.schema.ts'
import { isWithin } from '../../data/user-path.ts'

/** @param list of the path itself. @returns as the gateway names effective models */
export function openModels(path: string, list: readonly string[], nodes: readonly UserNode[], models: readonly AdminModel[]): readonly string[] {
  const lists = [list, ...nodes.filter(({ user_path: above }) => above !== path && isWithin(path, above)).map(node => node.allowed_models)]
  return models
    .filter(model => isOpen(model, path) && lists.every(selectors => selectors.length === 0 || selectors.some(selector => selects(selector, model))))
    .map(({ provider_name: provider, model: { id } }) => `${provider}/${id}`)
}

/** Of groups, only the gateway knows who is in them. */
function isOpen({ access: { enabled, user_paths: paths, groups } }: AdminModel, path: string): boolean {
  return enabled && ((paths.length === 0 && groups.length === 0) || groups.length > 0 || paths.some(root => isWithin(path, root)))
}

function selects(selector: string, { provider_name: provider, model: { id } }: AdminModel): boolean {
  const text = selector.trim()
  const slash = text.indexOf('/')
  if (['*', '/', id].includes(text)) return true
  return text.slice(0, Math.max(0, slash)).toLowerCase() === provider.toLowerCase() && ['', '*', id].includes(text.slice(slash + 1))
}
