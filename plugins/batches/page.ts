/** How many batches a page has. */

import { gatewayError } from '../../core/index.ts'

const usual = 20

/** @throws GatewayError for a limit that is none; too large ones are clamped */
export function readLimit(query: URLSearchParams, most: number): number {
  const text = query.get('limit')
  if (text === null) return usual
  if (!/^\d+$/.test(text) || Number(text) < 1) throw gatewayError('invalid_value', `limit must be a number from 1 to ${most}`, { param: 'limit' })
  return Math.min(Number(text), most)
}
