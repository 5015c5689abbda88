/** The rate limits that the configuration names. */

import type { OptionsOf } from '../../core/index.ts'
import { readAll, readEach } from '../../core/config/problems/setting-fault.ts'
import { longestPeriodSeconds, overlaid } from '../shared/limits/rule.ts'
import { limitedPath, pathOfVariable, providerOfVariable, readLimits } from '../shared/limits/variables.ts'
import { flawIn, periods, type RateRule } from './rate-rule.ts'
import type { schema } from './schema.ts'

type Options = OptionsOf<typeof schema>
type Whom = Pick<RateRule, 'scope' | 'subject' | 'per_child'>

/** One limit, as it is written. */
interface Limit {
  readonly period?: string
  readonly period_seconds?: number
  readonly max_requests?: number
  readonly max_tokens?: number
}

/** What pairs of variables name. */
const pairs: Readonly<Record<string, readonly [period: string, member: 'max_requests' | 'max_tokens']>> = {
  rpm: ['minute', 'max_requests'],
  tpm: ['minute', 'max_tokens'],
  rph: ['hour', 'max_requests'],
  tph: ['hour', 'max_tokens'],
  rpd: ['day', 'max_requests'],
  tpd: ['day', 'max_tokens'],
  concurrent: ['concurrent', 'max_requests'],
}

/** Variables stand in the place of what the file says of the same. @throws Error */
export function configuredLimits({
  user_paths: paths,
  keys,
  providers,
  models,
  path_variables: ofPaths,
  provider_variables: ofProviders,
}: Options): readonly RateRule[] {
  const written = readAll(
    () =>
      readEach('/rate_limits/user_paths', paths, (_, { path, per_child: perChild, limits }) =>
        rulesOf({ scope: 'user_path', subject: limitedPath(path), per_child: perChild }, limits),
      ),
    () => readEach('/rate_limits/keys', keys, (_, { key, limits }) => rulesOf({ scope: 'key', subject: key, per_child: false }, limits)),
    () => readEach('/rate_limits/providers', providers, (_, { name, limits }) => rulesOf({ scope: 'provider', subject: name, per_child: false }, limits)),
    () => readEach('/rate_limits/models', models, (_, { model, limits }) => rulesOf({ scope: 'model', subject: model, per_child: false }, limits)),
  ).flat()
  const varied = readAll(
    () =>
      readEach('/rate_limits/path_variables', ofPaths, (name, limits) =>
        rulesOf({ scope: 'user_path', subject: pathOfVariable(name), per_child: false }, readLimits(limits, limitOfPair)),
      ),
    () =>
      readEach('/rate_limits/provider_variables', ofProviders, (name, limits) =>
        rulesOf({ scope: 'provider', subject: providerOfVariable(name), per_child: false }, readLimits(limits, limitOfPair)),
      ),
  ).flat()
  return overlaid(written, varied)
}

function limitOfPair(name: string, value: number): Limit {
  const [period, member] = pairs[name.toLowerCase()] ?? []
  if (period === undefined || member === undefined) throw new Error(`${JSON.stringify(name)} is none of ${Object.keys(pairs).join(', ')}`)
  return { period, [member]: value }
}

/** What is said of one period in two places is one rule. @throws Error */
function rulesOf(whom: Whom, limits: readonly Limit[]): readonly RateRule[] {
  const byPeriod = new Map<number, RateRule>()
  for (const limit of limits) {
    const seconds = secondsOf(limit)
    const { max_requests: requests, max_tokens: tokens } = limit
    const known = byPeriod.get(seconds)
    if ((requests !== undefined && known?.max_requests !== undefined) || (tokens !== undefined && known?.max_tokens !== undefined))
      throw new Error(`there are two limits for ${whom.scope} ${whom.subject} and a period of ${seconds} s`)
    const rule: RateRule = {
      ...known,
      ...whom,
      period_seconds: seconds,
      ...(requests === undefined ? {} : { max_requests: whole(requests) }),
      ...(tokens === undefined ? {} : { max_tokens: whole(tokens) }),
    }
    byPeriod.set(seconds, rule)
  }
  const rules = [...byPeriod.values()]
  for (const rule of rules) {
    const flaw = flawIn(rule)
    if (flaw !== undefined) throw new Error(`${rule.scope} ${rule.subject}: ${flaw}`)
  }
  return rules
}

function secondsOf({ period, period_seconds: seconds }: Limit): number {
  if ((period === undefined) === (seconds === undefined)) throw new Error('a limit has either period or period_seconds')
  const read = seconds ?? periods[period ?? '']
  if (read === undefined || !Number.isInteger(read) || read < 0 || read > longestPeriodSeconds)
    throw new Error(`${JSON.stringify(period ?? seconds)} is no period`)
  return read
}

function whole(limit: number): number {
  if (!Number.isInteger(limit) || limit < 1) throw new Error(`a limit must be a whole number of at least 1, not ${limit}`)
  return limit
}
