/** Groups of records, alike whatever they are grouped by. */

import type { LocalCache, Sums, UsageLabels, UsageModels, UsageSessions, UsageUserPaths } from '../../../schemas/admin/usage.schema.ts'
import { get } from '../../data/api.ts'
import { queryOf, type Question } from './question.ts'

export type Grouping = 'models' | 'user-paths' | 'labels' | 'sessions'

export interface Group extends Pick<UsageSessions['entries'][number], Exclude<keyof UsageSessions['entries'][number], 'session_id' | 'user_path'>> {
  readonly name: string
  /** Whose it is. */
  readonly of?: string
  /** What finds its records. */
  readonly filters: Readonly<Record<string, string>>
  /** Nothing is known of it for sessions. */
  readonly cache?: Pick<Sums, 'uncached_input_tokens' | 'cached_input_tokens' | 'cache_write_input_tokens'> & LocalCache
}

export interface GroupPage {
  readonly groups: readonly Group[]
  readonly total: number
}

export const sessionPageSize = 50

/** @param page from 0; only sessions come in pages */
export async function groupsBy(by: Grouping, question: Question, page: number): Promise<GroupPage> {
  const query = queryOf(question)
  if (by === 'sessions') {
    const { entries, total } = await get<UsageSessions>('/usage/sessions', { ...query, limit: sessionPageSize, offset: page * sessionPageSize })
    return { total, groups: entries.map(row => ({ ...row, name: row.session_id, of: row.user_path, filters: { session_id: row.session_id } })) }
  }
  const groups = await everyGroup(by, query)
  return { groups, total: groups.length }
}

async function everyGroup(by: Exclude<Grouping, 'sessions'>, query: Readonly<Record<string, string>>): Promise<readonly Group[]> {
  switch (by) {
    case 'models':
      return (await get<UsageModels>('/usage/models', query)).map(row => ({
        ...row,
        cache: row,
        name: row.model,
        of: row.provider_name,
        filters: { model: row.model, provider: row.provider_name },
      }))
    case 'user-paths':
      return (await get<UsageUserPaths>('/usage/user-paths', query)).map(row => ({
        ...row,
        cache: row,
        name: row.user_path,
        filters: { user_path: row.user_path },
      }))
    case 'labels':
      return (await get<UsageLabels>('/usage/labels', query)).map(row => ({ ...row, cache: row, name: row.label, filters: { label: row.label } }))
  }
}
