/** The directory: groups, the users in them, and the paths that follow. */

import { useQueryClient } from '@tanstack/preact-query'
import { useState } from 'preact/hooks'
import type { DirectoryUser, UserGroup } from '../../../schemas/admin/users.schema.ts'
import { send } from '../../data/api.ts'
import { nobody, useDirectoryUsers, useGroups } from '../../data/directory.ts'
import { textIn } from '../../data/form.ts'
import { useSearch } from '../../data/search.ts'
import { Badge } from '../../parts/badge.tsx'
import { DataTable, type Column } from '../../parts/data-table.tsx'
import { Confirm } from '../../parts/confirm.tsx'
import { RecordForm, type Field } from '../../parts/record-form.tsx'
import { Section } from '../../parts/section.tsx'
import { inTree } from './tree.tsx'
import type { KeyFor } from './index.tsx'

/** A group, or a user. */
type Member = { readonly group: UserGroup; readonly path: string } | { readonly user: DirectoryUser; readonly path: string }

/** What is asked of a person at the moment. */
type Asked = 'new group' | 'new user' | { readonly edit: Member } | { readonly remove: Member } | undefined

export function Directory({ addKey }: { readonly addKey: (whom: KeyFor) => void }) {
  const [asked, setAsked] = useState<Asked>()
  const [groups, users] = [useGroups(), useDirectoryUsers()]
  const error = groups.error ?? users.error
  const refetch = async () => await Promise.all([groups.refetch(), users.refetch()])
  const data = groups.data === undefined || users.data === undefined ? undefined : membersOf(groups.data, users.data)
  const [search, holds] = useSearch()
  const found = data?.filter(member => holds(nameOf(member), member.path, 'user' in member ? member.user.description : undefined))
  return (
    <Section
      title="Groups and users"
      tools={
        <span class="actions">
          <button type="button" onClick={() => setAsked('new group')}>
            New group
          </button>
          <button type="button" onClick={() => setAsked('new user')}>
            New user
          </button>
        </span>
      }
    >
      <DataTable
        label="Groups and users"
        rows={{ data: found, error, refetch }}
        columns={columns(data ?? [], setAsked, addKey)}
        none={search === '' ? 'There is none yet. A user keeps budgets and keys, whatever path it moves to.' : 'None fits.'}
        id={({ path }) => path}
      />
      <Asking asked={asked} groups={groups.data ?? []} close={() => setAsked(undefined)} />
    </Section>
  )
}

function membersOf(groups: readonly UserGroup[], users: readonly DirectoryUser[]): readonly Member[] {
  const members: readonly Member[] = [...groups.map(group => ({ group, path: group.path })), ...users.map(user => ({ user, path: user.user_path }))]
  return members.toSorted((one, other) => (one.path < other.path ? -1 : 1))
}

function nameOf(member: Member): string {
  return 'group' in member ? member.group.name : member.user.name
}

function columns(all: readonly Member[], ask: (what: Asked) => void, addKey: (whom: KeyFor) => void): readonly Column<Member>[] {
  const within = ({ path }: Member) => all.filter(member => member.path.startsWith(`${path}/`)).length
  return [
    { title: 'Name', show: member => inTree(member.path, nameOf(member)) },
    { title: 'Kind', show: member => <Badge>{'group' in member ? 'group' : 'user'}</Badge> },
    { title: 'User path', show: ({ path }) => <code>{path}</code> },
    { title: 'Description', show: member => ('user' in member && member.user.description) || '–' },
    { title: 'Within', number: true, show: member => ('group' in member ? within(member) : '') },
    {
      title: 'Actions',
      show: member => (
        <span class="actions">
          {'user' in member && (
            <button type="button" onClick={() => addKey({ user: member.user })}>
              Add key
            </button>
          )}
          <button type="button" onClick={() => ask({ edit: member })}>
            {'group' in member ? 'Move' : 'Edit'}
          </button>
          <button
            type="button"
            disabled={'group' in member && within(member) > 0}
            title={'group' in member && within(member) > 0 ? 'It is not empty.' : undefined}
            onClick={() => ask({ remove: member })}
          >
            Delete
          </button>
        </span>
      ),
    },
  ]
}

interface AskingProps {
  readonly asked: Asked
  readonly groups: readonly UserGroup[]
  readonly close: () => void
}

function Asking({ asked, groups, close }: AskingProps) {
  const queries = useQueryClient()
  const write = async (method: 'PUT' | 'DELETE', path: string, body: object) => {
    await send(method, path, body)
    close()
    await Promise.all(['directory', 'users', 'keys'].map(async name => await queries.invalidateQueries({ queryKey: [name] })))
  }
  const saveGroup = async (form: FormData, name: string) => await write('PUT', '/user-groups', { name, parent: groupIn(form, 'parent') })
  const saveUser = async (form: FormData, id?: string) =>
    await write('PUT', '/directory/users', {
      ...(id === undefined ? {} : { id }),
      name: textIn(form, 'name'),
      group: groupIn(form, 'group'),
      description: textIn(form, 'description'),
    })
  if (asked === undefined) return null
  if (asked === 'new group')
    return (
      <RecordForm
        title="New group"
        verb="Create"
        fields={[
          { name: 'name', title: 'Name', required: true, hint: 'It cannot be changed.' },
          { ...inGroup('parent', groups, null), title: 'In the group' },
        ]}
        close={close}
        save={async form => await saveGroup(form, textIn(form, 'name'))}
      />
    )
  if (asked === 'new user') return <RecordForm title="New user" verb="Create" fields={userFields(groups, undefined)} close={close} save={saveUser} />
  if ('remove' in asked)
    return (
      <Confirm
        title={`Delete ${nameOf(asked.remove)}?`}
        text={
          'group' in asked.remove ? 'Policies that name the group match nobody then.' : 'The keys of the user stay, at the path that they were created for.'
        }
        verb="Delete"
        close={close}
        act={async () =>
          'group' in asked.remove
            ? await write('DELETE', '/user-groups', { name: asked.remove.group.name })
            : await write('DELETE', '/directory/users', { id: asked.remove.user.id })
        }
      />
    )
  const { edit } = asked
  if ('user' in edit)
    return (
      <RecordForm
        title={`Edit ${edit.user.name}`}
        fields={userFields(groups, edit.user)}
        close={close}
        save={async form => await saveUser(form, edit.user.id)}
      />
    )
  const { name, parent, path } = edit.group
  const others = groups.filter(group => group.path !== path && !group.path.startsWith(`${path}/`))
  return (
    <RecordForm
      title={`Move ${name}`}
      verb="Move"
      fields={[{ ...inGroup('parent', others, parent), hint: 'All that is in the group moves with it; its keys call for their new paths at once.' }]}
      close={close}
      save={async form => await saveGroup(form, name)}
    />
  )
}

function userFields(groups: readonly UserGroup[], edited: DirectoryUser | undefined): readonly Field[] {
  return [
    { name: 'name', title: 'Name', required: true, value: edited?.name },
    inGroup('group', groups, edited?.group ?? null),
    { name: 'description', title: 'Description', value: edited?.description },
  ]
}

function inGroup(name: string, groups: readonly UserGroup[], value: string | null): Field {
  return { name, title: 'In the group', options: [nobody, ...groups.map(group => group.name)], value: value ?? nobody }
}

function groupIn(form: FormData, name: string): string | null {
  const chosen = textIn(form, name)
  return chosen === nobody ? null : chosen
}
