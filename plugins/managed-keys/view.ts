/** A key as the admin API shows it: never its secret, nor what the secret is recognised by. */

import type { AuthKeyView } from '../../schemas/admin/auth-keys.schema.ts'
import type { AuthKey } from '../../schemas/records/auth-key.schema.ts'
import { unusable } from './usable.ts'

/** What a view shows beside what is stored. */
export interface ViewFacts {
  /** Milliseconds since 1970. */
  readonly now: number
  /** Milliseconds since 1970. */
  readonly lastUsedAt?: number | undefined
  /** The models that a list of selectors leaves. */
  effective(allowed: readonly string[]): string[]
}

export function viewOf(id: string, key: AuthKey, { now, lastUsedAt, effective }: ViewFacts): AuthKeyView {
  const { name, description, labels, allowed_models, dashboard_access, enabled, redacted_value, kind } = key
  return {
    id, name, description,
    user_path: key.user_path === '' ? null : key.user_path,
    user_id: key.user_id === '' ? null : key.user_id,
    labels, allowed_models, dashboard_access, enabled,
    active: unusable(key, now) === undefined,
    redacted_value,
    imported_from: kind === 'tapline' ? null : kind,
    expires_at: timeOf(key.expires_at),
    deactivated_at: timeOf(key.deactivated_at),
    last_used_at: timeOf(lastUsedAt ?? null),
    created_at: new Date(key.created_at).toISOString(),
    updated_at: new Date(key.updated_at).toISOString(),
    restricted: allowed_models.length > 0,
    effective_models: effective(allowed_models),
  }
}

function timeOf(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString()
}
