/** Shows administrators how the providers are doing, and lets them reset circuit breakers. */

import { definePlugin, gatewayError, type AdminEndpoint, type ModelInventory, type Models } from '../../core/index.ts'
import { definition } from '../shared/admin/definition.ts'
import file from '../../schemas/admin/providers.schema.json' with { type: 'json' }
import { Board } from './board.ts'
import { requestHealthOf, type RequestHealth } from './request-health.ts'
import { overall } from './state.ts'
import { viewOf } from './view.ts'

export default definePlugin({
  name: 'provider-status',
  description: 'Shows administrators how the providers are doing.',
  provides: 'providerBoard',
  needs: ['admin', 'models'],
  edits: false,
  setup({ services: { admin, models, clock, health: gateway } }) {
    const board = new Board()
    const health = requestHealthOf(gateway, clock)
    const withdraw = endpoints(models, board, health).map(endpoint => admin.endpoint(endpoint))
    return {
      service: board,
      complete: exchange => health.ended(exchange),
      close() {
        for (const end of withdraw) end()
      },
    }
  },
})

function endpoints(models: Models, board: Board, health: RequestHealth): readonly AdminEndpoint[] {
  return [
    {
      method: 'GET',
      path: '/providers/status',
      scope: 'global',
      summary: 'The state of each provider, by its model list and by the requests of the last ten minutes.',
      response: definition(file, 'ProvidersStatus'),
      handle() {
        const isInitialized = models.inventories.every(({ state }) => state !== 'loading')
        const providers = models.inventories.map(inventory =>
          viewOf({ inventory, health, circuit: board.circuitOf(inventory.provider), resilience: board.resilienceOf(inventory.provider), isInitialized }),
        )
        const count = (wanted: string) => providers.filter(({ status }) => status === wanted).length
        const summary = {
          total: providers.length,
          healthy: count('healthy'),
          degraded: count('degraded'),
          unhealthy: count('unhealthy'),
          overall_status: overall(providers.map(({ status }) => status)),
        }
        return { summary, providers }
      },
    },
    {
      method: 'POST',
      path: '/providers/:name/circuit-breaker/reset',
      scope: 'global',
      summary: 'Closes the circuit breaker of a provider, so that calls go through again.',
      handle({ params: { name = '' } }) {
        board.reset(providerOf(models.inventories, name))
      },
    },
  ]
}

function providerOf(inventories: readonly ModelInventory[], name: string): ModelInventory['provider'] {
  const found = inventories.find(({ provider }) => provider.name === name)
  if (found === undefined) throw gatewayError('not_found', `there is no provider ${JSON.stringify(name)}`)
  return found.provider
}
