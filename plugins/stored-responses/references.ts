/** What a request refers to instead of saying it: an earlier response, a conversation, single items. */

import { gatewayError, GatewayError, type Exchange, type JsonDocument, type JsonNode, type OpenConversation, type Target } from '../../core/index.ts'
import { itemReferences, type ItemReference } from '../shared/objects/item-references.ts'
import { withoutId } from '../../core/neutral/kept-items.ts'
import type { MadeWith } from '../shared/objects/made-with.ts'
import { notFound, scopeOf } from '../shared/objects/ownership.ts'
import { said, stringOf } from '../../core/document/readings.ts'
import { past, pastOf, unknownResponse, type PastSources } from './history.ts'
import { isNative, prepend } from './prepend.ts'
import { outputOf, type FoundResponse } from './store.ts'

/** What a request referred to, and the gateway has put in its place. */
export interface Resolved {
  readonly previous?: string
  readonly conversation?: OpenConversation
  /** The request's own items. */
  readonly own?: ReadonlySet<JsonNode>
  /** The provider key that the earlier response was made with. */
  readonly key?: MadeWith
}

/** @returns undefined if the request refers to nothing that is resolved here. @throws GatewayError */
export function resolve(exchange: Exchange, sources: PastSources): Promise<Resolved | undefined> | undefined {
  const { body } = exchange
  if (body === undefined) return undefined
  const { root } = body
  const conversation = said(root, 'conversation')
  const previous = stringOf(said(root, 'previous_response_id'))
  const items = itemReferences(body)
  if (conversation === undefined && previous === undefined && items.length === 0) return undefined
  return resolveAll(exchange, body, sources, { conversation, previous, items })
}

interface References {
  readonly conversation: JsonNode | undefined
  readonly previous: string | undefined
  readonly items: readonly ItemReference[]
}

async function resolveAll(
  exchange: Exchange,
  body: JsonDocument,
  sources: PastSources,
  { conversation, previous, items }: References,
): Promise<Resolved | undefined> {
  try {
    await resolveItems(exchange, body, items, sources)
    if (conversation !== undefined) return await continueConversation(exchange, body, conversation, sources)
    return previous === undefined ? undefined : await continueResponse(exchange, body, previous, sources)
  } finally {
    exchange.rereadConversation()
  }
}

// A conversation

async function continueConversation(exchange: Exchange, body: JsonDocument, said: JsonNode, { conversations }: PastSources): Promise<Resolved> {
  const id = stringOf(said) ?? stringOf(said.get('id'))
  if (id === undefined) throw gatewayError('missing_required_parameter', 'the conversation has no id', { param: 'conversation.id' })
  const conversation = await reach(() => conversations.open(id, exchange.caller))
  if (conversation === undefined) throw notFound('conversation', 'conversation')
  const items = past(await reach(() => conversation.items()))
  // The session may be named by what is taken out.
  void exchange.session
  body.unset(body.root, 'conversation')
  return { conversation, own: prepend(exchange, body, items) }
}

// An earlier response

async function continueResponse(exchange: Exchange, body: JsonDocument, id: string, sources: PastSources): Promise<Resolved | undefined> {
  const found = await lookUp(exchange, id, sources)
  if (found === undefined) {
    relayUnknown(exchange, id)
    return undefined
  }
  const { upstream_id: upstreamId, provider, key } = found.value
  if (upstreamId !== null && provider !== null && exchange.targets.every(target => keeps(exchange, target, provider))) {
    if (upstreamId !== id) body.set(body.root, 'previous_response_id', JSON.stringify(upstreamId))
    return key === null ? undefined : { key: { provider, fingerprint: key } }
  }
  const items = await reach(() => pastOf(found, exchange.caller, sources))
  body.unset(body.root, 'previous_response_id')
  return { previous: id, own: prepend(exchange, body, items) }
}

/** A store that is away stops only those who cannot do without it. */
async function lookUp(exchange: Exchange, id: string, { store }: PastSources): Promise<FoundResponse | undefined> {
  try {
    return await store.find(id, exchange.caller)
  } catch (cause) {
    if (mayRelay(exchange)) return undefined
    throw unreachable(cause)
  }
}

/** Whether a target is the very provider that keeps the response. */
function keeps(exchange: Exchange, target: Target, provider: string): boolean {
  return target.provider.name === provider && target.provider.endpoint('responses_get') !== undefined && isNative(exchange, target)
}

/** What is not known here may be known to the providers; but not for those who are confined to what is known here. */
function relayUnknown(exchange: Exchange, id: string): void {
  if (!mayRelay(exchange)) throw unknownResponse(id)
  exchange.targets = exchange.targets.filter(target => isNative(exchange, target))
}

function mayRelay(exchange: Exchange): boolean {
  return scopeOf(exchange.caller) === undefined && exchange.targets.some(target => isNative(exchange, target))
}

// Single items

/** Puts items that were stored in the place of references to them; what only the provider knows is left to it. */
async function resolveItems(exchange: Exchange, body: JsonDocument, references: readonly ItemReference[], { store }: PastSources): Promise<void> {
  for (const { id, item, index } of references) {
    const found = await reach(() => store.findOfItem(id, exchange.userPath, exchange.caller))
    const json = found === undefined ? undefined : [...outputOf(found.value)].find(output => output.id === id)?.json
    if (found === undefined || json === undefined) refuseUnknown(exchange, id, index)
    else if (!exchange.targets.every(target => keeps(exchange, target, found.value.provider ?? ''))) body.replace(item, withoutId(json))
  }
}

function refuseUnknown(exchange: Exchange, id: string, index: number): void {
  if (!mayRelay(exchange)) throw gatewayError('invalid_value', `the item '${id}' is not known here`, { param: `input[${index}]` })
}

/** @throws GatewayError not_ready, if the store is away */
async function reach<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read()
  } catch (cause) {
    throw cause instanceof GatewayError ? cause : unreachable(cause)
  }
}

function unreachable(cause: unknown): GatewayError {
  return gatewayError('not_ready', 'what was said before cannot be read now', { retryAfterMs: 1000, cause })
}
