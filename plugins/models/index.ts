/** Finds the targets of a call by the model that it names, keeps the registry of models, and lists it. */

import { definePlugin, gatewayError, type Exchange, GatewayError, type RefreshFacts, type Target, type Timer } from '../../core/index.ts'
import { SelectorLists } from '../../core/selected-models.ts'
import { Inventory } from './inventory.ts'
import { answerModels } from './listing.ts'
import { metadataOverrides } from './overrides.ts'
import { Registry } from './registry.ts'
import { schema, strategies } from './schema.ts'
import { checkVirtualModels } from './virtual.ts'

export default definePlugin({
  name: 'models',
  description: 'Resolves model names to targets, and serves /v1/models.',
  schema,
  provides: 'models',
  needs: ['providers', 'storage', 'admin'],
  setup({ options, services: { providers, clock, storage, admin }, log, signal }) {
    checkVirtualModels(options.virtual_models, new Set(providers.keys()))
    const inventories = [...providers.values()].map(provider => Inventory.of(provider, options.configured_mode, () => clock.now()))
    const overrides = metadataOverrides({
      records: storage.records('model_metadata_overrides'), clock, providers: [...providers.keys()],
      failed: cause => log.warn({ err: cause }, 'what administrators said of models could not be read; what was read before stands'),
    })
    const registry = new Registry(inventories, options.virtual_models, (provider, model) => overrides.of(provider, model))
    const listing = { onlyAliases: options.only_aliases, unqualified: options.unqualified, lists: new SelectorLists([...providers.keys()]) }

    const timers = new Map<Inventory, Timer>()
    const refresh = async (inventory: Inventory): Promise<void> => {
      const failure = await inventory.refresh()
      if (signal.aborted) return
      registry.index()
      if (failure !== undefined) log.warn({ provider: inventory.provider.name, err: failure }, 'the provider did not list its models')
      const waitMs = failure === undefined || options.recheck_interval === 0 ? options.refresh_interval : options.recheck_interval
      timers.set(inventory, clock.after(waitMs, () => { void refresh(inventory) }))
    }

    const withdraw = [
      ...overrides.endpoints.map(endpoint => admin.endpoint(endpoint)),
      admin.setting('VIRTUAL_MODEL_STRATEGIES', () => strategies.join(',')),
      admin.refresh({ name: 'providers', run: () => refreshAll(inventories, registry) }),
    ]

    return {
      service: registry,
      open: () => overrides.open(),
      route(exchange) {
        if (exchange.operation === 'models') return answerModels(exchange, registry, listing)
        const found = targetsFor(exchange, registry)
        if (found instanceof GatewayError) return found
        exchange.targets = found
      },
      start() {
        for (const inventory of inventories) void refresh(inventory)
      },
      async close() {
        for (const timer of timers.values()) timer.cancel()
        for (const end of withdraw) end()
        await overrides.close()
      },
    }
  },
})

/** Asks every provider now, whenever it was to be asked next. */
async function refreshAll(inventories: readonly Inventory[], registry: Registry): Promise<RefreshFacts> {
  const failures = (await Promise.all(inventories.map(inventory => inventory.refresh()))).filter(failure => failure !== undefined)
  registry.index()
  if (failures.length > 0 && failures.length === inventories.length) throw new AggregateError(failures, 'no provider listed its models')
  const models = inventories.reduce((count, { entries }) => count + entries.size, 0)
  return { status: failures.length > 0 ? 'partial' : 'ok', model_count: models, provider_count: inventories.length }
}

/** Takes the provider that stands beside the model out of the body; undefined if none is named. */
function takeProvider({ body, form }: Exchange): string | undefined {
  form?.remove('provider')
  const named = body?.root.get('provider')
  if (body === undefined || named?.kind !== 'string') return form?.fields.get('provider') || undefined
  body.unset(body.root, 'provider')
  return named.string()
}

/** The targets that the body asks for; a `provider` beside the model is authoritative and goes no further. */
function targetsFor(exchange: Exchange, registry: Registry): Target[] | GatewayError {
  const { model } = exchange
  const named = takeProvider(exchange)
  if (named !== undefined) {
    const provider = registry.provider(named)
    if (provider === undefined) return gatewayError('model_not_found', `unsupported provider: ${named}`, { param: 'provider' })
    return [{ provider, model: model.startsWith(`${provider.name}/`) ? model.slice(provider.name.length + 1) : model }]
  }
  const targets = registry.targets(model)
  if (targets.length > 0) return [...targets]
  if (!registry.isLoaded) return gatewayError('not_ready', 'the model lists of the providers are not loaded yet', { retryAfterMs: 1000 })
  return gatewayError('model_not_found', `unsupported model: ${model}`, { param: 'model' })
}
