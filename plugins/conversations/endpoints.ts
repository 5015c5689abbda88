/** The calls of /v1/conversations. */

import { randomUUID } from 'node:crypto'
import { gatewayError, type Reply, type Exchange, type JsonNode } from '../../core/index.ts'
import type { KeptItem } from '../../core/neutral/kept-items.ts'
import { notFound } from '../shared/objects/ownership.ts'
import { jsonObjectOf } from '../../core/pipeline/body.ts'
import { endsIn } from '../shared/path-end.ts'
import { jsonReply } from '../../core/pipeline/verdict.ts'
import { itemList, pageQuery } from '../shared/objects/item-lists.ts'
import { Deleted } from './appender.ts'
import { duplicate, idOf, itemsIn, metadataOf, newItems } from './body.ts'
import type { StoredConversation } from './record.ts'
import type { ConversationStore } from './store.ts'

type Call = (exchange: Exchange, store: ConversationStore) => Promise<string>

/** Answers a call. @throws GatewayError for every refusal */
export async function answerCall(exchange: Exchange, store: ConversationStore): Promise<Reply> {
  const { method, params } = exchange.request
  const noun = params['item'] !== undefined ? 'item' : isOfItems(exchange) ? 'items' : params['id'] === undefined ? 'conversations' : 'conversation'
  const call = calls[`${method === 'HEAD' ? 'GET' : method} ${noun}`]
  if (call === undefined) throw gatewayError('method_not_allowed', `${method} is not taken here`)
  return jsonReply(await call(exchange, store))
}

function isOfItems({ request }: Exchange): boolean {
  return endsIn(request, 'items')
}

const calls: Readonly<Record<string, Call>> = {
  'POST conversations': async (exchange, store) => {
    const body = await jsonObjectOf(exchange, '{}')
    const metadata = metadataOf(body) ?? '{}'
    const items = itemsIn(body, 0)
    return conversationJson(await store.create(exchange.userPath, metadata, id => newItems(items, id)))
  },

  'GET conversation': async (exchange, store) => conversationJson(await found(exchange, store)),

  'POST conversation': async (exchange, store) => {
    const metadata = metadataOf(await jsonObjectOf(exchange))
    if (metadata === undefined) throw gatewayError('missing_required_parameter', 'metadata is required', { param: 'metadata' })
    const { id } = await found(exchange, store)
    return conversationJson(existing(await store.describe(id, metadata)))
  },

  'DELETE conversation': async (exchange, store) => {
    const { id } = await found(exchange, store)
    await store.delete(id)
    return JSON.stringify({ id, object: 'conversation.deleted', deleted: true })
  },

  'POST items': async (exchange, store) => {
    const items = itemsIn(await jsonObjectOf(exchange), 1)
    const { id } = await found(exchange, store)
    return itemList(await store.append(id, conversation => arranged(conversation, store, items)).catch(gone), false)
  },

  'GET items': async (exchange, store) => {
    const { after, limit, order } = pageQuery(exchange.request.query)
    const conversation = await found(exchange, store)
    const start = after === undefined ? undefined : (await store.item(conversation, after))?.position
    if (after !== undefined && start === undefined)
      throw gatewayError('not_found', `there is no item '${after}'`, { param: 'after', type: 'invalid_request_error' })
    const page = await store.page(conversation, { order, limit: limit + 1, after: start })
    return itemList(
      page.slice(0, limit).map(({ value: { item_id: id, json } }) => ({ id, json })),
      page.length > limit,
    )
  },

  'GET item': async (exchange, store) => (await foundItem(exchange, store)).item.value.json,

  'DELETE item': async (exchange, store) => {
    const { conversation, item } = await foundItem(exchange, store)
    return conversationJson(existing(await store.deleteItem(conversation.id, item)))
  },
}

async function found({ request: { params }, caller }: Exchange, store: ConversationStore): Promise<StoredConversation> {
  return existing(await store.find(params['id'] ?? '', caller))
}

function existing(conversation: StoredConversation | undefined): StoredConversation {
  if (conversation === undefined) throw notFound('conversation')
  return conversation
}

async function foundItem(exchange: Exchange, store: ConversationStore) {
  const conversation = await found(exchange, store)
  const item = await store.item(conversation, exchange.request.params['item'] ?? '')
  if (item === undefined) throw notFound('item')
  return { conversation, item }
}

/** The items as they go into a conversation. @throws GatewayError for an id that is there already */
async function arranged(conversation: StoredConversation, store: ConversationStore, items: readonly JsonNode[]): Promise<readonly KeptItem[]> {
  for (const item of items) {
    const id = idOf(item)
    if (id !== undefined && (await store.item(conversation, id)) !== undefined) throw duplicate(id)
  }
  const kept = newItems(items, `${conversation.id}/${randomUUID()}`)
  const given = new Set(items.flatMap(item => idOf(item) ?? []))
  const taken = new Set<string>()
  for (const { id } of kept) if (!given.has(id) && (await store.item(conversation, id)) !== undefined) taken.add(id)
  return taken.size === 0 ? kept : newItems(items, `${conversation.id}/${randomUUID()}`, taken)
}

function gone(cause: unknown): never {
  throw cause instanceof Deleted ? notFound('conversation') : cause
}

function conversationJson({ id, value: { created_at: createdAt, metadata } }: StoredConversation): string {
  return `{"id":${JSON.stringify(id)},"object":"conversation","created_at":${createdAt},"metadata":${metadata}}`
}
