/** Virtual models: names that stand for others, and rules about who may use which model. */

import { useQuery, useQueryClient } from '@tanstack/preact-query'
import { useState } from 'preact/hooks'
import type { VirtualModelView } from '../../schemas/admin/virtual-models.schema.ts'
import { get, send } from '../data/api.ts'
import { listIn, textIn } from '../data/form.ts'
import { Badge, Section } from '../parts/cards.tsx'
import { DataTable, type Column } from '../parts/data-table.tsx'
import { Confirm } from '../parts/dialog.tsx'
import { RecordForm, type Field } from '../parts/record-form.tsx'

export function AliasesPage() {
  const queries = useQueryClient()
  const [asked, setAsked] = useState<{ readonly edit: VirtualModelView | undefined } | { readonly remove: VirtualModelView }>()
  const close = () => setAsked(undefined)
  const models = useQuery({ queryKey: ['virtual-models'], queryFn: async () => await get<VirtualModelView[]>('/virtual-models') })
  const write = async (method: 'PUT' | 'DELETE', body: object) => {
    await send(method, '/virtual-models', body)
    close()
    await queries.invalidateQueries({ queryKey: ['virtual-models'] })
  }
  const of = (kind: VirtualModelView['kind']) => ({ ...models, data: models.data?.filter(model => model.kind === kind) })
  return (
    <>
      <header class="head">
        <h1>Virtual models</h1>
        <button type="button" class="first" onClick={() => setAsked({ edit: undefined })}>
          New alias
        </button>
      </header>
      <Section title="Aliases">
        <DataTable
          label="Aliases"
          rows={of('redirect')}
          columns={[...aliasColumns, actions(setAsked)]}
          none="No name stands for other models."
          id={({ source }) => source}
        />
      </Section>
      <Section title="Rules">
        <DataTable
          label="Rules"
          rows={of('policy')}
          columns={[...ruleColumns, actions(setAsked)]}
          none="No rule restricts a model."
          id={({ source }) => source}
        />
      </Section>
      {asked !== undefined && 'edit' in asked && (
        <RecordForm
          title={asked.edit?.source ?? 'New alias'}
          verb="Save"
          fields={fields(asked.edit)}
          close={close}
          save={async form => await write('PUT', asBody(form, asked.edit))}
        />
      )}
      {asked !== undefined && 'remove' in asked && (
        <Confirm
          title={`Delete ${asked.remove.source}?`}
          text="Calls that name it are refused, unless a provider has a model of that name."
          verb="Delete"
          close={close}
          act={async () => await write('DELETE', { source: asked.remove.source })}
        />
      )}
    </>
  )
}

const state: Column<VirtualModelView> = {
  title: 'State',
  show: ({ enabled, valid, managed, locked }) => [
    enabled ? null : <Badge kind="warn">disabled</Badge>,
    valid ? null : <Badge kind="bad">leads nowhere</Badge>,
    managed ? <Badge>config</Badge> : null,
    locked ? <Badge>locked</Badge> : null,
  ],
}

const aliasColumns: readonly Column<VirtualModelView>[] = [
  { title: 'Name', show: ({ source, description }) => <code title={description}>{source}</code> },
  {
    title: 'Stands for',
    show: ({ targets }) =>
      targets.map(({ provider, model, weight, available }) => (
        <span key={`${provider}/${model}`}>
          <Badge kind={available ? 'plain' : 'bad'}>
            {provider === null ? model : `${provider}/${model}`}
            {weight === 1 ? '' : ` × ${weight}`}
          </Badge>
        </span>
      )),
  },
  { title: 'Chosen by', show: ({ strategy, strategy_plugin: plugin }) => plugin ?? strategy.replace('_', ' ') },
  { title: 'Now', show: ({ resolved_model: model }) => model ?? '–' },
  state,
]

const ruleColumns: readonly Column<VirtualModelView>[] = [
  { title: 'Models', show: ({ source, description }) => <code title={description}>{source}</code> },
  { title: 'For paths', show: ({ user_paths: paths }) => (paths.length === 0 ? 'all' : paths.join(', ')) },
  { title: 'For groups', show: ({ groups }) => (groups.length === 0 ? 'all' : groups.join(', ')) },
  state,
]

function actions(ask: (what: { readonly edit: VirtualModelView } | { readonly remove: VirtualModelView }) => void): Column<VirtualModelView> {
  return {
    title: 'Actions',
    show: model =>
      !model.managed && (
        <span class="actions">
          {model.kind === 'redirect' && (
            <button type="button" onClick={() => ask({ edit: model })}>
              Edit
            </button>
          )}
          <button type="button" onClick={() => ask({ remove: model })}>
            Delete
          </button>
        </span>
      ),
  }
}

function fields(edited: VirtualModelView | undefined): readonly Field[] {
  return [
    { name: 'source', title: 'Name', required: true, value: edited?.source },
    {
      name: 'targets',
      title: 'Stands for',
      required: true,
      value: edited?.targets.map(({ provider, model }) => (provider === null ? model : `${provider}/${model}`)).join(', '),
      hint: 'Selectors such as openai/gpt-4o, separated by commas.',
    },
    { name: 'strategy', title: 'Chosen by', options: ['failover', 'round_robin', 'cost', 'adaptive'], value: edited?.strategy },
    { name: 'user_paths', title: 'For user paths', value: edited?.user_paths.join(', '), hint: 'Separated by commas; all if empty.' },
    { name: 'description', title: 'Description', value: edited?.description },
  ]
}

/** What the form does not show stays as it is. */
function asBody(form: FormData, edited: VirtualModelView | undefined): object {
  const before = new Map(edited?.targets.map(target => [target.provider === null ? target.model : `${target.provider}/${target.model}`, target]))
  return {
    source: textIn(form, 'source'),
    ...(edited === undefined ? {} : { old_source: edited.source, session_affinity: edited.session_affinity, groups: edited.groups, enabled: edited.enabled }),
    targets: listIn(form, 'targets').map(selector => {
      const old = before.get(selector)
      return old === undefined ? { model: selector } : { provider: old.provider, model: old.model, weight: old.weight }
    }),
    strategy: textIn(form, 'strategy'),
    user_paths: listIn(form, 'user_paths'),
    description: textIn(form, 'description'),
  }
}
