/** Managed keys: who may call, for which path and which models, until when. */

import { useQuery, useQueryClient } from '@tanstack/preact-query'
import { useState } from 'preact/hooks'
import type { AuthKeyView, LabelRenamed } from '../../../schemas/admin/auth-keys.schema.ts'
import type { DirectoryUser } from '../../../schemas/admin/users.schema.ts'
import type { Reach } from '../../data/access.ts'
import { get, send } from '../../data/api.ts'
import { useDirectoryUsers } from '../../data/directory.ts'
import { useSearch } from '../../data/search.ts'
import { useParam } from '../../data/url.ts'
import { time } from '../../data/words.ts'
import { Badge } from '../../parts/badge.tsx'
import { CreateKey } from '../../parts/create-key.tsx'
import { DataTable, type Column } from '../../parts/data-table.tsx'
import { Confirm } from '../../parts/confirm.tsx'
import { Filter } from '../../parts/filter.tsx'
import { modelsLeft } from '../../parts/models-left.tsx'
import { Section } from '../../parts/section.tsx'
import { EditKey, ImportKey, RenameLabel } from './forms.tsx'
import { KeyDrawer, stateOf, whose } from './key-drawer.tsx'

/** What is asked of a person at the moment. */
type Asked = 'create' | 'import' | 'rename' | { readonly edit: AuthKeyView } | { readonly deactivate: AuthKeyView } | undefined

export function KeysPage({ reach }: { readonly reach: Reach }) {
  const [opened, setOpened] = useParam('open')
  const [asked, setAsked] = useState<Asked>()
  const [renamed, setRenamed] = useState<LabelRenamed>()
  const keys = useQuery({ queryKey: ['keys'], queryFn: async () => await get<AuthKeyView[]>('/auth-keys') })
  const users = useDirectoryUsers()
  const [search, holds] = useSearch()
  const userOf = ({ user_id: id }: AuthKeyView) => users.data?.find(user => user.id === id)
  const found = keys.data?.filter(key => holds(key.name, key.redacted_value, key.user_path, userOf(key)?.name, key.id, ...key.labels))
  const shown = keys.data?.find(({ id }) => id === opened)
  const labels = [...new Set(keys.data?.flatMap(key => key.labels))].sort()
  return (
    <>
      <header class="head">
        <h1>API keys</h1>
        <div class="actions">
          {labels.length > 0 && (
            <button type="button" onClick={() => setAsked('rename')}>
              Rename a label
            </button>
          )}
          <button type="button" onClick={() => setAsked('import')}>
            Import a key
          </button>
          <button type="button" class="first" onClick={() => setAsked('create')}>
            Create a key
          </button>
        </div>
      </header>
      {renamed !== undefined && (
        <p role="status" class="banner">
          The label {renamed.from} is {renamed.to} now, on {renamed.renamed === 1 ? 'one key' : `${renamed.renamed} keys`}.
        </p>
      )}
      <div class="filters bottom">
        <Filter name="search" title="Search" type="search" />
      </div>
      <Section title="Keys">
        <DataTable
          label="Keys"
          rows={{ ...keys, data: found }}
          columns={columns(users.data ?? [])}
          none={search === '' ? 'There is none yet.' : 'None fits.'}
          id={({ id }) => id}
          open={({ id }) => setOpened(id)}
        />
      </Section>
      {shown !== undefined && (
        <KeyDrawer
          shown={shown}
          users={users.data ?? []}
          close={() => setOpened('')}
          edit={() => setAsked({ edit: shown })}
          deactivate={() => setAsked({ deactivate: shown })}
        />
      )}
      <Asking
        asked={asked}
        users={reach.global ? (users.data ?? []) : []}
        userPath={reach.userPath}
        labels={labels}
        close={() => setAsked(undefined)}
        renamed={setRenamed}
      />
    </>
  )
}

interface AskingProps {
  readonly asked: Asked
  /** Those that keys can be bound to. */
  readonly users: readonly DirectoryUser[]
  readonly userPath: string | undefined
  readonly labels: readonly string[]
  readonly close: () => void
  renamed(what: LabelRenamed): void
}

function Asking({ asked, users, userPath, labels, close, renamed }: AskingProps) {
  const queries = useQueryClient()
  if (asked === undefined) return null
  if (asked === 'create') return <CreateKey users={users} userPath={userPath} close={close} />
  if (asked === 'import') return <ImportKey close={close} />
  if (asked === 'rename') return <RenameLabel labels={labels} close={close} renamed={renamed} />
  if ('edit' in asked) return <EditKey edited={asked.edit} users={users} close={close} />
  const { id, name } = asked.deactivate
  return (
    <Confirm
      title={`Deactivate ${name}?`}
      text="Calls with this key are refused from now on. It cannot be activated again."
      verb="Deactivate"
      close={close}
      act={async () => {
        await send('POST', `/auth-keys/${id}/deactivate`, {})
        await queries.invalidateQueries({ queryKey: ['keys'] })
      }}
    />
  )
}

function columns(users: readonly DirectoryUser[]): readonly Column<AuthKeyView>[] {
  return [
    { title: 'Name', show: ({ name }) => name },
    { title: 'Key', show: ({ redacted_value: value }) => <code>{value}</code> },
    { title: 'For', show: key => whose(key, users) },
    { title: 'Labels', show: ({ labels }) => labels.map(label => <Badge key={label}>{label}</Badge>) },
    { title: 'Models', show: ({ restricted, effective_models: models }) => modelsLeft(restricted, models) },
    { title: 'Last used', show: ({ last_used_at: at }) => time(at) },
    { title: 'Expires', show: ({ expires_at: at }) => time(at) },
    { title: 'State', show: stateOf },
  ]
}
