/** The endpoints of groups and users in the admin API. */

import { randomUUID } from 'node:crypto'
import { gatewayError, type AdminCall, type AdminEndpoint, type Clock } from '../../core/index.ts'
import { isWithin } from '../../core/user-path.ts'
import { definition } from '../shared/admin/definition.ts'
import file from '../../schemas/admin/users.schema.json' with { type: 'json' }
import type { DirectoryUser, DirectoryUserWrite, GroupDelete, UserDelete, UserGroup, UserGroupWrite } from '../../schemas/admin/users.schema.ts'
import { noGroup, readSegment, type Directory } from './directory.ts'
import { visible, type DirectoryStore, type Meant, type Shown } from './directory-store.ts'

export interface DirectoryDeps {
  readonly store: DirectoryStore
  readonly clock: Clock
}

export function directoryEndpoints(deps: DirectoryDeps): readonly AdminEndpoint[] {
  const [group, user] = [definition(file, 'UserGroup'), definition(file, 'DirectoryUser')]
  const { store } = deps
  return [
    {
      method: 'GET',
      path: '/user-groups',
      scope: 'subtree',
      summary: 'Lists the groups of users, and their paths.',
      response: definition(file, 'UserGroups'),
      handle: ({ scope }) => visible(groupsShown, store.directory, scope),
    },
    {
      method: 'PUT',
      path: '/user-groups',
      scope: 'subtree',
      summary: 'Creates a group, or moves one with everything in it.',
      body: definition(file, 'UserGroupWrite'),
      response: group,
      handle: call => putGroup(deps, call),
    },
    {
      method: 'DELETE',
      path: '/user-groups',
      scope: 'subtree',
      summary: 'Deletes an empty group.',
      body: definition(file, 'GroupDelete'),
      handle: call => deleteGroup(deps, call),
    },
    {
      method: 'GET',
      path: '/directory/users',
      scope: 'subtree',
      summary: 'Lists the users, and their paths.',
      response: definition(file, 'DirectoryUsers'),
      handle: ({ scope }) => visible(usersShown, store.directory, scope),
    },
    {
      method: 'PUT',
      path: '/directory/users',
      scope: 'subtree',
      summary: 'Creates or renames a user, or moves one to another group.',
      body: definition(file, 'DirectoryUserWrite'),
      response: user,
      handle: call => putUser(deps, call),
    },
    {
      method: 'DELETE',
      path: '/directory/users',
      scope: 'subtree',
      summary: "Deletes a user; the user's keys stay at the path that they were created for.",
      body: definition(file, 'UserDelete'),
      handle: call => deleteUser(deps, call),
    },
  ]
}

async function putGroup({ store, clock }: DirectoryDeps, call: AdminCall): Promise<UserGroup | undefined> {
  const body = call.body as UserGroupWrite
  const name = readSegment(body.name, 'name', '/,')
  const group = groupNamed(name)
  const now = clock.now()
  return await store.write(call, group, ({ groups, users }) => {
    const before = own(groups, name)
    const parent = body.parent === undefined ? (before?.parent ?? null) : emptyAsNull(body.parent)
    confinePlace(call, store.directory, { param: 'parent', group: parent, name })
    return { groups: { ...groups, [name]: { parent, created_at: before?.created_at ?? now, updated_at: now } }, users }
  })
}

async function deleteGroup({ store }: DirectoryDeps, call: AdminCall): Promise<void> {
  const name = (call.body as GroupDelete).name.trim()
  const group = groupNamed(name)
  await store.write(call, group, ({ groups, users }) => {
    if (own(groups, name) === undefined) throw group.missing
    const isEmpty = !Object.values(groups).some(({ parent }) => parent === name) && !Object.values(users).some(({ group }) => group === name)
    if (!isEmpty) throw gatewayError('in_use', `the group ${JSON.stringify(name)} is not empty`, { param: 'name' })
    const { [name]: _, ...rest } = groups
    return { groups: rest, users }
  })
}

async function putUser({ store, clock }: DirectoryDeps, call: AdminCall): Promise<DirectoryUser | undefined> {
  const { id = randomUUID(), name, group, description } = call.body as DirectoryUserWrite
  const isNew = (call.body as DirectoryUserWrite).id === undefined
  const user = userWith(id)
  const now = clock.now()
  return await store.write(call, user, ({ groups, users }) => {
    const before = own(users, id)
    if (before === undefined && !isNew) throw user.missing
    if (before === undefined && name === undefined) throw gatewayError('missing_required_parameter', 'name is required', { param: 'name' })
    const written = {
      name: name === undefined ? (before?.name ?? '') : readSegment(name, 'name'),
      group: group === undefined ? (before?.group ?? null) : emptyAsNull(group),
      description: description?.trim() ?? before?.description ?? '',
      created_at: before?.created_at ?? now,
      updated_at: now,
    }
    confinePlace(call, store.directory, { param: 'group', group: written.group, name: written.name })
    return { groups, users: { ...users, [id]: written } }
  })
}

async function deleteUser({ store }: DirectoryDeps, call: AdminCall): Promise<void> {
  const { id } = call.body as UserDelete
  const user = userWith(id)
  await store.write(call, user, ({ groups, users }) => {
    if (own(users, id) === undefined) throw user.missing
    const { [id]: _, ...rest } = users
    return { groups, users: rest }
  })
}

const groupsShown: Shown<UserGroup> = { all: groupViews, pathOf: ({ path }) => path }
const usersShown: Shown<DirectoryUser> = { all: userViews, pathOf: ({ user_path: path }) => path }

function groupNamed(name: string): Meant<UserGroup> {
  return {
    ...groupsShown,
    isMeant: view => view.name === name,
    missing: gatewayError('not_found', `there is no group ${JSON.stringify(name)}`, { param: 'name' }),
  }
}

function userWith(id: string): Meant<DirectoryUser> {
  return { ...usersShown, isMeant: view => view.id === id, missing: gatewayError('not_found', 'there is no such user', { param: 'id' }) }
}

function groupViews(directory: Directory): UserGroup[] {
  return Object.entries(directory.content.groups)
    .map(([name, { parent, created_at: created, updated_at: updated }]) => ({
      name,
      parent,
      path: directory.pathOfGroup(name) ?? '',
      created_at: new Date(created).toISOString(),
      updated_at: new Date(updated).toISOString(),
    }))
    .sort((one, other) => (one.path < other.path ? -1 : 1))
}

function userViews(directory: Directory): DirectoryUser[] {
  return Object.entries(directory.content.users)
    .map(([id, { name, group, description, created_at: created, updated_at: updated }]) => ({
      id,
      name,
      group,
      description,
      user_path: directory.pathOf(id) ?? '',
      created_at: new Date(created).toISOString(),
      updated_at: new Date(updated).toISOString(),
    }))
    .sort((one, other) => (one.user_path < other.user_path ? -1 : 1))
}

/** Who administers one path learns nothing of what stands elsewhere: a group there is none, and a place there is refused before it is known whether it is taken. */
function confinePlace(
  { scope: { isGlobal, root }, confine }: AdminCall,
  directory: Directory,
  { param, group, name }: { readonly param: 'group' | 'parent'; readonly group: string | null; readonly name: string },
): void {
  if (isGlobal) return
  const path = group === null ? '' : directory.pathOfGroup(group)
  if (path === undefined || (group !== null && !isWithin(path, root))) throw noGroup(param, group ?? '')
  confine(`${path}/${name}`)
}

function own<T>(all: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(all, name) ? all[name] : undefined
}

function emptyAsNull(name: string | null): string | null {
  return name === null || name.trim() === '' ? null : name.trim()
}
