/** Creates a key, and shows its value: this once. */

import { useQueryClient } from '@tanstack/preact-query'
import { useState } from 'preact/hooks'
import type { AuthKeyCreate, AuthKeyCreated } from '../../schemas/admin/auth-keys.schema.ts'
import type { DirectoryUser } from '../../schemas/admin/users.schema.ts'
import { send } from '../data/api.ts'
import { nobody, userAt } from '../data/directory.ts'
import { listIn, textIn } from '../data/form.ts'
import { CopyButton } from './copy-button.tsx'
import { Dialog } from './dialog.tsx'
import { RecordForm, type Field } from './record-form.tsx'

interface CreateKeyProps {
  /** The path that is filled in. */
  readonly userPath?: string | undefined
  /** Those that it can be bound to in the place of a path. */
  readonly users: readonly DirectoryUser[]
  /** The one of them that is chosen. */
  readonly user?: DirectoryUser | undefined
  readonly close: () => void
}

export function CreateKey({ userPath, users, user, close }: CreateKeyProps) {
  const queries = useQueryClient()
  const [value, setValue] = useState<string>()
  const save = async (form: FormData) => {
    setValue((await send<AuthKeyCreated>('POST', '/auth-keys', asBody(form, users)))?.value)
    await Promise.all(['keys', 'users'].map(async name => await queries.invalidateQueries({ queryKey: [name] })))
  }
  if (value !== undefined) return <NewValue value={value} close={close} />
  return <RecordForm title="Create a key" verb="Create" fields={fields(users, user, userPath)} close={close} save={save} />
}

function NewValue({ value, close }: { readonly value: string; readonly close: () => void }) {
  return (
    <Dialog title="The new key" close={close}>
      <p>Copy it now: it is not shown again.</p>
      <p>
        <code class="secret">{value}</code>
      </p>
      <p class="answers">
        <CopyButton first text={() => value} />
        <button type="button" onClick={close}>
          Done
        </button>
      </p>
    </Dialog>
  )
}

/** What every new key may have, wherever it comes from. */
export const keyFields = {
  name: { name: 'name', title: 'Name', required: true },
  userPath: { name: 'user_path', title: 'User path', hint: 'Such as /team/a: its calls count there, whatever they say. Empty: as each call says.' },
  labels: { name: 'labels', title: 'Labels', hint: 'Separated by commas.' },
  models: { name: 'allowed_models', title: 'Models', hint: 'Selectors such as openai/ or gpt-5-mini, separated by commas. Empty: all.' },
  expires: { name: 'expires_at', title: 'Expires', type: 'datetime-local', hint: 'In the time zone of this browser. Empty: never.' },
  administers: { name: 'dashboard_access', title: 'May administer: its path and what is below, or everything without a path', type: 'checkbox' },
} as const satisfies Readonly<Record<string, Field>>

function fields(users: readonly DirectoryUser[], user: DirectoryUser | undefined, userPath: string | undefined): readonly Field[] {
  const { name, labels, models, expires, administers } = keyFields
  const whose: readonly Field[] = [
    { ...keyFields.userPath, value: userPath },
    ...(users.length === 0 ? [] : [{ ...userField(users, user), hint: 'In the place of a user path: the key moves with the user.' }]),
  ]
  return [name, { name: 'description', title: 'Description' }, ...whose, labels, models, expires, administers]
}

export function userField(users: readonly DirectoryUser[], user: DirectoryUser | undefined): Field {
  return { name: 'user_id', title: 'User', options: [nobody, ...users.map(({ user_path: path }) => path)], value: user?.user_path ?? nobody }
}

function asBody(form: FormData, users: readonly DirectoryUser[]): AuthKeyCreate {
  const [description, userId] = [textIn(form, 'description'), userAt(users, textIn(form, 'user_id'))]
  return {
    ...given(form),
    ...(description === '' ? {} : { description }),
    ...(userId === '' ? {} : { user_id: userId }),
    ...(form.get('dashboard_access') === null ? {} : { dashboard_access: true }),
  }
}

/** Leaves out what was not filled in. */
export function given(form: FormData): Pick<AuthKeyCreate, 'name' | 'user_path' | 'labels' | 'allowed_models' | 'expires_at'> {
  const [userPath, expires] = [textIn(form, 'user_path'), textIn(form, 'expires_at')]
  const [labels, models] = [listIn(form, 'labels'), listIn(form, 'allowed_models')]
  return {
    name: textIn(form, 'name'),
    ...(userPath === '' ? {} : { user_path: userPath }),
    ...(labels.length === 0 ? {} : { labels }),
    ...(models.length === 0 ? {} : { allowed_models: models }),
    ...(expires === '' ? {} : { expires_at: new Date(expires).toISOString() }),
  }
}
