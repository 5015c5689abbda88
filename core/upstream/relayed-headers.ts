/** Headers of a provider's reply that the caller gets, too. */

import type { Exchange } from '../pipeline/exchange.ts'
import type { ProviderInstance } from './provider.ts'
import type { ReplyHeaders } from './transport.ts'

/** Those that the provider's type names; a passed-through reply brings all of its headers anyway. */
export function relayHeaders({ replyHeaders, forward }: Exchange, { definition }: ProviderInstance, headers: ReplyHeaders): void {
  if (definition.replyHeaders === undefined || forward !== undefined) return
  for (const name of definition.replyHeaders) {
    const before = replyHeaders.indexOf(name)
    if (before >= 0) replyHeaders.splice(before, 2)
    const value = headers[name]
    if (typeof value === 'string') replyHeaders.push(name, value)
  }
}
