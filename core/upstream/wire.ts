/** Which dialect a call speaks to its provider: the caller's own if it can, else one that both can be translated to. */

import type { CallerSide, UpstreamSide } from '../neutral/translation.ts'
import type { Exchange } from '../pipeline/exchange.ts'
import type { EndpointPlace } from './provider.ts'
import type { Target } from './target.ts'

/** A dialect of the provider's, and where it is spoken. */
export interface Wire {
  readonly dialect: string
  readonly operation: string
  readonly place: EndpointPlace
  readonly upstream: UpstreamSide
  readonly caller: CallerSide
}

/** The dialect to translate to; `undefined` if the caller's own is spoken there, or nothing can be translated. */
export function wireFor({ dialect, operation, streamed, forward, body }: Exchange, { provider, model }: Target): Wire | undefined {
  if (dialect?.caller === undefined || forward !== undefined || body === undefined) return undefined
  const isNative = provider.dialects.has(dialect.name)
  const reroute = isNative ? provider.definition.reroute?.(body, { dialect: dialect.name, operation, model, settings: provider.settings, streamed }) : undefined
  if (isNative && reroute === undefined && provider.endpoint(operation) !== undefined) return undefined
  if (dialect.upstream?.operation(streamed) !== operation) return undefined
  for (const name of reroute === undefined ? provider.dialects : [reroute]) {
    const upstream = provider.wires.get(name)?.upstream
    const spoken = upstream?.operation(streamed)
    const place = spoken === undefined ? undefined : provider.endpoint(spoken)
    if (upstream !== undefined && spoken !== undefined && place !== undefined) return { dialect: name, operation: spoken, place, upstream, caller: dialect.caller }
  }
  return undefined
}
