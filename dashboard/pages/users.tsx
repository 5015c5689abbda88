/** User paths: which models they may use, by themselves and by what stands above them. */

import { useQuery, useQueryClient } from '@tanstack/preact-query'
import { useState } from 'preact/hooks'
import type { UserNode, UserTree } from '../../schemas/admin/users.schema.ts'
import { get, send } from '../data/api.ts'
import { listIn, textIn } from '../data/form.ts'
import { count } from '../data/words.ts'
import { Badge, Section } from '../parts/cards.tsx'
import { DataTable, type Column } from '../parts/data-table.tsx'
import { RecordForm, type Field } from '../parts/record-form.tsx'

export function UsersPage() {
  const queries = useQueryClient()
  const [asked, setAsked] = useState<{ readonly edit: UserNode | undefined }>()
  const tree = useQuery({ queryKey: ['users'], queryFn: async () => await get<UserTree>('/users') })
  const save = async (form: FormData) => {
    const user_path = asked?.edit?.user_path ?? textIn(form, 'user_path')
    queries.setQueryData(
      ['users'],
      await send<UserTree>('PUT', '/users', { user_path, allowed_models: listIn(form, 'allowed_models'), description: textIn(form, 'description') }),
    )
    setAsked(undefined)
  }
  const columns: readonly Column<UserNode>[] = [
    { title: 'User path', show: ({ user_path: path, description }) => <code title={description}>{path}</code> },
    { title: 'Keys', number: true, show: ({ key_count: keys }) => count(keys) },
    { title: 'Its own rule', show: ({ allowed_models: models }) => (models.length === 0 ? '–' : models.join(', ')) },
    { title: 'Rules from', show: ({ inherited_from: above }) => (above.length === 0 ? '–' : above.join(', ')) },
    {
      title: 'Models',
      show: ({ restricted, effective_models: models }) =>
        !restricted ? 'all' : models.length === 0 ? <Badge kind="bad">none</Badge> : <span title={models.join(', ')}>{count(models.length)}</span>,
    },
    {
      title: 'Actions',
      show: node =>
        node.managed ? (
          <Badge>config</Badge>
        ) : (
          <button type="button" onClick={() => setAsked({ edit: node })}>
            Edit
          </button>
        ),
    },
  ]
  return (
    <>
      <header class="head">
        <h1>User paths</h1>
        <button type="button" class="first" onClick={() => setAsked({ edit: undefined })}>
          New rule
        </button>
      </header>
      <Section title="Paths">
        <DataTable
          label="User paths"
          rows={{ ...tree, data: tree.data?.users }}
          columns={columns}
          none="No path has a rule or a key yet."
          id={({ user_path: path }) => path}
        />
      </Section>
      {asked !== undefined && (
        <RecordForm title={asked.edit?.user_path ?? 'New rule'} verb="Save" fields={fields(asked.edit)} close={() => setAsked(undefined)} save={save} />
      )}
    </>
  )
}

function fields(edited: UserNode | undefined): readonly Field[] {
  return [
    ...(edited === undefined ? ([{ name: 'user_path', title: 'User path', required: true, hint: 'Such as /team/a.' }] as const) : []),
    {
      name: 'allowed_models',
      title: 'Models',
      value: edited?.allowed_models.join(', '),
      hint: 'Selectors such as openai/, separated by commas; all if empty.',
    },
    { name: 'description', title: 'Description', value: edited?.description },
  ]
}
