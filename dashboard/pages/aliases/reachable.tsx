/** Who can get somewhere by an alias: those it is for, unless they are kept to models that it does not lead to. */

import { useQuery } from '@tanstack/preact-query'
import type { AuthKeyList } from '../../../schemas/admin/auth-keys.schema.ts'
import type { UserTree } from '../../../schemas/admin/users.schema.ts'
import type { VirtualModelView } from '../../../schemas/admin/virtual-models.schema.ts'
import { get } from '../../data/api.ts'
import { isWithin } from '../../data/user-path.ts'
import { Badge } from '../../parts/badge.tsx'
import { leavesOf } from './virtual-models.ts'

/** Who is kept to some models. */
interface Restricted {
  readonly name: string
  /** Null: whichever each call names. */
  readonly path: string | null
  readonly models: readonly string[]
}

export function Reachable({ model, all }: { readonly model: VirtualModelView; readonly all: readonly VirtualModelView[] }) {
  const { data: restricted = [] } = useQuery({ queryKey: ['virtual-models', 'restricted'], queryFn: whoIsRestricted })
  const { user_paths: paths } = model
  const leaves = leavesOf(model, all)
  const asked = restricted.filter(({ path }) => path === null || paths.length === 0 || paths.some(own => isWithin(path, own)))
  return (
    <>
      <p>
        {paths.length === 0 ? 'Everybody' : `Callers of ${paths.join(', ')} and what is below`}
        {asked.length === 0 ? '.' : ', as far as keys and user paths that are kept to some models let them:'}
      </p>
      <ul class="plain-list">
        {asked.map(({ name, models }) => {
          const reached = leaves.some(leaf => models.some(own => own === leaf || own.endsWith(`/${leaf}`)))
          return (
            <li key={name}>
              <Badge kind={reached ? 'good' : 'warn'}>{reached ? 'can' : 'cannot'}</Badge> {name}
            </li>
          )
        })}
      </ul>
    </>
  )
}

async function whoIsRestricted(): Promise<readonly Restricted[]> {
  const [keys, { users }] = await Promise.all([get<AuthKeyList>('/auth-keys'), get<UserTree>('/users')])
  return [
    ...users.filter(({ restricted }) => restricted).map(({ user_path: path, effective_models: models }) => ({ name: `user path ${path}`, path, models })),
    ...keys
      .filter(({ restricted, active }) => restricted && active)
      .map(({ name, user_path: path, effective_models: models }) => ({ name: `key ${name}`, path, models })),
  ]
}
