/** What rules of budgets and rate limits have in common: who they are about, and for how long. */

/** A rule is known by its scope, its subject and its period. */
export interface LimitIdentity {
  readonly scope: string
  readonly subject: string
  readonly period_seconds: number
}

export interface LimitRule extends LimitIdentity {
  readonly per_child: boolean
}

/** A hundred years: of every window of such a period, the borders are dates. */
export const longestPeriodSeconds = 3_153_600_000

/** A period in milliseconds. Rules that were stored when periods had no bound have the longest. */
export function periodMsOf({ period_seconds: seconds }: Pick<LimitIdentity, 'period_seconds'>): number {
  return Math.min(seconds, longestPeriodSeconds) * 1000
}

/** Scopes whose subjects are names of the configuration, in any case. */
const caseless: ReadonlySet<string> = new Set(['provider', 'model'])

/** The one spelling of an identity. */
export function idOf(rule: LimitIdentity): string {
  return `${rule.scope}:${rule.period_seconds}:${subjectOf(rule)}`
}

function subjectOf({ scope, subject }: LimitIdentity): string {
  return caseless.has(scope) ? subject.toLowerCase() : subject
}

/** A rule, and where it comes from. */
export type StandingRule<R extends LimitRule> = R & {
  readonly id: string
  readonly source: 'config' | 'manual'
  /** Milliseconds since 1970, as are the others. */
  readonly createdAt: number
  readonly updatedAt: number
  /** Nothing before counts. */
  readonly resetAt: number | undefined
  /** Counters from before are of an earlier rule for the same, or of before a reset. */
  readonly countersSince: number
}

/** @throws Error if two rules of one list are about the same */
function refuseDuplicates(rules: readonly LimitIdentity[]): void {
  const seen = new Set<string>()
  for (const rule of rules) {
    const id = idOf(rule)
    if (seen.has(id)) throw new Error(`there are two limits for ${rule.scope} ${rule.subject} and a period of ${rule.period_seconds} s`)
    seen.add(id)
  }
}

/** What variables say of somebody stands in the place of all that the file says of them. @throws Error if two rules of one list are about the same */
export function overlaid<R extends LimitIdentity>(written: readonly R[], varied: readonly R[]): readonly R[] {
  refuseDuplicates(written)
  refuseDuplicates(varied)
  const whom = (rule: R) => `${rule.scope}:${subjectOf(rule)}`
  const replaced = new Set(varied.map(whom))
  return [...written.filter(rule => !replaced.has(whom(rule))), ...varied]
}
