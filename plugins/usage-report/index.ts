/** Tells callers what they used, by their own credential: no right to administer is asked for. */

import { definePlugin, gatewayError, Reply, type Exchange, type Limits } from '../../core/index.ts'
import { orRefusal } from '../../core/pipeline/verdict.ts'
import type { Filter } from '../../core/storage/journal.ts'
import { rangeOf, type Range } from '../shared/admin/ranges.ts'
import { readDays } from './days.ts'

const headers = ['Content-Type', 'application/json', 'Cache-Control', 'no-store']
const mostDays = 365
const limitMs = 10_000

export default definePlugin({
  name: 'usage-report',
  description: 'Serves GET /v1/usage: what the caller used.',
  needs: ['usage'],
  wants: ['budgets', 'rateLimits'],
  setup({ services: { usage, budgets, rateLimits, clock } }) {
    const report = async (exchange: Exchange): Promise<Reply> => {
      const now = clock.now()
      const range = rangeOf(readDays(exchange.request.query), { timeZone: 'UTC', now, maxDays: mostDays })
      const [sums, spent, rates] = await readFor(exchange, () =>
        Promise.all([usage.summary(ownRecords(exchange, range)), limitsFor(exchange, budgets), limitsFor(exchange, rateLimits)]),
      )
      const said = {
        user_path: pathOf(exchange),
        server_time: new Date(now).toISOString(),
        usage: sums === undefined ? null : { start_date: range.startDate, end_date: range.endDate, ...sums },
        budgets: spent,
        rate_limits: rates,
      }
      return new Reply({ status: 200, headers, body: Buffer.from(JSON.stringify(said)) })
    }
    return {
      route: exchange => orRefusal(report(exchange)),
    }
  },
})

/** @throws GatewayError `usage_status_failed` where the store does not answer */
async function readFor<T>(exchange: Exchange, ask: () => Promise<T>): Promise<T> {
  try {
    return await exchange.orStopped(ask(), limitMs)
  } catch (cause) {
    exchange.throwIfStopped()
    exchange.log.warn({ err: cause }, 'what a caller used could not be read')
    throw gatewayError('usage_status_failed', 'what was used cannot be read now', { cause, retryAfterMs: 1000 })
  }
}

/** None where nobody keeps such limits. */
async function limitsFor(exchange: Exchange, limits: Limits | undefined): Promise<readonly object[]> {
  return limits === undefined ? [] : await limits.of(exchange)
}

/** Whoever has a key without a path may name any path, so that their key decides. */
function ownRecords({ caller, userPath }: Exchange, { from, to }: Range): Filter {
  if (caller?.keyId !== undefined && (caller.userPath ?? '') === '') return { from, to, equals: { auth_key_id: caller.keyId } }
  return { from, to, ...(userPath === '' || userPath === '/' ? {} : { within: { user_path: userPath } }) }
}

function pathOf({ userPath }: Exchange): string {
  return userPath === '' ? '/' : userPath
}
