/** Who is in the directory of groups and users. */

import { useQuery, type UseQueryResult } from '@tanstack/preact-query'
import type { DirectoryUser, UserGroup } from '../../schemas/admin/users.schema.ts'
import { get } from './api.ts'

export function useDirectoryUsers(): UseQueryResult<DirectoryUser[]> {
  return useQuery({ queryKey: ['directory', 'users'], queryFn: async () => await get<DirectoryUser[]>('/directory/users') })
}

export function useGroups(): UseQueryResult<UserGroup[]> {
  return useQuery({ queryKey: ['directory', 'groups'], queryFn: async () => await get<UserGroup[]>('/user-groups') })
}

/** What a list of users or groups to choose one from begins with. */
export const nobody = '–'

/** @param path as it was chosen. @returns empty for nobody */
export function userAt(users: readonly DirectoryUser[], path: string): string {
  return users.find(({ user_path: at }) => at === path)?.id ?? ''
}
