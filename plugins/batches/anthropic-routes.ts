/** The routes of Anthropic's message batches. */

import { Readable } from 'node:stream'
import { gatewayError, Reply, type Exchange } from '../../core/index.ts'
import { jsonObjectOf } from '../../core/pipeline/body.ts'
import { endsIn } from '../shared/path-end.ts'
import { jsonReply } from '../../core/pipeline/verdict.ts'
import { flowing } from '../shared/flowing.ts'
import { anthropicBatch, anthropicLine } from './anthropic-view.ts'
import type { BatchService } from './batch-service.ts'
import { anthropic as dialect, dialectOf } from './dialect.ts'
import { linesInline } from './lines.ts'
import type { BatchRecord } from './record.ts'
import { readLimit } from './page.ts'

const endpoint = '/v1/messages'

export class AnthropicRoutes {
  readonly #service: BatchService
  readonly #exchange: Exchange
  readonly #publicUrl: string | undefined

  constructor(service: BatchService, exchange: Exchange, publicUrl: string | undefined) {
    this.#service = service
    this.#exchange = exchange
    this.#publicUrl = publicUrl
  }

  async answer(): Promise<Reply> {
    const { request } = this.#exchange
    const {
      method,
      params: { id },
    } = request
    if (id === undefined) return jsonReply(method === 'POST' ? await this.#create() : await this.#list())
    if (endsIn(request, 'cancel')) return jsonReply(await this.#shown(await this.#service.cancel(this.#exchange, id)))
    if (endsIn(request, 'results')) return await this.#results(id)
    if (method !== 'DELETE') return jsonReply(await this.#shown(await this.#service.current(this.#exchange, id)))
    const deleted = await this.#service.delete(this.#exchange, id, dialect)
    return jsonReply({ id: `msgbatch_${deleted.id}`, type: 'message_batch_deleted' })
  }

  async #create(): Promise<object> {
    const requests = (await jsonObjectOf(this.#exchange)).root.get('requests')
    if (requests === undefined) throw gatewayError('missing_required_parameter', 'requests is required', { param: 'requests' })
    if (requests.kind !== 'array') throw gatewayError('invalid_type', 'requests must be a list', { param: 'requests' })
    const batch = await this.#service.create(this.#exchange, {
      endpoint,
      completion_window: '24h',
      metadata: null,
      input: undefined,
      lines: () => linesInline(requests, endpoint, 'params'),
    })
    return await this.#shown(batch)
  }

  async #list(): Promise<object> {
    const query = new URLSearchParams(this.#exchange.request.query)
    const limit = readLimit(query, 1000)
    const [after, before] = [query.get('after_id') || undefined, query.get('before_id') || undefined]
    if (after !== undefined && before !== undefined) throw gatewayError('invalid_value', 'after_id and before_id exclude each other', { param: 'before_id' })
    const found = await this.#service.list(this.#exchange, { dialect, limit, after, before, cursor: before === undefined ? 'after_id' : 'before_id' })
    const page = before === undefined ? found.slice(0, limit) : found.slice(-limit)
    const data = (await Promise.all(page.map(batch => this.#shown(batch)))) as readonly { readonly id: string }[]
    return { data, has_more: found.length > limit, first_id: data[0]?.id ?? null, last_id: data.at(-1)?.id ?? null }
  }

  async #results(id: string): Promise<Reply> {
    const { lines } = await this.#service.results(this.#exchange, id, dialect)
    const texts = async function* () {
      for await (const placed of lines) yield Buffer.from(`${anthropicLine(placed)}\n`)
    }
    return new Reply({ status: 200, headers: ['Content-Type', 'application/x-jsonl'], stream: flowing(Readable.from(texts(), { objectMode: false })) })
  }

  async #shown(batch: BatchRecord): Promise<object> {
    const at = `${this.#publicUrl?.replace(/\/$/, '') ?? this.#reachedAt()}${dialect.path}/${dialect.prefix}${batch.id}/results`
    return anthropicBatch(
      batch,
      { at: dialectOf(batch) === dialect ? at : null, areArchived: this.#service.isArchived(batch) },
      await this.#service.counts(batch),
    )
  }

  /** Where this caller reached the gateway. */
  #reachedAt(): string {
    const { headers, basePath = '' } = this.#exchange.request
    return `http://${String(headers['host'] ?? 'localhost')}${basePath}`
  }
}
