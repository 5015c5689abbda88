/** Headers that say in whose trace a call stands, and what its makers say along with it. https://www.w3.org/TR/trace-context/ */

import type { Exchange } from '../../pipeline/exchange.ts'

export const traceHeaderNames = ['traceparent', 'tracestate', 'baggage'] as const

/** For a call of the gateway to itself, on behalf of an exchange. */
export function traceHeadersFor({ traceHeaders, request: { headers } }: Pick<Exchange, 'traceHeaders' | 'request'>): Readonly<Record<string, string>> {
  const given = traceHeaderNames
    .map(name => [name, headers[name]] as const)
    .filter((entry): entry is readonly [(typeof traceHeaderNames)[number], string] => typeof entry[1] === 'string')
  return { ...Object.fromEntries(given), ...traceHeaders }
}
