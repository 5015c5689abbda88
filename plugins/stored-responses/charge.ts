/** What is known of a response's usage record while a provider still works at it: whose it is. The tokens come when it is over. */

import type { Exchange, ProviderInstance, Usage, UsageEntry } from '../../core/index.ts'

/** Columns of the usage record, as the request has them that the response was asked for with. */
export interface Charge {
  readonly request_id: string
  readonly endpoint: string
  readonly model: string
  readonly requested_model: string | null
  readonly user_path: string
  readonly user_id: string | null
  readonly session_id: string | null
  readonly auth_key_id: string | null
  readonly labels: readonly string[]
}

export function chargeOf({ id, request, reply, model, userPath, caller, session, labels }: Exchange): Charge {
  return {
    request_id: id,
    endpoint: request.path,
    model: reply?.target?.model ?? model,
    requested_model: model === '' ? null : model,
    user_path: userPath === '' ? '/' : userPath,
    user_id: caller?.userId ?? null,
    session_id: session ?? null,
    auth_key_id: caller?.keyId ?? null,
    labels: [...labels],
  }
}

export interface Finished {
  readonly id: string
  readonly status: string
  /** The provider's own id of it. */
  readonly upstreamId: string | null
  readonly provider: ProviderInstance
  readonly usage: Usage
  /** Milliseconds since 1970. */
  readonly now: number
}

/** The record of a response that is over; there is one for each. */
export function entryOf(charge: Charge, { id, status, upstreamId, provider, usage, now }: Finished): UsageEntry {
  return {
    ...charge,
    id: `background_${id}`,
    timestamp: now,
    provider_id: upstreamId,
    provider: provider.type,
    provider_name: provider.name,
    status: statuses.get(status) ?? 'ok',
    origin: 'client',
    usage,
    apart: provider.definition.countsApart,
  }
}

const statuses: ReadonlyMap<string, string> = new Map([
  ['failed', 'error'],
  ['cancelled', 'aborted'],
])
