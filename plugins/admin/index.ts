/** The admin API: offers the service `admin` to the other plugins, and serves the endpoints that they offer. */

import { definePlugin, gatewayError } from '../../core/index.ts'
import { AdminOffers } from './admin-offers.ts'
import { answer } from './door.ts'
import { askedFor } from './legacy.ts'
import { runtimeEndpoints } from './runtime.ts'
import { schema } from './schema.ts'

export default definePlugin({
  name: 'admin',
  description: 'Serves the admin API.',
  schema,
  provides: 'admin',
  edits: false,
  timeoutMs: 0,
  setup({ options, services, log }) {
    const offers = new AdminOffers(cause => log.error({ err: cause }, 'a change could not be told'))
    for (const endpoint of runtimeEndpoints(offers, services)) offers.endpoint(endpoint)

    return {
      service: offers,
      /** Stands above `auth`, so that its refusals have these headers too. */
      request({ request, replyHeaders }) {
        replyHeaders.push('Cache-Control', 'no-store', ...askedFor(request, options.legacy_api_v1, options.legacy_sunset).headers)
      },
      route(exchange) {
        const { request } = exchange
        if (!options.endpoints_enabled) return gatewayError('unknown_url', `nothing is served at ${request.path}`)
        return answer(exchange, askedFor(request, options.legacy_api_v1, options.legacy_sunset), offers)
      },
    }
  },
})
