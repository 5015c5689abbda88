/** The model lists that callers see: OpenAI's shape, and Anthropic's for who sends an `anthropic-version` header. */

import { gatewayError, type Reply, type Access, type Exchange, type GatewayError } from '../../core/index.ts'
import { jsonReply } from '../../core/pipeline/verdict.ts'
import type { ListedModel, Registry } from './registry.ts'
import { visibleTo } from './visible.ts'

export interface ListingOptions {
  readonly onlyAliases: boolean
  readonly unqualified: boolean
  /** What callers may use. */
  readonly access: Access
}

/** Answers the list, or the one model that the path names. */
export function answerModels(exchange: Exchange, registry: Registry, options: ListingOptions): Reply | GatewayError {
  const { request } = exchange
  const isAnthropic = request.headers['anthropic-version'] !== undefined
  const id = request.params['id']?.replace(/\/$/, '')
  exchange.setReplyHeader('Vary', 'anthropic-version')
  const isVisible = visibleTo(exchange, registry, options.access)
  if (id === undefined) {
    const listed = registry.list(options, exchange).filter(model => isVisible(model.id))
    return isAnthropic ? anthropicPage(listed, new URLSearchParams(request.query)) : jsonReply({ object: 'list', data: listed.map(openAi) })
  }
  const model = isVisible(id) ? registry.describe(id, exchange) : undefined
  if (model === undefined) return gatewayError('model_not_found', `The model '${id}' does not exist`, { status: 404, param: 'model' })
  return jsonReply(isAnthropic ? anthropic(model) : openAi(model))
}

function openAi({ id, created, owned_by, metadata }: ListedModel): object {
  return { id, object: 'model', created, owned_by, metadata }
}

function anthropic({ id, created, metadata }: ListedModel): object {
  const name = metadata?.['display_name']
  return { type: 'model', id, display_name: typeof name === 'string' ? name : id, created_at: new Date(created * 1000).toISOString() }
}

function anthropicPage(models: readonly ListedModel[], query: URLSearchParams): Reply | GatewayError {
  const limit = query.has('limit') ? Number(query.get('limit')) : 20
  const [after, before] = [query.get('after_id'), query.get('before_id')]
  if (!Number.isInteger(limit) || limit < 1 || limit > 1000) return gatewayError('invalid_value', 'limit must be an integer from 1 to 1000', { param: 'limit' })
  if (after !== null && before !== null) return gatewayError('invalid_value', 'after_id and before_id exclude each other', { param: 'after_id' })
  const from = after === null ? 0 : models.findIndex(({ id }) => id === after) + 1
  const to =
    before === null
      ? models.length
      : Math.max(
          0,
          models.findIndex(({ id }) => id === before),
        )
  const page = before === null ? models.slice(from, from + limit) : models.slice(Math.max(0, to - limit), to)
  const more = before === null ? from + limit < models.length : to - limit > 0
  return jsonReply({ data: page.map(anthropic), has_more: more, first_id: page[0]?.id ?? null, last_id: page.at(-1)?.id ?? null })
}
