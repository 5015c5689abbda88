/** The life of a stored response: it is read, its input is listed, it is cancelled and deleted. */

import { gatewayError, type Reply, type Exchange, type JsonDocument } from '../../core/index.ts'
import { notFound, scopeOf } from '../shared/objects/ownership.ts'
import { endsIn } from '../shared/path-end.ts'
import { jsonReply } from '../../core/pipeline/verdict.ts'
import { orElsewhere } from '../shared/objects/gone.ts'
import { pageQuery } from '../shared/objects/item-lists.ts'
import type { Background } from './background.ts'
import { itemPage } from './item-page.ts'
import { askerOf, type LifecycleOperation, type NativeResponses } from './native.ts'
import { lifecycleQuery, type LifecycleQuery } from './query.ts'
import { isUnderWay, itemsOf } from './record.ts'
import type { Review } from './review.ts'
import type { FoundResponse, ResponseStore } from './store.ts'

export class Lifecycle {
  readonly #store: ResponseStore
  readonly #native: NativeResponses
  readonly #background: Background
  readonly #review: Review

  constructor(store: ResponseStore, native: NativeResponses, background: Background, review: Review) {
    this.#store = store
    this.#native = native
    this.#background = background
    this.#review = review
  }

  /** @throws GatewayError */
  async answer(exchange: Exchange): Promise<Reply> {
    const {
      method,
      params: { id = '' },
    } = exchange.request
    const query = lifecycleQuery(exchange)
    const found = await this.#find(exchange, id)
    if (method === 'DELETE') return await this.#delete(exchange, id, found, query)
    if (endsIn(exchange.request, 'cancel')) return await this.#cancel(exchange, id, found, query)
    if (endsIn(exchange.request, 'input_items')) return await this.#inputItems(exchange, id, found, query)
    return await this.#get(exchange, id, found, query)
  }

  async #find({ caller }: Exchange, id: string): Promise<FoundResponse | undefined> {
    try {
      return await this.#store.find(id, caller)
    } catch (cause) {
      throw gatewayError('not_ready', 'the stored responses cannot be read now', { retryAfterMs: 1000, cause })
    }
  }

  async #get(exchange: Exchange, id: string, found: FoundResponse | undefined, query: LifecycleQuery): Promise<Reply> {
    const include = query.include.length === 0 ? {} : { 'include[]': query.include }
    if (found === undefined) return jsonReply((await this.#untracked(exchange, id, 'responses_get', query, include)).render())
    if (!isUnderWay(found.value.status)) return jsonReply(found.value.response)
    const keeper = this.#native.keeperOf(found, 'responses_get')
    // Its caller would ask for ever.
    if (keeper === undefined) throw gatewayError('unsupported_response_operation', 'this response runs at no provider that could be asked how far it is')
    const asked = await orElsewhere(this.#native.ask(askerOf(exchange), keeper, found, 'responses_get', include))
    return jsonReply(asked === undefined ? found.value.response : await this.#background.take(exchange, found, asked, exchange.dialect?.usage(asked)))
  }

  async #inputItems(exchange: Exchange, id: string, found: FoundResponse | undefined, query: LifecycleQuery): Promise<Reply> {
    const page = pageQuery(exchange.request.query)
    if (found !== undefined) return jsonReply(itemPage(itemsOf(found.id, found.value), page))
    const { after, limit, order } = page
    const passed = {
      limit: String(limit),
      order,
      ...(after === undefined ? {} : { after }),
      ...(query.include.length === 0 ? {} : { 'include[]': query.include }),
    }
    return jsonReply((await this.#untracked(exchange, id, 'responses_input_items', query, passed)).render())
  }

  async #cancel(exchange: Exchange, id: string, found: FoundResponse | undefined, query: LifecycleQuery): Promise<Reply> {
    if (found === undefined) return jsonReply((await this.#untracked(exchange, id, 'responses_cancel', query)).render())
    const keeper = this.#native.keeperOf(found, 'responses_cancel')
    if (keeper === undefined) throw gatewayError('unsupported_response_operation', 'this response does not run at a provider that could cancel it')
    const document = await this.#native.ask(askerOf(exchange), keeper, found, 'responses_cancel')
    return jsonReply(await this.#background.take(exchange, found, document, exchange.dialect?.usage(document)))
  }

  async #delete(exchange: Exchange, id: string, found: FoundResponse | undefined, query: LifecycleQuery): Promise<Reply> {
    if (found === undefined) await this.#untracked(exchange, id, 'responses_delete', query)
    else {
      const keeper = this.#native.keeperOf(found, 'responses_delete')
      if (keeper !== undefined) await orElsewhere(this.#native.ask(askerOf(exchange), keeper, found, 'responses_delete'))
      await this.#forget(id)
    }
    return jsonReply(JSON.stringify({ id, object: 'response', deleted: true }))
  }

  async #forget(id: string): Promise<void> {
    try {
      await this.#store.delete(id)
    } catch (cause) {
      throw gatewayError('not_ready', 'the stored response cannot be deleted now', { retryAfterMs: 1000, cause })
    }
  }

  /** Only those who reach everything reach what the gateway has no record of. */
  async #untracked(
    exchange: Exchange,
    id: string,
    operation: LifecycleOperation,
    query: LifecycleQuery,
    passed: Readonly<Record<string, string | readonly string[]>> = {},
  ): Promise<JsonDocument> {
    const said = scopeOf(exchange.caller) === undefined ? await this.#native.askAll(exchange, id, operation, query, passed) : undefined
    if (said === undefined) throw notFound('response')
    return await this.#review.ofUntracked(exchange, said.keeper, said.document)
  }
}
