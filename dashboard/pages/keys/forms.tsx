/** What can be changed about keys, their labels, and keys of other gateways. */

import { useQueryClient } from '@tanstack/preact-query'
import type { AuthKeyImport, AuthKeyView, LabelRenamed } from '../../../schemas/admin/auth-keys.schema.ts'
import type { DirectoryUser } from '../../../schemas/admin/users.schema.ts'
import { send } from '../../data/api.ts'
import { userAt } from '../../data/directory.ts'
import { listIn, textIn } from '../../data/form.ts'
import { given, keyFields, userField } from '../../parts/create-key.tsx'
import { RecordForm } from '../../parts/record-form.tsx'

interface EditProps {
  readonly edited: AuthKeyView
  /** Those that it can be bound to. */
  readonly users: readonly DirectoryUser[]
  readonly close: () => void
}

/** Each member is written by itself, and only if it is to be another one. */
export function EditKey({ edited, users, close }: EditProps) {
  const queries = useQueryClient()
  const { labels, models, administers } = keyFields
  const save = async (form: FormData) => {
    const chosen = users.length === 0 ? (edited.user_id ?? '') : userAt(users, textIn(form, 'user_id'))
    const members: readonly (readonly [path: string, member: keyof AuthKeyView, value: unknown])[] = [
      ['labels', 'labels', listIn(form, 'labels')],
      ['allowed-models', 'allowed_models', listIn(form, 'allowed_models')],
      ['dashboard-access', 'dashboard_access', form.get('dashboard_access') !== null],
      ['user', 'user_id', chosen],
    ]
    try {
      for (const [path, member, value] of members)
        if (JSON.stringify(value) !== JSON.stringify(edited[member] ?? '')) await send('PUT', `/auth-keys/${edited.id}/${path}`, { [member]: value })
    } finally {
      await queries.invalidateQueries({ queryKey: ['keys'] })
    }
    close()
  }
  return (
    <RecordForm
      title={`Edit ${edited.name}`}
      close={close}
      save={save}
      fields={[
        { ...labels, value: edited.labels.join(', ') },
        { ...models, value: edited.allowed_models.join(', ') },
        ...(users.length === 0
          ? []
          : [
              {
                ...userField(
                  users,
                  users.find(({ id }) => id === edited.user_id),
                ),
                hint: 'A key without a user keeps the path that it has now.',
              },
            ]),
        { ...administers, value: edited.dashboard_access ? 'on' : '' },
      ]}
    />
  )
}

interface RenameProps {
  readonly labels: readonly string[]
  readonly close: () => void
  renamed(what: LabelRenamed): void
}

export function RenameLabel({ labels, close, renamed }: RenameProps) {
  const queries = useQueryClient()
  const save = async (form: FormData) => {
    const done = await send<LabelRenamed>('PUT', '/auth-keys/labels/rename', { from: textIn(form, 'from'), to: textIn(form, 'to') })
    await queries.invalidateQueries({ queryKey: ['keys'] })
    close()
    if (done !== undefined) renamed(done)
  }
  return (
    <RecordForm
      title="Rename a label on all keys"
      verb="Rename"
      close={close}
      save={save}
      fields={[
        { name: 'from', title: 'Label', options: labels },
        { name: 'to', title: 'New name', required: true, hint: 'A key that has both keeps one. Calls that were counted keep the old name.' },
      ]}
    />
  )
}

const kinds: Readonly<Record<string, AuthKeyImport['imported_from']>> = { LiteLLM: 'litellm', GoModel: 'gomodel' }

export function ImportKey({ close }: { readonly close: () => void }) {
  const queries = useQueryClient()
  const { name, userPath, labels, models, expires } = keyFields
  const save = async (form: FormData) => {
    const shown = textIn(form, 'redacted_value')
    await send('POST', '/auth-keys/import', {
      ...given(form),
      imported_from: kinds[textIn(form, 'imported_from')],
      secret_hash: textIn(form, 'secret_hash'),
      ...(shown === '' ? {} : { redacted_value: shown }),
    })
    await queries.invalidateQueries({ queryKey: ['keys'] })
    close()
  }
  return (
    <RecordForm
      title="Import a key of another gateway"
      verb="Import"
      close={close}
      save={save}
      fields={[
        name,
        { name: 'imported_from', title: 'Gateway', options: Object.keys(kinds) },
        { name: 'secret_hash', title: 'SHA-256', required: true, hint: '64 hex digits. LiteLLM hashes the whole key, GoModel what follows sk_gom_.' },
        { name: 'redacted_value', title: 'Shown as', hint: 'Such as sk-...abcd; never the key itself.' },
        userPath,
        labels,
        models,
        expires,
      ]}
    />
  )
}
