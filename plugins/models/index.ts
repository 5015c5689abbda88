/** Finds the targets of a call by the model that it names, keeps the registry of models, and lists it. */

import { definePlugin } from '../../core/index.ts'
import { Inventory } from './inventory.ts'
import { ListRounds } from './list-rounds.ts'
import { answerModels } from './listing.ts'
import { metadataOverrides } from './overrides.ts'
import { Registry } from './registry.ts'
import { schema } from './schema.ts'
import { setTargets } from './targets.ts'
import { configuredModels } from './virtual/configured.ts'
import { virtualEndpoints } from './virtual/endpoints.ts'
import { KeptVirtualModels } from './virtual/kept.ts'

export default definePlugin({
  name: 'models',
  description: 'Resolves model names to targets, and serves /v1/models.',
  schema,
  olderSettings: [
    { env: 'FAILOVER_DISABLED_MODELS_JSON', becomes: 'failover.disabled_models' },
    {
      setting: 'models.overrides_enabled',
      envs: ['MODEL_OVERRIDES_ENABLED'],
      schema: { type: 'boolean' },
      instead: 'what administrators say of models always counts',
    },
  ],
  provides: 'models',
  needs: ['providers', 'absentProviders', 'storage', 'admin', 'access'],
  wants: ['state', 'saturation', 'modelCache', 'catalogue'],
  setup({ options, services, log }) {
    const { providers, absentProviders, clock, health, storage, admin, access, state, saturation, modelCache, catalogue } = services
    const names = [...providers.keys()]
    const managed = configuredModels(options, [...names, ...absentProviders])
    const inventories = [...providers.values()].map(provider => Inventory.of(provider, options.configured_mode, clock))
    const overrides = metadataOverrides({ records: storage.records('model_metadata_overrides'), clock, providers, absentProviders }, log)
    const routing = { access, clock, storage, saturation, state, warn: (message: string, details: object) => log.warn(details, message) }
    const registry = new Registry(inventories, routing, (provider, model) => overrides.of(provider, model), catalogue)
    const virtual = new KeptVirtualModels({ managed, records: storage.records('virtual_models'), registry, clock, refreshMs: options.refresh_interval, log })
    const { book } = virtual
    const rounds = new ListRounds({
      inventories,
      registry,
      clock,
      cache: modelCache,
      refreshMs: options.refresh_interval,
      recheckMs: options.recheck_interval,
      failed: (provider, err) => log.warn({ provider, err }, 'the provider did not list its models'),
    })
    const listing = { onlyAliases: options.only_aliases, unqualified: options.unqualified, access }
    const withdraw = [
      catalogue?.onChange(() => registry.forget()) ?? (() => {}),
      ...overrides.endpoints.map(endpoint => admin.endpoint(endpoint)),
      admin.setting('VIRTUAL_MODEL_STRATEGIES', () => virtual.strategies.join(',')),
      admin.refresh({ name: 'providers', run: () => rounds.all() }),
      admin.refresh({ name: 'model_registry_cache', run: () => rounds.keepAll() }),
      admin.refresh({ name: 'virtual_models', run: () => book.read() }),
      ...virtualEndpoints({ book, registry, access, clock, providers: names }).map(endpoint => admin.endpoint(endpoint)),
    ]

    return {
      service: registry,
      async open() {
        rounds.restore()
        await overrides.open()
        await virtual.open()
        withdraw.push(access.add(registry.virtual))
      },
      route(exchange) {
        if (exchange.operation === 'models') return answerModels(exchange, registry, listing)
        return setTargets(exchange, registry, rounds)
      },
      settled: (exchange, attempt) => registry.virtual.settled(exchange, attempt),
      start() {
        virtual.start()
        rounds.start()
        if (options.ready_requires_models) health.waitFor('models', () => registry.isLoaded)
      },
      async close() {
        rounds.close()
        for (const end of withdraw) end()
        await overrides.close()
        await virtual.close()
      },
    }
  },
})
