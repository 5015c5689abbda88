/** What the routes of both dialects have in common. */

import { gatewayError, Reply } from '../../core/index.ts'

export function json(value: object): Reply {
  return new Reply({ status: 200, headers: ['Content-Type', 'application/json'], body: Buffer.isBuffer(value) ? value : Buffer.from(JSON.stringify(value)) })
}

/** @throws GatewayError for a limit that is none; too large ones are clamped */
export function readLimit(query: URLSearchParams, usual: number, most: number): number {
  const text = query.get('limit')
  if (text === null) return usual
  if (!/^\d+$/.test(text) || Number(text) < 1) throw gatewayError('invalid_value', `limit must be a number from 1 to ${most}`, { param: 'limit' })
  return Math.min(Number(text), most)
}
