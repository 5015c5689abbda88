/** Providers as administrators see them; nothing in it is secret. */

import { shownTime } from '../shared/admin/shown-time.ts'
import type { ProviderConfig } from '../../core/config/providers/config.ts'
import type { ProviderCredentialView } from '../../schemas/admin/provider-credentials.schema.ts'
import type { Entry } from './book.ts'
import { masked } from './masks.ts'
import { openTexts, secretTexts, type TripOn } from './record.ts'

const unreadable = 'its secrets cannot be opened; give them again'

/** @param error why it does not serve */
export function viewOf({ stored: { id: name, value }, known }: Entry, error: string | undefined): ProviderCredentialView {
  const { type, session_sticky_keys: sticks, models, trip_on, enabled, created_at: created, updated_at: updated } = value
  return {
    name,
    type,
    session_sticky_keys: sticks,
    models: [...models],
    trip_on: { ...trip_on },
    enabled,
    managed: false,
    api_keys: (known?.api_keys ?? []).map(masked),
    ...textsOf(
      field => value[field],
      field => known?.secrets[field],
    ),
    error: !enabled ? null : known === undefined ? unreadable : (error ?? null),
    created_at: shownTime(created),
    updated_at: shownTime(updated),
  }
}

/** Of one that the configuration declares. */
export function declaredView({ name, type, keys, base_url: baseUrl, proxy_url: proxyUrl, models, settings }: ProviderConfig): ProviderCredentialView {
  const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined)
  const { trip_on: rules = {} } = (settings['resilience'] as { readonly circuit_breaker?: { readonly trip_on?: TripOn } } | undefined)?.circuit_breaker ?? {}
  return {
    name,
    type,
    session_sticky_keys: settings['session_sticky_keys'] !== false,
    models: models.map(({ id }) => id),
    trip_on: { ...rules },
    enabled: true,
    managed: true,
    // What it was made of, a reference perhaps, is the configuration's affair.
    api_keys: keys.map(() => masked('')),
    ...textsOf(
      field => text(field === 'base_url' ? baseUrl : settings[field]),
      field => (text(field === 'proxy_url' ? proxyUrl : settings[field]) === undefined ? undefined : ''),
    ),
    error: null,
    created_at: null,
    updated_at: null,
  }
}

type Texts = Pick<ProviderCredentialView, (typeof openTexts)[number] | (typeof secretTexts)[number]>

function textsOf(open: (field: (typeof openTexts)[number]) => string | undefined, secret: (field: (typeof secretTexts)[number]) => string | undefined): Texts {
  const shown = (text: string | undefined) => (text === undefined ? null : masked(text))
  return Object.fromEntries([...openTexts.map(field => [field, open(field) ?? null]), ...secretTexts.map(field => [field, shown(secret(field))])])
}
