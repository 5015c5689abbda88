/** What the provider wants said otherwise in its own dialect: splices in the body that goes out. */

import { JsonDocument } from '../document/document.ts'
import { said } from '../document/readings.ts'
import { Losses } from '../neutral/losses.ts'
import type { Exchange } from '../pipeline/exchange.ts'
import type { CallFacts } from '../plugin/provider.ts'
import { reportLosses } from './translation/report-losses.ts'
import type { Target } from './provider/target.ts'
import type { GenerationWire } from './provider/wire.ts'

/** What a provider's rules go by. */
export function factsOfCall({ streamed }: Exchange, { provider, model }: Target, dialect: string, operation: string): CallFacts {
  return { operation, dialect, model, settings: provider.settings, streamed, learned: provider.learned }
}

/** What says something of a stream that nobody asked for; undefined if nothing does. */
export function idleMember({ body, dialect, streamed }: Exchange): string | undefined {
  const name = streamed ? undefined : dialect?.streamOnly
  return name === undefined || said(body?.root, name) === undefined ? undefined : name
}

/** Respells the caller's own body. */
export function respellNative(body: JsonDocument, exchange: Exchange, target: Target): void {
  const { dialect, operation } = exchange
  const { provider } = target
  if (dialect === undefined) return
  const losses = new Losses(provider.translation.strict)
  const idle = idleMember(exchange)
  if (idle !== undefined) {
    body.unset(body.root, idle)
    losses.silent(idle, 'only streams have it')
  }
  provider.definition.respell?.(body, { ...factsOfCall(exchange, target, dialect.name, operation), losses })
  if (losses.list.length > 0) reportLosses(exchange, provider, losses)
}

export interface Respelled {
  readonly body: Buffer
  /** Where Tapline ends the answer, as the provider would not. */
  readonly stopAt: readonly string[]
}

/** Whether a stream has to be asked for its usage. */
export function mustAskForUsage({ streamed }: Exchange, { provider: { definition, wires } }: Target, { dialect }: GenerationWire): boolean {
  return streamed && definition.usageOnRequest === true && wires.get(dialect)?.askForUsage !== undefined
}

/** Respells a translated body. */
export function respellTranslated(body: Buffer, exchange: Exchange, target: Target, { dialect, operation }: GenerationWire, losses: Losses): Respelled {
  const { definition } = target.provider
  if (definition.respell === undefined) return { body, stopAt: [] }
  const document = JsonDocument.of(body)
  const stopAt: string[] = []
  definition.respell(document, {
    ...factsOfCall(exchange, target, dialect, operation),
    losses,
    isTranslated: true,
    stopAt: sequences => {
      stopAt.push(...sequences)
    },
  })
  return { body: document.render(), stopAt }
}
