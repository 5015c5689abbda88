/** What administrators ask of usage: which records a query means. */

import type { AdminCall } from '../../core/index.ts'
import type { Filter } from '../../core/storage/journal.ts'
import { ofProvider, rangeOf, rangeParameters, type Range } from '../shared/admin/ranges.ts'
import type { CacheMode } from './tally.ts'

/** Members of every query. */
export const commonParameters = {
  ...rangeParameters,
  user_path: { type: 'string', maxLength: 1024, description: 'Records of this path and of those below it.' },
  model: { type: 'string', maxLength: 512, description: 'The model that was executed.' },
  provider: { type: 'string', maxLength: 256, description: 'The name of an instance, or the type of several.' },
  label: { type: 'string', maxLength: 256, description: 'A label that the record has.' },
  cache_mode: {
    type: 'string',
    enum: ['uncached', 'cached', 'all'],
    default: 'uncached',
    description: 'Whether records of providers are meant, those of hits of the cache, or both.',
  },
} as const

export const searchParameter = {
  search: { type: 'string', maxLength: 512, description: 'A part of the model, the provider or the request id.' },
} as const

export interface Asked {
  readonly range: Range
  /** All but the cache mode. */
  readonly filter: Filter
  readonly mode: CacheMode
}

/** @throws GatewayError for a range or a path that cannot be asked for */
export function asked({ query, timeZone, confine }: Pick<AdminCall, 'query' | 'timeZone' | 'confine'>, now: number): Asked {
  const range = rangeOf(query, { timeZone, now })
  return { range, filter: { from: range.from, to: range.to, ...narrowed(query, confine) }, mode: query['cache_mode'] as CacheMode }
}

/** The filters of a query but for time. */
export function narrowed(query: AdminCall['query'], confine: AdminCall['confine']): Filter {
  const { model, provider, label, search } = query
  const path = confine(text(query['user_path']))
  return {
    ...(path === '/' ? {} : { within: { user_path: path } }),
    ...(text(model) === undefined ? {} : { equals: { model: text(model) as string } }),
    ...(text(label) === undefined ? {} : { has: { labels: text(label) as string } }),
    ...(text(provider) === undefined ? {} : ofProvider(text(provider) as string)),
    ...(text(search) === undefined ? {} : { search: text(search) as string }),
  }
}

/** Only the records of a mode: for what shows rows, not sums. */
export function inMode(filter: Filter, mode: CacheMode): Filter {
  switch (mode) {
    case 'all':
      return filter
    case 'cached':
      return { ...filter, not: { ...filter.not, cache_type: null } }
    case 'uncached':
      return { ...filter, equals: { ...filter.equals, cache_type: null } }
  }
}

function text(value: string | number | boolean | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}
