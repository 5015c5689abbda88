/** What the caller may see, and which features the gateway runs. */

import { useQuery } from '@tanstack/preact-query'
import type { Access, Config } from '../../schemas/admin/runtime.schema.ts'
import { get, isAway } from './api.ts'
import { key } from './key.ts'

export interface Reach {
  /** Whether all of the gateway is within reach, or one user path only. */
  readonly global: boolean
  readonly userPath: string | undefined
  isOn(feature: string): boolean
}

const whileAwayMs = 2000

/** Undefined until it is known. While the gateway is away, it is asked again and again. @returns with what went wrong, if it did */
export function useReach(): { readonly reach: Reach | undefined; readonly error: Error | null; refetch(): unknown } {
  const { data, error, refetch } = useQuery({
    queryKey: ['reach', key.value],
    queryFn: async () => await Promise.all([get<Access>('/access'), get<Config>('/runtime/config')]),
    refetchInterval: isAway.value && whileAwayMs,
  })
  if (data === undefined) return { reach: undefined, error, refetch }
  const [access, config] = data
  return {
    reach: {
      global: access.scope === 'global',
      userPath: access.scope === 'global' ? undefined : access.user_path,
      isOn: feature => config[feature] === 'on',
    },
    error: null,
    refetch,
  }
}
