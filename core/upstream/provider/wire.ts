/** Which dialect a call speaks to its provider: the caller's own if it can, else one that both can be translated to. */

import type { CallerSide, EmbeddingsSide, UpstreamSide } from '../../neutral/translation.ts'
import type { Exchange } from '../../pipeline/exchange.ts'
import type { EndpointPlace } from './provider-facts.ts'
import { factsOfCall } from '../respell.ts'
import type { Target } from './target.ts'

/** A dialect of the provider's, and where it is spoken. */
interface Spoken {
  readonly dialect: string
  readonly operation: string
  readonly place: EndpointPlace
}

export interface GenerationWire extends Spoken {
  readonly upstream: UpstreamSide
  readonly caller: CallerSide
}

export interface EmbeddingsWire extends Spoken {
  readonly embeddings: EmbeddingsSide
}

/** The dialect to translate to; `undefined` if the caller's own is spoken there, or nothing can be translated. */
export function wireFor(exchange: Exchange, target: Target): GenerationWire | EmbeddingsWire | undefined {
  const { dialect, operation, forward, body } = exchange
  if (dialect?.caller === undefined || forward !== undefined || body === undefined) return undefined
  const { provider } = target
  const isNative = provider.spoken(dialect) !== undefined
  const reroute = rerouted(exchange, target)
  if (isNative && reroute === undefined && provider.endpoint(operation) !== undefined) return undefined
  if (operation === 'embeddings') return embeddingsWire(target)
  if (dialect.upstream?.operation(exchange.streamed) !== operation) return undefined
  return generationWire(exchange, target, dialect.caller, reroute === undefined ? provider.dialects : [reroute, ...provider.dialects])
}

function generationWire({ streamed }: Exchange, { provider }: Target, caller: CallerSide, dialects: Iterable<string>): GenerationWire | undefined {
  for (const dialect of dialects) {
    const upstream = provider.wires.get(dialect)?.upstream
    const operation = upstream?.operation(streamed)
    const place = operation === undefined ? undefined : provider.endpoint(operation)
    if (upstream !== undefined && operation !== undefined && place !== undefined) return { dialect, operation, place, upstream, caller }
  }
  return undefined
}

function embeddingsWire({ provider }: Target): EmbeddingsWire | undefined {
  for (const dialect of provider.dialects) {
    const embeddings = provider.wires.get(dialect)?.upstream?.embeddings
    const place = embeddings === undefined ? undefined : provider.endpoint(embeddings.operation)
    if (embeddings !== undefined && place !== undefined) return { dialect, operation: embeddings.operation, place, embeddings }
  }
  return undefined
}

/** The dialect that suits this very request best, although the provider may speak the caller's. */
function rerouted(exchange: Exchange, target: Target): string | undefined {
  const { dialect, operation, body } = exchange
  const { reroute } = target.provider.definition
  if (reroute === undefined || dialect === undefined || body === undefined) return undefined
  return reroute(body, factsOfCall(exchange, target, dialect.name, operation))
}
