/** The admin API: offers the service `admin` to the other plugins, serves the endpoints that they offer, and describes them. */

import { definePlugin, gatewayError, type AdminEndpoint, type Exchange, type GatewayError } from '../../core/index.ts'
import { jsonReply } from '../../core/pipeline/verdict.ts'
import { AdminOffers } from './admin-offers.ts'
import { answer } from './door.ts'
import { askedFor, type Asked } from './legacy.ts'
import { openApi } from './openapi.ts'
import { answerPage } from './page.ts'
import { Refreshing } from './refreshing.ts'
import { runtimeEndpoints } from './runtime.ts'
import { schema } from './schema.ts'

export default definePlugin({
  name: 'admin',
  description: 'Serves the admin API, and its description.',
  schema,
  provides: 'admin',
  wants: ['processes', 'configurations'],
  edits: false,
  timeoutMs: 0,
  setup({ options, services, log }) {
    const offers = new AdminOffers(cause => log.error({ err: cause }, 'a change could not be told'))
    const refreshing = new Refreshing(() => offers.steps.all, services.clock, services.processes)
    let unfollow: (() => void) | undefined
    const describe = ({ request: { basePath = '' } }: Exchange): object =>
      openApi({
        version: services.version.version,
        basePath,
        endpoints: options.endpoints_enabled ? offers.endpoints.all : [],
        routes: services.pipelines.routes,
      })
    offers.setting('GUARDRAILS_ENABLED', () => options.guardrails_enabled)
    offers.setting('PLUGINS_ENABLED', () => options.plugins_enabled)
    offers.setting('REDIS_URL', () => options.redis_url !== undefined || options.models_redis_url !== undefined)
    for (const endpoint of [...runtimeEndpoints(offers, refreshing, services), documentEndpoint(describe)]) offers.endpoint(endpoint)
    const asked = ({ request }: Exchange): Asked => askedFor(request, options.legacy_api_v1, options.legacy_sunset)

    return {
      service: offers,
      /** Stands above `auth`, so that its refusals have these headers too, and that the page is shown to anybody. */
      request(exchange) {
        const { operation, request, replyHeaders } = exchange
        if (operation === 'admin') replyHeaders.push('Cache-Control', 'no-store', ...asked(exchange).headers)
        else if (options.swagger_enabled) return request.path === '/openapi.json' ? jsonReply(describe(exchange)) : answerPage(exchange)
        return undefined
      },
      route(exchange) {
        if (exchange.operation !== 'admin' || !options.endpoints_enabled) return nothingHere(exchange)
        return answer(exchange, asked(exchange), offers)
      },
      start() {
        unfollow = refreshing.follow(log)
      },
      close() {
        unfollow?.()
      },
    }
  },
})

function documentEndpoint(describe: (exchange: Exchange) => object): AdminEndpoint {
  return {
    method: 'GET',
    path: '/openapi.json',
    scope: 'subtree',
    summary: 'This document.',
    response: { type: 'object', description: 'An OpenAPI 3.1 document.' },
    handle: ({ exchange }) => describe(exchange),
  }
}

function nothingHere({ request: { path } }: Exchange): GatewayError {
  return gatewayError('unknown_url', `nothing is served at ${path}`)
}
