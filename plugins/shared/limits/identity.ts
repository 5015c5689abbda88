/** What administrators write of limits, read and checked: whom a rule is about, for how long, and whether they may say so. */

import type { AdminCall } from '../../../core/services/admin.ts'
import { gatewayError, invalidValue } from '../../../core/errors.ts'
import { normalise } from '../../../core/user-path.ts'
import type { LimitIdentity } from './rule.ts'

/** How a body names a rule. */
export interface GivenIdentity {
  readonly scope?: string
  readonly subject?: string
  readonly user_path?: string
}

export interface GivenPeriod {
  readonly period?: string
  readonly period_seconds?: number
}

export interface IdentityRules {
  readonly scopes: readonly string[]
  /** The seconds of each name of a period. */
  readonly periods: Readonly<Record<string, number>>
  /** Whether 0 seconds are a period, too. */
  readonly zero: boolean
}

export function readIdentity(call: AdminCall, given: GivenIdentity, period: GivenPeriod, rules: IdentityRules): LimitIdentity {
  const scope = given.scope ?? (given.user_path === undefined ? undefined : 'user_path')
  if (scope === undefined) throw gatewayError('missing_required_parameter', 'scope is required', { param: 'scope' })
  if (!rules.scopes.includes(scope)) throw invalidValue('scope', `scope must be one of ${rules.scopes.join(', ')}`)
  if (given.user_path !== undefined && (scope !== 'user_path' || given.subject !== undefined))
    throw invalidValue('user_path', 'user_path stands in the place of subject, for the scope user_path')
  const subject = (given.user_path ?? given.subject ?? '').trim()
  if (subject === '') throw gatewayError('missing_required_parameter', 'subject is required', { param: 'subject' })
  return { scope, subject: readSubject(call, scope, subject), period_seconds: readPeriod(period, rules) }
}

function readPeriod({ period, period_seconds: seconds }: GivenPeriod, { periods, zero }: Pick<IdentityRules, 'periods' | 'zero'>): number {
  if (period !== undefined && seconds !== undefined) throw invalidValue('period', 'period and period_seconds exclude each other')
  if (period === undefined && seconds === undefined)
    throw gatewayError('missing_required_parameter', 'period or period_seconds is required', { param: 'period' })
  const read = seconds ?? periods[period?.toLowerCase() ?? '']
  if (read === undefined) throw invalidValue('period', `period must be one of ${Object.keys(periods).join(', ')}`)
  if (!Number.isInteger(read) || read < (zero ? 0 : 1)) throw invalidValue('period_seconds', 'period_seconds must be a whole number of seconds')
  return read
}

/** Who is confined to a path says of paths only, and only below their own. */
function readSubject(call: AdminCall, scope: string, subject: string): string {
  if (scope !== 'user_path') {
    if (!call.scope.isGlobal) throw gatewayError('admin_scope_denied', `only who administers the whole gateway may limit a ${scope}`, { param: 'scope' })
    return subject
  }
  const path = normalise(subject)
  if (path === undefined) throw invalidValue('subject', 'subject is no user path: it has a segment ".", "..", or one with ":"')
  return call.confine(path === '' ? '/' : path)
}
