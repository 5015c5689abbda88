/** What administrators ask of the log: which rows a query means. */

import type { AdminCall } from '../../../core/index.ts'
import { invalidValue } from '../../../core/errors.ts'
import type { Filter } from '../../../core/storage/journal.ts'
import { ofProvider, rangeOf, rangeParameters, type Range } from '../../shared/admin/ranges.ts'

function text(description: string, maxLength = 512) {
  return { type: 'string', maxLength, description } as const
}

/** Members of the queries of all lists. */
export const filterParameters = {
  ...rangeParameters,
  requested_model: text('The model, as the caller named it.'),
  model: text('The same as `requested_model`.'),
  provider: text('The name of an instance, or the type of several.', 256),
  method: text('The method of HTTP.', 32),
  path: text('The path of the request.', 4096),
  user_path: text('Requests of this path and of those below it.', 1024),
  session_id: text('This session alone; without days, all of it.'),
  label: text('A label that the request has.', 256),
  error_type: text('The kind of error.', 64),
  status_code: { type: 'integer', minimum: 0, maximum: 999, description: 'The status that the caller saw.' },
  stream: { type: 'boolean', description: 'Whether a stream was asked for.' },
  request_id: text('The id of the request.'),
  auth_key_id: text('The managed key.'),
  search: text('A part of the request id, a model, the provider, the method, the path, the session, an error, or of a logged body.'),
} as const

/** Columns that must have the value of the parameter of that name. */
const exact = ['requested_model', 'method', 'path', 'session_id', 'error_type', 'status_code', 'stream', 'request_id', 'auth_key_id'] as const

type Asking = Pick<AdminCall, 'query' | 'timeZone' | 'confine'>

export interface Question {
  readonly range: Range
  readonly filter: Filter
}

/** @throws GatewayError for a range, a path or models that cannot be asked for */
export function questionOf(call: Asking, now: number): Question {
  const { query, timeZone } = call
  const range = rangeOf(query, { timeZone, now })
  const isWholeSession = query['session_id'] !== undefined && ['start_date', 'end_date', 'days'].every(name => query[name] === undefined)
  return { range, filter: { ...(isWholeSession ? {} : { from: range.from, to: range.to }), ...conditionsOf(query, scopeFilter(call)) } }
}

/** The rows that the caller may see, of the path that is asked for. */
export function scopeFilter({ query, confine }: Pick<AdminCall, 'query' | 'confine'>): Filter {
  const asked = query['user_path']
  const path = confine(typeof asked === 'string' ? asked : undefined)
  return path === '/' ? {} : { within: { user_path: path } }
}

function conditionsOf({ model, ...query }: AdminCall['query'], scope: Filter): Filter {
  if (model !== undefined && query['requested_model'] !== undefined && model !== query['requested_model'])
    throw invalidValue('model', 'model is another name of requested_model')
  const given: AdminCall['query'] = { ...query, requested_model: query['requested_model'] ?? model }
  const session = given['session_id']
  // The thread of a request with a session is that session, and rows are found by it.
  const equals = {
    ...Object.fromEntries(exact.flatMap(name => (given[name] === undefined ? [] : [[name, given[name]]]))),
    ...(session === undefined ? {} : { thread: session }),
  }
  const { label, provider, search } = query
  return {
    ...scope,
    ...(Object.keys(equals).length === 0 ? {} : { equals }),
    ...(typeof label === 'string' ? { has: { labels: label } } : {}),
    ...searchedFor(typeof search === 'string' ? search : undefined, typeof provider === 'string' ? ofProvider(provider) : {}),
  }
}

/** Bodies are JSON, where some letters stand in disguise. */
function searchedFor(search: string | undefined, provider: Filter): Filter {
  if (search === undefined) return provider
  const escaped = JSON.stringify(search).slice(1, -1)
  return escaped === search ? { ...provider, search } : { any: [search, escaped].map(spelling => ({ ...provider, search: spelling })) }
}
