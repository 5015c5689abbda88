/** Finds the targets of a call by the model that it names, keeps the registry of models, and lists it. */

import { definePlugin, gatewayError, type Exchange, GatewayError, type Target } from '../../core/index.ts'
import { openOrLater } from '../../core/storage/open-or-later.ts'
import { readAgain } from '../../core/storage/read-again.ts'
import { isPromise } from '../../core/promise.ts'
import { Inventory } from './inventory.ts'
import { ListRounds } from './list-rounds.ts'
import { answerModels } from './listing.ts'
import { metadataOverrides } from './overrides.ts'
import { Registry } from './registry.ts'
import { schema } from './schema.ts'
import { Book, type KeptModels } from './virtual/book.ts'
import { configuredModels } from './virtual/configured.ts'
import { strategies } from './virtual/definition.ts'
import { virtualEndpoints } from './virtual/endpoints.ts'

type Found = readonly Target[] | GatewayError

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
  setup({ options, services: { providers, absentProviders, clock, health, storage, admin, access, state, saturation, modelCache, catalogue }, log }) {
    const names = [...providers.keys()]
    const managed = configuredModels(options, [...names, ...absentProviders])
    const inventories = [...providers.values()].map(provider => Inventory.of(provider, options.configured_mode, clock))
    const overrides = metadataOverrides({
      records: storage.records('model_metadata_overrides'),
      clock,
      providers,
      failed: cause => log.warn({ err: cause }, 'what administrators said of models could not be read; what was read before stands'),
    })
    const routing = {
      access,
      clock,
      storage,
      saturation,
      state,
      warn: (message: string, details: object) => log.warn(details, message),
    }
    const registry = new Registry(inventories, routing, (provider, model) => overrides.of(provider, model), catalogue)
    registry.virtual.define(managed)
    const failed = (cause: unknown) => log.warn({ err: cause }, 'the virtual models could not be read; what was read before stands')
    const book = new Book({
      managed,
      failed,
      records: storage.records<{ readonly models: KeptModels }>('virtual_models'),
      changed: all => registry.virtual.define(all),
    })
    const listing = { onlyAliases: options.only_aliases, unqualified: options.unqualified, access }

    const rounds = new ListRounds({
      inventories,
      registry,
      clock,
      cache: modelCache,
      refreshMs: options.refresh_interval,
      recheckMs: options.recheck_interval,
      failed: (provider, err) => log.warn({ provider, err }, 'the provider did not list its models'),
    })

    const withdraw = [
      catalogue?.onChange(() => registry.forget()) ?? (() => {}),
      ...overrides.endpoints.map(endpoint => admin.endpoint(endpoint)),
      admin.setting('VIRTUAL_MODEL_STRATEGIES', () => strategyNames(registry)),
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
        await openOrLater(book, failed)
        withdraw.push(
          access.add({
            get policies() {
              return registry.virtual.redirects.policies
            },
          }),
        )
      },
      route(exchange) {
        if (exchange.operation === 'models') return answerModels(exchange, registry, listing)
        const found = targetsFor(exchange, registry, rounds)
        return isPromise(found) ? found.then(targets => goTo(exchange, targets)) : goTo(exchange, found)
      },
      settled: (exchange, attempt) => registry.virtual.settled(exchange, attempt),
      start() {
        for (const { source, fault } of registry.virtual.strategyFaults(managed.values()))
          log.warn({ virtual_model: source }, `${fault.param} of a virtual model: ${fault.message}`)
        rounds.start()
        if (options.refresh_interval > 0) withdraw.push(readAgain(clock, options.refresh_interval, () => book.read(), failed))
        if (options.ready_requires_models) health.waitFor('models', () => registry.isLoaded)
      },
      async close() {
        rounds.close()
        for (const end of withdraw) end()
        await overrides.close()
        await book.close()
      },
    }
  },
})

/** Takes the provider that stands beside the model out of the body; undefined if none is named. An object is a vendor's own, and goes on. */
function takeProvider({ body, form }: Exchange): string | undefined | GatewayError {
  form?.remove('provider')
  const named = body?.root.get('provider')
  if (body === undefined || named === undefined) return form?.fields.get('provider')?.trim() || undefined
  if (named.kind === 'object' || named.kind === 'null') return undefined
  if (named.kind !== 'string') return gatewayError('invalid_type', 'provider must be a string or an object', { param: 'provider' })
  body.unset(body.root, 'provider')
  return named.string().trim() || undefined
}

/** The targets that the body asks for; a `provider` beside the model is authoritative and goes no further. */
function targetsFor(exchange: Exchange, registry: Registry, rounds: ListRounds): Found | Promise<Found> {
  const { model } = exchange
  const named = takeProvider(exchange)
  if (named instanceof GatewayError) return named
  if (named !== undefined) return targetOf(named, model, registry)
  const found = registry.virtual.targets(model, { caller: exchange.caller, userPath: exchange.userPath, exchange })
  if (isPromise(found)) return found.then(targets => orMissing(targets, model, registry))
  const real = found === undefined ? registry.find(model) : undefined
  if (real?.isListed === false) rounds.missing(real.provider.name)
  return orMissing(found ?? (real === undefined ? [] : [real]), model, registry)
}

function targetOf(named: string, model: string, registry: Registry): Found {
  const provider = registry.provider(named)
  if (provider === undefined) return gatewayError('model_not_found', `unsupported provider: ${named}`, { param: 'provider' })
  const slash = model.indexOf('/')
  const own = slash >= 0 && registry.provider(model.slice(0, slash)) === provider ? model.slice(slash + 1) : model
  return own.trim() === '' ? unsupported(model) : [{ provider, model: own }]
}

function orMissing(targets: readonly Target[], model: string, registry: Registry): Found {
  if (targets.length > 0) return targets
  if (!registry.isLoaded) return gatewayError('not_ready', 'the model lists of the providers are not loaded yet', { retryAfterMs: 1000 })
  return unsupported(model)
}

function unsupported(model: string): GatewayError {
  return gatewayError('model_not_found', `unsupported model: ${model}`, { param: 'model' })
}

function goTo(exchange: Exchange, found: Found): GatewayError | undefined {
  if (found instanceof GatewayError) return found
  exchange.targets = [...found]
  return undefined
}

function strategyNames({ virtual }: Registry): string {
  return [...strategies.filter(name => name !== 'plugin'), ...[...virtual.strategies.keys()].map(name => `plugin:${name}`)].join(',')
}
