/** One provider as administrators see it; nothing in it is secret. */

import type { BreakerSource, ModelInventory, ProviderInstance } from '../../core/index.ts'
import { shownTime } from '../shared/admin/shown-time.ts'
import type { ProviderStatus } from '../../schemas/admin/providers.schema.ts'
import type { Health, RequestHealth } from './request-health.ts'
import { stateOf } from './state.ts'

export interface ViewInput {
  readonly inventory: ModelInventory
  readonly health: RequestHealth
  readonly circuit: ReturnType<BreakerSource['stateOf']>
  /** Under which rules it is called, by their names. */
  readonly resilience: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  /** Whether every provider was asked for its models once. */
  readonly isInitialized: boolean
}

export function viewOf({ inventory, health, circuit, resilience, isInitialized }: ViewInput): ProviderStatus {
  const {
    provider,
    lastFetch: { error },
  } = inventory
  const requests = health.of(provider)
  return {
    name: provider.name,
    type: provider.type,
    ...stateOf(inventory, circuit, requests.isFlagged),
    last_error: error ?? null,
    config: configOf(provider, resilience),
    runtime: runtimeOf(inventory, isInitialized),
    ...(circuit === undefined ? {} : { circuit_state: circuit }),
    request_health: { ...(circuit === undefined ? {} : { circuit_state: circuit }), window_seconds: health.windowSeconds, ...requestsOf(requests) },
  }
}

function configOf(
  { name, type, baseUrl, config: { models }, settings }: ProviderInstance,
  resilience: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
): ProviderStatus['config'] {
  const version = settings['api_version']
  return {
    name,
    type,
    base_url: baseUrl === undefined ? null : withoutSecrets(baseUrl),
    api_version: typeof version === 'string' ? version : null,
    models: models.map(({ id }) => id),
    session_sticky_keys: settings['session_sticky_keys'] !== false,
    resilience,
  }
}

/** The address without a user, a password and a query. */
function withoutSecrets(address: string): string {
  if (!URL.canParse(address)) return ''
  const { protocol, host, pathname } = new URL(address)
  return `${protocol}//${host}${pathname === '/' ? '' : pathname}`
}

function runtimeOf({ state, entries, lastFetch: { at, succeededAt, error } }: ModelInventory, isInitialized: boolean): ProviderStatus['runtime'] {
  return {
    registered: true,
    registry_initialized: isInitialized,
    discovered_model_count: entries.size,
    using_cached_models: state === 'stale' && entries.size > 0,
    inventory_stale: state === 'stale',
    last_model_fetch_at: shownTime(at),
    last_model_fetch_success_at: shownTime(succeededAt),
    last_model_fetch_error: error ?? null,
    last_availability_check_at: shownTime(at),
    last_availability_ok_at: shownTime(succeededAt),
    last_availability_error: error ?? null,
  }
}

function requestsOf({ requests, errors, models }: Health): Pick<ProviderStatus['request_health'], 'requests' | 'errors' | 'models'> {
  return {
    requests,
    errors,
    models: models.map(({ lastError, ...counts }) => ({
      ...counts,
      ...(lastError === undefined ? {} : { last_error: { ...lastError, at: new Date(lastError.at).toISOString() } }),
    })),
  }
}
