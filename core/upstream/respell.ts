/** What the provider wants said otherwise in its own dialect: splices in the body that goes out. */

import { JsonDocument } from '../document/document.ts'
import { Losses } from '../neutral/losses.ts'
import type { Exchange } from '../pipeline/exchange.ts'
import { reportLosses } from './report-losses.ts'
import type { Target } from './target.ts'
import type { GenerationWire } from './wire.ts'

/** Respells the caller's own body. */
export function respellNative(body: JsonDocument, exchange: Exchange, { target }: { readonly target: Target }): void {
  const { dialect, operation, streamed } = exchange
  const { provider, model } = target
  if (provider.definition.respell === undefined || dialect === undefined) return
  const losses = new Losses(provider.translation.strict)
  provider.definition.respell(body, { operation, dialect: dialect.name, model, settings: provider.settings, losses, streamed })
  if (losses.list.length > 0) reportLosses(exchange, provider, losses)
}

/** Respells a translated body; a stream is asked for its usage where that has to be asked for. */
export function respellTranslated(body: Buffer, { streamed }: Exchange, { provider, model }: Target, { dialect, operation }: GenerationWire, losses: Losses): Buffer {
  const { definition, settings } = provider
  const wire = provider.wires.get(dialect)
  const asks = streamed && definition.usageOnRequest === true && wire?.askForUsage !== undefined
  if (definition.respell === undefined && !asks) return body
  const document = JsonDocument.parse(body)
  if (asks) wire.askForUsage?.(document)
  definition.respell?.(document, { operation, dialect, model, settings, losses, streamed })
  return document.render()
}
