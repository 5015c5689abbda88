/** Which records the page is about. */

import { useParam, useRange, type Range } from '../../data/url.ts'

export type CacheMode = 'all' | 'uncached' | 'cached'

export interface Question {
  readonly range: Range & Record<string, string>
  /** Those that are filled in. */
  readonly filters: Readonly<Record<string, string>>
  readonly mode: CacheMode
}

const names = ['user_path', 'model', 'provider', 'label'] as const

export function useQuestion(): Question {
  const [range] = useRange()
  const given = names.map(name => [name, useParam(name)[0]] as const)
  const [mode] = useParam('cache', 'all')
  return { range, filters: Object.fromEntries(given.filter(([, value]) => value !== '')), mode: mode === 'uncached' || mode === 'cached' ? mode : 'all' }
}

/** As the admin API is asked. */
export function queryOf({ range, filters, mode }: Question, cacheMode: CacheMode = mode): Readonly<Record<string, string>> {
  return { ...range, ...filters, cache_mode: cacheMode }
}
