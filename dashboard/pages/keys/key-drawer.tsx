/** All that is known of a key, and what can be done with it. */

import type { AuthKeyView } from '../../../schemas/admin/auth-keys.schema.ts'
import type { DirectoryUser } from '../../../schemas/admin/users.schema.ts'
import { time } from '../../data/words.ts'
import { Badge } from '../../parts/badge.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { Facts, type Fact } from '../../parts/facts.tsx'
import { modelsLeft } from '../../parts/models-left.tsx'

interface KeyDrawerProps {
  readonly shown: AuthKeyView
  readonly users: readonly DirectoryUser[]
  readonly close: () => void
  readonly edit: () => void
  readonly deactivate: () => void
}

export function KeyDrawer({ shown: key, users, close, edit, deactivate }: KeyDrawerProps) {
  const facts: readonly Fact[] = [
    ['Key', <code>{key.redacted_value}</code>],
    ['Description', key.description || '–'],
    ['For', whose(key, users)],
    ['Labels', key.labels.length === 0 ? '–' : key.labels.map(label => <Badge key={label}>{label}</Badge>)],
    ['Allowed by the key', key.allowed_models.length === 0 ? 'all' : key.allowed_models.join(', ')],
    ['Models left', modelsLeft(key.restricted, key.effective_models, true)],
    ['May administer', key.dashboard_access ? (key.user_path ?? 'everything') : 'nothing'],
    ['State', stateOf(key)],
    ['Last used', time(key.last_used_at)],
    ['Expires', time(key.expires_at)],
    ['Made', time(key.created_at)],
    ['Imported from', key.imported_from],
    ['Deactivated', key.deactivated_at && time(key.deactivated_at)],
    ['Id', <code>{key.id}</code>],
  ]
  return (
    <Dialog drawer title={key.name} close={close}>
      <Facts facts={facts} />
      {key.deactivated_at === null && (
        <p class="answers">
          <button type="button" onClick={edit}>
            Edit
          </button>
          <button type="button" onClick={deactivate}>
            Deactivate
          </button>
        </p>
      )}
    </Dialog>
  )
}

export function whose({ user_path: path, user_id: id }: AuthKeyView, users: readonly DirectoryUser[]) {
  return [
    path === null ? <span class="faint">any path</span> : <code>{path}</code>,
    ' ',
    id === null ? null : <Badge>{users.find(user => user.id === id)?.name ?? 'user'}</Badge>,
  ]
}

export function stateOf({ active, dashboard_access: administers, deactivated_at: deactivated, enabled }: AuthKeyView) {
  return [
    active ? <Badge kind="good">active</Badge> : <Badge kind="bad">{deactivated === null && enabled ? 'expired' : 'inactive'}</Badge>,
    administers ? <Badge>dashboard</Badge> : null,
  ]
}
