/** Guardrails that were defined while the gateway runs or in its configuration, and the plugins that it knows. */

import { useQuery, useQueryClient } from '@tanstack/preact-query'
import { useState } from 'preact/hooks'
import type { GuardrailView, PluginView } from '../../schemas/admin/guardrails.schema.ts'
import { get, send } from '../data/api.ts'
import { textIn } from '../data/form.ts'
import { duration } from '../data/words.ts'
import { Badge, Section } from '../parts/cards.tsx'
import { DataTable, type Column } from '../parts/data-table.tsx'
import { Confirm } from '../parts/dialog.tsx'
import { RecordForm, type Field } from '../parts/record-form.tsx'
import type { Reach } from '../data/access.ts'

export function GuardrailsPage({ reach }: { readonly reach: Reach }) {
  const queries = useQueryClient()
  const [asked, setAsked] = useState<{ readonly edit: GuardrailView | undefined } | { readonly remove: GuardrailView }>()
  const close = () => setAsked(undefined)
  const guardrails = useQuery({ queryKey: ['guardrails'], queryFn: async () => await get<GuardrailView[]>('/guardrails') })
  const types = useQuery({ queryKey: ['guardrails', 'types'], queryFn: async () => await get<readonly { readonly type: string }[]>('/guardrails/types') })
  const plugins = useQuery({ queryKey: ['plugins'], queryFn: async () => await get<PluginView[]>('/plugins') })
  const write = async (method: 'PUT' | 'DELETE', body: object) => {
    await send(method, '/guardrails', body)
    close()
    await queries.invalidateQueries({ queryKey: ['guardrails'] })
  }
  return (
    <>
      <header class="head">
        <h1>Guardrails</h1>
        <button type="button" class="first" onClick={() => setAsked({ edit: undefined })}>
          New guardrail
        </button>
      </header>
      {!reach.isOn('GUARDRAILS_ENABLED') && <p class="banner">Guardrails are off: none of these runs.</p>}
      <Section title="Defined">
        <DataTable
          label="Guardrails"
          rows={guardrails}
          columns={columns(setAsked)}
          none="None is defined. Workflows say where those defined here apply."
          id={({ name }) => name}
        />
      </Section>
      <Section title="Plugins">
        <DataTable label="Plugins" rows={plugins} columns={pluginColumns} none="There is none." id={({ name }) => name} />
      </Section>
      {asked !== undefined && 'edit' in asked && (
        <RecordForm
          title={asked.edit?.name ?? 'New guardrail'}
          verb="Save"
          fields={fields(asked.edit, types.data?.map(({ type }) => type) ?? [])}
          close={close}
          save={async form => await write('PUT', asBody(form, asked.edit))}
        />
      )}
      {asked !== undefined && 'remove' in asked && (
        <Confirm
          title={`Delete ${asked.remove.name}?`}
          text="A guardrail that a workflow names cannot be deleted."
          verb="Delete"
          close={close}
          act={async () => await write('DELETE', { name: asked.remove.name })}
        />
      )}
    </>
  )
}

function columns(ask: (what: { readonly edit: GuardrailView } | { readonly remove: GuardrailView }) => void): readonly Column<GuardrailView>[] {
  return [
    { title: 'Name', show: ({ name, description }) => <span title={description}>{name}</span> },
    { title: 'Type', show: ({ type }) => <code>{type}</code> },
    { title: 'What it does', show: ({ summary }) => summary },
    { title: 'On', show: ({ phases }) => phases.join(', ') },
    { title: 'If it fails', show: ({ fail_mode: mode }) => (mode === null ? 'as its type' : mode === 'open' ? 'the call goes on' : 'the call is refused') },
    { title: 'Within', number: true, show: ({ timeout_ms: ms }) => duration(ms) },
    {
      title: 'Actions',
      show: guardrail =>
        guardrail.managed ? (
          <Badge>config</Badge>
        ) : (
          <span class="actions">
            <button type="button" onClick={() => ask({ edit: guardrail })}>
              Edit
            </button>
            <button type="button" onClick={() => ask({ remove: guardrail })}>
              Delete
            </button>
          </span>
        ),
    },
  ]
}

const pluginColumns: readonly Column<PluginView>[] = [
  { title: 'Name', show: ({ name }) => <code>{name}</code> },
  { title: 'What it does', show: ({ description }) => description },
  { title: 'From', show: ({ source }) => source },
  { title: 'Health', show: ({ health, error }) => <Badge kind={health === 'ok' ? 'good' : 'bad'}>{error ?? health}</Badge> },
]

function fields(edited: GuardrailView | undefined, types: readonly string[]): readonly Field[] {
  return [
    ...(edited === undefined
      ? ([
          { name: 'name', title: 'Name', required: true },
          { name: 'type', title: 'Type', options: types },
        ] as const)
      : []),
    { name: 'description', title: 'Description', value: edited?.description },
    {
      name: 'config',
      title: 'Options, as JSON',
      type: 'textarea',
      value: JSON.stringify(edited?.config ?? {}, undefined, 2),
      hint: 'Secrets stay as they are where they are masked.',
    },
    { name: 'fail_mode', title: 'If it fails', options: ['as its type', 'open', 'closed'], value: edited?.fail_mode ?? 'as its type' },
    { name: 'timeout_ms', title: 'Within, in milliseconds', type: 'number', value: edited?.timeout_ms ?? undefined },
  ]
}

function asBody(form: FormData, edited: GuardrailView | undefined): object {
  const [mode, timeout] = [textIn(form, 'fail_mode'), textIn(form, 'timeout_ms')]
  return {
    name: edited?.name ?? textIn(form, 'name'),
    type: edited?.type ?? textIn(form, 'type'),
    ...(edited === undefined || edited.user_path === '' ? {} : { user_path: edited.user_path }),
    description: textIn(form, 'description'),
    config: JSON.parse(textIn(form, 'config') || '{}') as object,
    fail_mode: mode === 'as its type' ? null : mode,
    timeout_ms: timeout === '' ? null : Number(timeout),
  }
}
