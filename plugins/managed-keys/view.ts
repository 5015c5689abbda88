/** A key as the admin API shows it: never its secret, nor what the secret is recognised by. */

import type { Access } from '../../core/index.ts'
import { shownTime } from '../shared/admin/shown-time.ts'
import type { AuthKeyView } from '../../schemas/admin/auth-keys.schema.ts'
import type { AuthKey } from '../../schemas/records/auth-key.schema.ts'
import { unusable } from './usable.ts'

/** What a view shows beside what is stored. */
export interface ViewFacts {
  /** Milliseconds since 1970. */
  readonly now: number
  /** Milliseconds since 1970. */
  readonly lastUsedAt?: number | undefined
  /** The path that holds now; empty if there is none. */
  readonly userPath: string
  /** The models that are left to who uses the key. */
  readonly effective: ReturnType<Access['effective']>
}

export function viewOf(id: string, key: AuthKey, { now, lastUsedAt, userPath, effective }: ViewFacts): AuthKeyView {
  const { name, description, labels, allowed_models, dashboard_access, enabled, redacted_value, kind } = key
  return {
    id,
    name,
    description,
    user_path: userPath === '' ? null : userPath,
    user_id: key.user_id === '' ? null : key.user_id,
    labels,
    allowed_models,
    dashboard_access,
    enabled,
    active: unusable(key, now) === undefined,
    redacted_value,
    imported_from: kind === 'tapline' ? null : kind,
    expires_at: shownTime(key.expires_at),
    deactivated_at: shownTime(key.deactivated_at),
    last_used_at: shownTime(lastUsedAt ?? null),
    created_at: new Date(key.created_at).toISOString(),
    updated_at: new Date(key.updated_at).toISOString(),
    restricted: effective.restricted,
    effective_models: [...effective.models],
  }
}

/** What of a view is there until somebody changes it: tags are made of that. */
export function standing({ active: _active, last_used_at: _used, restricted: _restricted, effective_models: _models, ...view }: AuthKeyView): unknown {
  return view
}
