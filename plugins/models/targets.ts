/** The targets of a call: those of the model that its body names. */

import { gatewayError, GatewayError, type Exchange, type Target } from '../../core/index.ts'
import { isPromise } from '../../core/promise.ts'
import type { ListRounds } from './list-rounds.ts'
import type { Registry } from './registry.ts'

type Found = readonly Target[] | GatewayError

/** @returns the refusal if the call may go nowhere */
export function setTargets(exchange: Exchange, registry: Registry, rounds: ListRounds): GatewayError | undefined | Promise<GatewayError | undefined> {
  const found = targetsFor(exchange, registry, rounds)
  return isPromise(found) ? found.then(targets => goTo(exchange, targets)) : goTo(exchange, found)
}

function goTo(exchange: Exchange, found: Found): GatewayError | undefined {
  if (found instanceof GatewayError) return found
  exchange.targets = [...found]
  return undefined
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
