/** The days that a caller asks for in a query. */

import { gatewayError } from '../../core/index.ts'

const day = /^\d{4}-\d{2}-\d{2}$/

/** @param query as it was sent, with its `?`. @throws GatewayError that names the parameter */
export function readDays(query: string): Readonly<Record<string, string | number>> {
  const given = new URLSearchParams(query)
  const read: Record<string, string | number> = {}
  for (const name of ['start_date', 'end_date']) {
    const date = given.get(name)
    if (date !== null && date !== '') read[name] = readDate(date, name)
  }
  const days = given.get('days')
  if (days !== null && days !== '') read['days'] = readCount(days)
  return read
}

function readDate(text: string, param: string): string {
  const date = day.test(text) ? new Date(`${text}T00:00:00Z`) : undefined
  if (date !== undefined && !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text)) return text
  throw gatewayError('invalid_value', `${param} must be a day such as 2026-02-17`, { param })
}

function readCount(text: string): number {
  if (/^[1-9]\d{0,4}$/.test(text)) return Number(text)
  throw gatewayError('invalid_value', 'days must be a number of days', { param: 'days' })
}
