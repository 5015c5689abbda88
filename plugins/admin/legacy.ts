/** The older prefix `/admin/api/v1`: the same endpoints, with a hint where they are now. */

import type { IncomingRequest } from '../../core/index.ts'

export interface Asked {
  /** Below `/admin`, not decoded. */
  readonly path: string
  /** Members of the body that stand in the path. */
  readonly given?: Readonly<Record<string, unknown>>
  /** Headers of whatever is answered. */
  readonly headers: readonly string[]
}

const prefix = '/api/v1'

/** What a request asks for. @param sunset the day on which the older prefix ends, as HTTP writes it */
export function askedFor({ path, method, basePath = '' }: IncomingRequest, isOn: boolean, sunset: string | undefined): Asked {
  const below = path.slice('/admin'.length)
  if (!isOn || !below.startsWith(`${prefix}/`)) return { path: below, headers: [] }
  const { path: now, given } = moved(below.slice(prefix.length), method)
  const headers = ['Deprecation', 'true', 'Link', `<${basePath}/admin${now}>; rel="successor-version"`]
  return { path: now, ...(given === undefined ? {} : { given }), headers: sunset === undefined ? headers : [...headers, 'Sunset', sunset] }
}

function moved(path: string, method: string): Pick<Asked, 'path' | 'given'> {
  if (path === '/dashboard/config') return { path: '/runtime/config' }
  if (method !== 'PUT' && method !== 'DELETE') return { path }
  const [, what, first, second, ...more] = path.split('/').map(decoded)
  if (more.length > 0 || first === undefined || first === '') return { path }
  if (what === 'model-overrides' && second === undefined) return { path: '/model-overrides', given: { selector: first } }
  if (what === 'budgets' && second !== undefined) return { path: '/budgets', given: { user_path: first, budget_key: { period: second } } }
  return { path }
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}
