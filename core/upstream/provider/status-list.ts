/** Lists of statuses as configuration writes them: exact codes, and classes such as `5xx`. */

import type { OptionsSchema } from '../../plugin/schema.ts'

/** The schema of such a list, without its place and default. */
export const statusListSchema = {
  type: 'array',
  items: { type: 'string', pattern: '^[1-5](\\d\\d|[xX][xX])$', description: 'A status, or a class such as 5xx.' },
} as const satisfies OptionsSchema

/** A provider's 408 and 424 say that it failed, not that the caller did: they are of its class 5xx. */
const providersFaults: ReadonlySet<number> = new Set([408, 424])

/** Whether a provider's status is on a list. @param written for example `['429', '5xx']` */
export function statusTest(written: readonly string[]): (status: number) => boolean {
  const codes = new Set(written.map(Number))
  const classes = new Set(written.filter(item => /xx$/i.test(item)).map(item => Number(item[0])))
  const isProvidersFault = (status: number) => classes.has(5) && providersFaults.has(status)
  return status => codes.has(status) || classes.has(Math.floor(status / 100)) || isProvidersFault(status)
}
