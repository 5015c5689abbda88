/** What is kept of a response: taken from the exchange that made it. */

import type { Exchange, JsonDocument, JsonNode } from '../../core/index.ts'
import { inputItems, keptItems, type KeptItem } from '../../core/neutral/kept-items.ts'
import { said, stringOf } from '../../core/document/readings.ts'
import { fingerprintOf } from '../../core/upstream/provider/keys.ts'
import { chargeOf } from './charge.ts'
import { isUnderWay, type StoredResponse } from './record.ts'
import type { Resolved } from './references.ts'
import type { Kept } from './store.ts'

/** An answer, as it is about to leave. */
export interface Answer {
  readonly id: string
  readonly status: string
  readonly document: JsonDocument
  readonly response: JsonNode
}

/** @param response where it stands in `document` @returns undefined for what is no response */
export function answerIn(document: JsonDocument, response: JsonNode | undefined): Answer | undefined {
  const id = stringOf(response?.get('id'))
  if (response === undefined || id === undefined) return undefined
  return { id, status: stringOf(response.get('status')) ?? 'completed', document, response }
}

/** Says in the answer what the caller referred to, where the provider was never told. */
export function nameReferences({ document, response }: Answer, { previous, conversation }: Resolved): void {
  if (previous !== undefined && said(response, 'previous_response_id') === undefined) document.set(response, 'previous_response_id', JSON.stringify(previous))
  if (conversation !== undefined && said(response, 'conversation') === undefined)
    document.set(response, 'conversation', JSON.stringify({ id: conversation.id }))
}

/** The request's own items, as policy left them, in their normal form. */
export function ownItems(exchange: Exchange, id: string, own: ReadonlySet<JsonNode> | undefined): readonly KeptItem[] {
  return keptItems(saidItems(exchange, own), id, issuerOf(exchange))
}

function saidItems({ body }: Exchange, own: ReadonlySet<JsonNode> | undefined): readonly string[] {
  const input = body?.root.get('input')
  if (body === undefined || input?.kind !== 'array') return inputItems(input)
  return input
    .items()
    .filter(item => own?.has(item) ?? isOwn(item, body))
    .map(item => item.json())
}

/** The items of an answer's output. */
export function outputItems(exchange: Exchange, { id, response }: Answer): readonly KeptItem[] {
  return keptItems(inputItems(response.get('output')), `${id}/output`, issuerOf(exchange))
}

export function keptOf(exchange: Exchange, answer: Answer, references: Resolved): Kept {
  const output = answer.response.get('output')?.items() ?? []
  return { record: recordOf(exchange, answer, references), items: output.map(item => stringOf(item.get('id')) ?? '').filter(id => id !== '') }
}

/** Items are stored as they were said: their normal form is made when somebody asks for them, which is seldom. */
function recordOf(exchange: Exchange, { id, status, response }: Answer, { conversation, own }: Resolved): StoredResponse {
  const attempt = exchange.attempts.at(-1)
  const target = exchange.reply?.target
  const isNative = target !== undefined && attempt !== undefined && attempt.translation === undefined
  return {
    response: response.json(),
    status,
    items: saidItems(exchange, own),
    previous: stringOf(said(response, 'previous_response_id')) ?? null,
    conversation: conversation === undefined ? null : { id: conversation.id, length: conversation.length },
    is_append_due: conversation !== undefined && isUnderWay(status),
    provider: target?.provider.name ?? null,
    provider_type: target?.provider.type ?? null,
    upstream_id: isNative ? id : null,
    key: isNative && attempt.key !== undefined ? fingerprintOf(attempt.key) : null,
    ...(isUnderWay(status) ? { charge: chargeOf(exchange) } : {}),
  }
}

function issuerOf({ reply }: Exchange): string | null {
  return reply?.target?.provider.type ?? null
}

/** What policy put in is its own affair, and comes again with the next request: it is spelled in other bytes than the caller's. A bare text that became a list is the user's. */
function isOwn(item: JsonNode, { bytes, root }: JsonDocument): boolean {
  return (
    item.source === bytes ||
    (stringOf(item.get('role')) === 'user' &&
      root
        .get('input')
        ?.items()
        .every(({ source }) => source !== bytes) === true)
  )
}
