/** The requests that are under way, as the log tells of them. */

import type { Exchange } from '../pipeline/exchange.ts'

/** No log line names more, nor longer ones. */
const mostNamed = 20
const longestRoute = 200

type Facts = Pick<Exchange, 'id' | 'request' | 'startedAt'>

export interface UnderWay {
  readonly in_flight: number
  readonly requests: readonly { readonly request_id: string; readonly route: string; readonly seconds: number }[]
}

/** How many they are, and which: those that came first, up to 20. @param nowMs monotonic */
export function underWay(exchanges: readonly Facts[], nowMs: number): UnderWay {
  return { in_flight: exchanges.length, requests: exchanges.slice(0, mostNamed).map(exchange => described(exchange, nowMs)) }
}

function described({ id, request: { method, path }, startedAt }: Facts, nowMs: number): UnderWay['requests'][number] {
  return { request_id: id, route: `${method} ${path}`.slice(0, longestRoute), seconds: Math.round((nowMs - startedAt) / 100) / 10 }
}
