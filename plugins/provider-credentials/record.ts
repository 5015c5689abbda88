/** A provider that an administrator added: as it is kept, as it is used, and what of it is secret. */

import type { AddedProvider, Secrets } from '../../core/index.ts'
import type { Stored } from '../../core/storage/records.ts'

export const collection = 'provider_credentials'

/** Members of the stored document that are sealed. */
export const sealedFields = ['api_keys', 'service_account_json', 'service_account_json_base64', 'proxy_url'] as const

/** Sealed members that hold one text. */
export const secretTexts = ['service_account_json', 'service_account_json_base64', 'proxy_url'] as const
/** Members that anybody may read who may read the others. */
export const openTexts = [
  'base_url',
  'api_version',
  'backend',
  'auth_type',
  'api_mode',
  'vertex_project',
  'vertex_location',
  'service_account_file',
  'gcp_scope',
] as const

export type TripOn = Readonly<Record<string, { readonly match: string; readonly ttl?: string }>>
type Open = { readonly [K in (typeof openTexts)[number]]?: string }
type Sealed = { readonly [K in (typeof sealedFields)[number]]?: string }

/** What can be read of it without a key. */
interface Plain extends Open {
  readonly type: string
  readonly session_sticky_keys: boolean
  readonly models: readonly string[]
  readonly trip_on: TripOn
  readonly enabled: boolean
  /** Milliseconds since 1970. */
  readonly created_at: number
  readonly updated_at: number
}

/** Under its name. `api_keys` is a list as JSON, sealed as a whole; what is empty is absent. */
export interface StoredProvider extends Plain, Sealed {}

/** The same, with its secrets to be read. */
export interface KnownProvider extends Plain {
  readonly name: string
  readonly api_keys: readonly string[]
  readonly secrets: { readonly [K in (typeof secretTexts)[number]]?: string }
}

export async function sealed({ name, api_keys: keys, secrets: texts, ...plain }: KnownProvider, secrets: Secrets): Promise<StoredProvider> {
  const all = { ...texts, ...(keys.length === 0 ? {} : { api_keys: JSON.stringify(keys) }) }
  const entries = await Promise.all(
    Object.entries(all).map(async ([field, text]) => [field, await secrets.seal({ collection, id: name, field }, text)] as const),
  )
  return { ...plain, ...Object.fromEntries(entries) }
}

/** @throws Error if one of its secrets cannot be opened */
export async function unsealed({ id: name, value }: Pick<Stored<StoredProvider>, 'id' | 'value'>, secrets: Secrets): Promise<KnownProvider> {
  const { api_keys: _, service_account_json: _json, service_account_json_base64: _base64, proxy_url: _proxy, ...plain } = value
  const open = async (field: (typeof sealedFields)[number]) =>
    value[field] === undefined ? undefined : await secrets.open({ collection, id: name, field }, value[field])
  const keys = await open('api_keys')
  const texts = await Promise.all(secretTexts.map(async field => [field, await open(field)] as const))
  return {
    ...plain,
    name,
    api_keys: keys === undefined ? [] : (JSON.parse(keys) as string[]),
    secrets: Object.fromEntries(texts.filter(([, text]) => text !== undefined)),
  }
}

/** What `providers.<name>` would say in its place. */
export function addedOf(provider: KnownProvider, mayRefer: boolean): AddedProvider {
  const { name, type, api_keys, secrets, models, trip_on, session_sticky_keys: sticks } = provider
  const texts = Object.fromEntries(openTexts.flatMap(field => (provider[field] === undefined ? [] : [[field, provider[field]]])))
  return {
    name,
    mayRefer,
    block: {
      type,
      ...texts,
      ...secrets,
      ...(api_keys.length === 0 ? {} : { api_keys: [...api_keys] }),
      ...(models.length === 0 ? {} : { models: [...models] }),
      ...(sticks ? {} : { session_sticky_keys: false }),
      ...(Object.keys(trip_on).length === 0 ? {} : { resilience: { circuit_breaker: { trip_on } } }),
    },
  }
}
