/** Managed keys: who may call, for which path and which models, until when. */

import { useQuery, useQueryClient } from '@tanstack/preact-query'
import { useState } from 'preact/hooks'
import type { AuthKeyCreate, AuthKeyCreated, AuthKeyView } from '../../schemas/admin/auth-keys.schema.ts'
import { get, send } from '../data/api.ts'
import { listIn, textIn } from '../data/form.ts'
import { time } from '../data/words.ts'
import { Badge, Section } from '../parts/cards.tsx'
import { DataTable, type Column } from '../parts/data-table.tsx'
import { Confirm, Dialog } from '../parts/dialog.tsx'
import { RecordForm, type Field } from '../parts/record-form.tsx'

export function KeysPage() {
  const queries = useQueryClient()
  const [asked, setAsked] = useState<'create' | AuthKeyView>()
  const keys = useQuery({ queryKey: ['keys'], queryFn: async () => await get<AuthKeyView[]>('/auth-keys') })
  const reread = async () => await queries.invalidateQueries({ queryKey: ['keys'] })
  const close = () => setAsked(undefined)
  return (
    <>
      <header class="head">
        <h1>API keys</h1>
        <button type="button" class="first" onClick={() => setAsked('create')}>
          Create a key
        </button>
      </header>
      <Section title="Keys">
        <DataTable label="Keys" rows={keys} columns={columns(setAsked)} none="There is none yet." id={({ id }) => id} />
      </Section>
      {asked === 'create' && <Create close={close} created={reread} />}
      {typeof asked === 'object' && (
        <Confirm
          title={`Deactivate ${asked.name}?`}
          text="Calls with this key are refused from now on. It cannot be activated again."
          verb="Deactivate"
          close={close}
          act={async () => {
            await send('POST', `/auth-keys/${encodeURIComponent(asked.id)}/deactivate`, {})
            await reread()
          }}
        />
      )}
    </>
  )
}

function columns(deactivate: (key: AuthKeyView) => void): readonly Column<AuthKeyView>[] {
  return [
    { title: 'Name', show: ({ name, description }) => <span title={description}>{name}</span> },
    { title: 'Key', show: ({ redacted_value: value }) => <code>{value}</code> },
    { title: 'For', show: ({ user_path: path, user_id: user }) => path ?? user ?? 'any path' },
    { title: 'Models', show: models },
    { title: 'Labels', show: ({ labels }) => labels.map(label => <Badge key={label}>{label}</Badge>) },
    { title: 'Last used', show: ({ last_used_at: at }) => time(at) },
    { title: 'Expires', show: ({ expires_at: at }) => time(at) },
    { title: 'State', show: state },
    {
      title: 'Actions',
      show: key =>
        key.active && (
          <button type="button" onClick={() => deactivate(key)}>
            Deactivate
          </button>
        ),
    },
  ]
}

function models({ restricted, effective_models: may }: AuthKeyView) {
  if (!restricted) return 'all'
  return may.length === 0 ? <Badge kind="bad">none</Badge> : may.join(', ')
}

function state({ active, dashboard_access: administers }: AuthKeyView) {
  return [active ? <Badge kind="good">active</Badge> : <Badge kind="bad">inactive</Badge>, administers ? <Badge>dashboard</Badge> : null]
}

interface CreateProps {
  readonly close: () => void
  created(): Promise<unknown>
}

function Create({ close, created }: CreateProps) {
  const [value, setValue] = useState<string>()
  const save = async (form: FormData) => {
    setValue((await send<AuthKeyCreated>('POST', '/auth-keys', asBody(form)))?.value)
    await created()
  }
  if (value === undefined) return <RecordForm title="Create a key" verb="Create" fields={fields} close={close} save={save} />
  return (
    <Dialog title="The new key" close={close}>
      <p>It is shown this once.</p>
      <p>
        <code class="secret">{value}</code>
      </p>
      <p class="answers">
        <button type="button" class="first" onClick={() => void navigator.clipboard.writeText(value)}>
          Copy
        </button>
        <button type="button" onClick={close}>
          Done
        </button>
      </p>
    </Dialog>
  )
}

const fields: readonly Field[] = [
  { name: 'name', title: 'Name', required: true },
  { name: 'description', title: 'Description' },
  { name: 'user_path', title: 'User path', hint: 'Such as /team/a. Its calls count there.' },
  { name: 'labels', title: 'Labels', hint: 'Separated by commas.' },
  { name: 'allowed_models', title: 'Models', hint: 'Selectors, separated by commas; all if empty.' },
  { name: 'expires_at', title: 'Expires', type: 'datetime-local' },
  { name: 'dashboard_access', title: 'May administer', type: 'checkbox' },
]

/** Leaves out what was not filled in. */
function asBody(form: FormData): AuthKeyCreate {
  const [description, userPath, expires] = [textIn(form, 'description'), textIn(form, 'user_path'), textIn(form, 'expires_at')]
  const [labels, models] = [listIn(form, 'labels'), listIn(form, 'allowed_models')]
  return {
    name: textIn(form, 'name'),
    ...(description === '' ? {} : { description }),
    ...(userPath === '' ? {} : { user_path: userPath }),
    ...(labels.length === 0 ? {} : { labels }),
    ...(models.length === 0 ? {} : { allowed_models: models }),
    ...(expires === '' ? {} : { expires_at: new Date(expires).toISOString() }),
    ...(form.get('dashboard_access') === null ? {} : { dashboard_access: true }),
  }
}
