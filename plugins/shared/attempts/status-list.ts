/** Lists of statuses as configuration writes them: exact codes, and classes such as `5xx`. */

import type { OptionsSchema } from '../../../core/plugin/schema.ts'

/** The schema of such a list, without its place and default. */
export const statusListSchema = {
  type: 'array',
  items: { type: 'string', pattern: '^[1-5](\\d\\d|[xX][xX])$', description: 'A status, or a class such as 5xx.' },
} as const satisfies OptionsSchema

/** They say that the provider failed, not that the caller did. */
const asBadAs5xx: ReadonlySet<number> = new Set([408, 424])

/** Whether a provider's status is of its class 5xx, to which its 408 and 424 belong. */
export function isProvidersFault(status: number): boolean {
  return status >= 500 || asBadAs5xx.has(status)
}

/** Whether a provider's status is on a list. @param written for example `['429', '5xx']` */
export function statusTest(written: readonly string[]): (status: number) => boolean {
  const codes = new Set(written.map(Number))
  const classes = new Set(written.filter(item => /xx$/i.test(item)).map(item => Number(item[0])))
  return status => codes.has(status) || classes.has(Math.floor(status / 100)) || (classes.has(5) && asBadAs5xx.has(status))
}
