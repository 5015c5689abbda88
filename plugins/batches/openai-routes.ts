/** The routes of OpenAI's batches. */

import { gatewayError, Reply, type Exchange, type JsonNode } from '../../core/index.ts'
import { jsonObjectOf } from '../../core/pipeline/body.ts'
import { metadataIn } from '../shared/objects/metadata.ts'
import { endsIn } from '../shared/path-end.ts'
import { jsonReply } from '../../core/pipeline/verdict.ts'
import type { BatchService } from './batch-service.ts'
import { openAi as dialect } from './dialect.ts'
import { linesInline, linesOfFile } from './lines.ts'
import { openAiBatch, openAiLine } from './openai-view.ts'
import type { BatchRecord } from './record.ts'
import { readLimit } from './page.ts'

export class OpenAiRoutes {
  readonly #service: BatchService
  readonly #exchange: Exchange

  constructor(service: BatchService, exchange: Exchange) {
    this.#service = service
    this.#exchange = exchange
  }

  async answer(): Promise<Reply> {
    const { request } = this.#exchange
    const {
      method,
      params: { id },
    } = request
    if (id === undefined) return jsonReply(method === 'POST' ? await this.#create() : await this.#list())
    if (endsIn(request, 'cancel')) return jsonReply(await this.#shown(await this.#service.cancel(this.#exchange, id)))
    if (endsIn(request, 'results')) return jsonReply(await this.#results(id))
    return jsonReply(await this.#shown(await this.#service.current(this.#exchange, id)))
  }

  async #shown(batch: BatchRecord): Promise<object> {
    return openAiBatch(batch, await this.#service.counts(batch))
  }

  async #create(): Promise<object> {
    const { root } = await jsonObjectOf(this.#exchange)
    const requests = root.get('requests')
    const endpoint = textOf(root, 'endpoint') ?? firstUrl(requests)
    if (endpoint === undefined) throw gatewayError('missing_required_parameter', 'endpoint is required', { param: 'endpoint' })
    if (!dialect.endpoints.includes(endpoint))
      throw gatewayError('invalid_value', `endpoint must be one of ${dialect.endpoints.join(', ')}`, { param: 'endpoint' })
    const { provider, ...metadata } = metadataOf(root)
    const window = textOf(root, 'completion_window') ?? '24h'
    if (window !== '24h') throw gatewayError('invalid_value', 'completion_window must be 24h', { param: 'completion_window' })
    const order = { endpoint, completion_window: window, metadata: Object.keys(metadata).length === 0 ? null : metadata }
    return await this.#shown(await this.#service.create(this.#exchange, { ...order, ...(await this.#source(root, endpoint, provider)) }))
  }

  async #source(root: JsonNode, endpoint: string, provider: string | undefined) {
    const requests = root.get('requests')
    const id = textOf(root, 'input_file_id')
    if (id === undefined && requests === undefined) throw gatewayError('missing_required_parameter', 'input_file_id is required', { param: 'input_file_id' })
    if (id !== undefined && requests !== undefined)
      throw gatewayError('invalid_value', 'a batch has input_file_id or requests, not both', { param: 'requests' })
    if (id === undefined) return { input: undefined, lines: () => linesInline(arrayOf(requests), endpoint, 'body') }
    const input = await this.#service.input(this.#exchange, id, provider)
    return { input, lines: () => linesOfFile(this.#service.read(input), endpoint) }
  }

  async #list(): Promise<object> {
    const query = new URLSearchParams(this.#exchange.request.query)
    const limit = readLimit(query, 100)
    const found = await this.#service.list(this.#exchange, { dialect, limit, after: query.get('after') || undefined, cursor: 'after' })
    const data = (await Promise.all(found.slice(0, limit).map(batch => this.#shown(batch)))) as readonly { readonly id: string }[]
    return { object: 'list', data, first_id: data[0]?.id ?? null, last_id: data.at(-1)?.id ?? null, has_more: found.length > limit }
  }

  async #results(id: string): Promise<Buffer> {
    const { batch, lines } = await this.#service.results(this.#exchange, id, dialect)
    const data: string[] = []
    for await (const placed of lines) data.push(openAiLine(batch.id, placed))
    return Buffer.from(`{"object":"list","batch_id":${JSON.stringify(`batch_${batch.id}`)},"data":[${data.join(',')}]}`)
  }
}

function textOf(root: JsonNode, name: string): string | undefined {
  const node = root.get(name)
  if (node === undefined || node.kind === 'null') return undefined
  if (node.kind !== 'string') throw gatewayError('invalid_type', `${name} must be a text`, { param: name })
  return node.string()
}

function arrayOf(requests: JsonNode | undefined): JsonNode | undefined {
  if (requests?.kind !== 'array') throw gatewayError('invalid_type', 'requests must be a list', { param: 'requests' })
  return requests
}

function firstUrl(requests: JsonNode | undefined): string | undefined {
  const url = requests?.items()[0]?.get('url')
  return url?.kind === 'string' ? url.string() : undefined
}

function metadataOf(root: JsonNode): Readonly<Record<string, string>> {
  return Object.fromEntries([...(metadataIn(root) ?? [])].map(([name, value]) => [name, value.string()]))
}
