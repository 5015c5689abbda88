/** A key as it stands in a store, for tests. */

import type { Stored } from '../../../core/storage/records.ts'
import type { AuthKey } from '../../../schemas/records/auth-key.schema.ts'

export function storedKey(id: string, key: Partial<AuthKey> = {}): Stored<AuthKey> {
  const value: AuthKey = {
    name: 'test',
    description: '',
    user_path: '',
    user_id: '',
    labels: [],
    allowed_models: [],
    dashboard_access: false,
    enabled: true,
    kind: 'tapline',
    secret_hash: id,
    pepper_id: '',
    redacted_value: '',
    expires_at: null,
    deactivated_at: null,
    created_at: 0,
    updated_at: 0,
    ...key,
  }
  return { id, revision: 1, owner: value.user_path, position: 0, value }
}
