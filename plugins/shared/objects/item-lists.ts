/** Lists of items in pages, as OpenAI's clients ask for them and read them. */

import { gatewayError, type GatewayError } from '../../../core/errors.ts'

export interface PageQuery {
  /** The id behind which the page begins. */
  readonly after: string | undefined
  /** 1 to 100; 20 where nobody says. */
  readonly limit: number
  readonly order: 'asc' | 'desc'
}

/** @param query as it was sent, with its `?` @throws GatewayError 400 */
export function pageQuery(query: string): PageQuery {
  const asked = new URLSearchParams(query)
  const order = asked.get('order') || 'desc'
  if (order !== 'asc' && order !== 'desc') throw wrongParameter('order', 'asc or desc')
  return { after: asked.get('after') || undefined, limit: Math.min(100, Math.max(1, integerIn(asked, 'limit') ?? 20)), order }
}

/** @throws GatewayError 400 */
export function integerIn(asked: URLSearchParams, name: string): number | undefined {
  const said = asked.get(name)
  if (said === null || said === '') return undefined
  if (!/^-?\d{1,15}$/.test(said)) throw wrongParameter(name, 'an integer')
  return Number(said)
}

export function wrongParameter(param: string, what: string): GatewayError {
  return gatewayError('invalid_value', `${param} must be ${what}`, { param })
}

/** @param page each with its JSON */
export function itemList(page: readonly { readonly id: string; readonly json: string }[], hasMore: boolean): string {
  const ids = JSON.stringify({ first_id: page.at(0)?.id ?? null, last_id: page.at(-1)?.id ?? null, has_more: hasMore }).slice(1)
  return `{"object":"list","data":[${page.map(({ json }) => json).join(',')}],${ids}`
}
