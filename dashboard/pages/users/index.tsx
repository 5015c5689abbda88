/** Who calls: user paths and the models that are open to them, and the groups and users of the directory. */

import { useState } from 'preact/hooks'
import type { DirectoryUser } from '../../../schemas/admin/users.schema.ts'
import type { Reach } from '../../data/access.ts'
import { useDirectoryUsers } from '../../data/directory.ts'
import { CreateKey } from '../../parts/create-key.tsx'
import { Filter } from '../../parts/filter.tsx'
import { Directory } from './directory.tsx'
import { Paths } from './paths.tsx'

/** Whom a key shall be made for. */
export type KeyFor = { readonly path: string } | { readonly user: DirectoryUser }

export function UsersPage({ reach }: { readonly reach: Reach }) {
  const [keyFor, setKeyFor] = useState<KeyFor>()
  const users = useDirectoryUsers().data ?? []
  return (
    <>
      <header class="head">
        <h1>User paths</h1>
      </header>
      <div class="filters bottom">
        <Filter name="search" title="Search" type="search" />
      </div>
      <p class="faint">Who names a path in a header may name any: only keys that are bound to a path or a user hold their callers to it.</p>
      <Paths addKey={setKeyFor} />
      <Directory addKey={setKeyFor} />
      {keyFor !== undefined && (
        <CreateKey
          users={reach.global ? users : []}
          {...('path' in keyFor ? { userPath: keyFor.path } : reach.global ? keyFor : { userPath: keyFor.user.user_path })}
          close={() => setKeyFor(undefined)}
        />
      )}
    </>
  )
}
