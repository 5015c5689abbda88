/** Says what could not be carried: on the exchange, in the log, in a header of the reply. */

import type { Loss, Losses } from '../../neutral/losses.ts'
import type { Exchange } from '../../pipeline/exchange.ts'
import type { ProviderInstance } from '../provider/provider.ts'

const header = 'X-Tapline-Dropped'

/** What was reported of an attempt before no longer counts. */
export function forgetLosses(exchange: Exchange): void {
  if (exchange.losses.length === 0) return
  exchange.losses = []
  const before = exchange.replyHeaders.indexOf(header)
  if (before >= 0) exchange.replyHeaders.splice(before, 2)
}

export function reportLosses(exchange: Exchange, provider: ProviderInstance, losses: Losses): void {
  forgetLosses(exchange)
  exchange.losses = losses.list
  logLosses(exchange, provider, losses.list)
  if (provider.translation.report_dropped && losses.reported.length > 0) exchange.replyHeaders.push(header, losses.reported.join(','))
}

/** For losses that were noticed after the reply had begun, this is all: too late for the header. */
export function logLosses(exchange: Exchange, provider: ProviderInstance, losses: readonly Loss[]): void {
  if (losses.length === 0) return
  exchange.log.debug({ losses }, 'not everything could be carried to the provider')
  for (const { field, action, isFault } of losses)
    if (isFault === true) exchange.log.warn({ provider: provider.name, field }, `the provider's answer is at fault: ${field} ${action}`)
}
