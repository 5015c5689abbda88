/** Workflows: which features and guardrails hold for which calls, and which one a given call gets. */

import { useQuery, useQueryClient } from '@tanstack/preact-query'
import { useState } from 'preact/hooks'
import type { WorkflowExplanation, WorkflowView } from '../../schemas/admin/workflows.schema.ts'
import { get, send } from '../data/api.ts'
import { textIn } from '../data/form.ts'
import { useParam } from '../data/url.ts'
import { time } from '../data/words.ts'
import { Badge, Section } from '../parts/cards.tsx'
import { DataTable, type Column } from '../parts/data-table.tsx'
import { Confirm } from '../parts/dialog.tsx'
import { Filter } from '../parts/filter.tsx'
import { RecordForm, type Field } from '../parts/record-form.tsx'
import { Failed } from '../parts/states.tsx'

export function WorkflowsPage() {
  const queries = useQueryClient()
  const [asked, setAsked] = useState<{ readonly base: WorkflowView | undefined } | { readonly stop: WorkflowView }>()
  const close = () => setAsked(undefined)
  const workflows = useQuery({ queryKey: ['workflows'], queryFn: async () => await get<WorkflowView[]>('/workflows') })
  const write = async (path: string, body: object) => {
    await send('POST', path, body)
    close()
    await queries.invalidateQueries({ queryKey: ['workflows'] })
  }
  return (
    <>
      <header class="head">
        <h1>Workflows</h1>
        <button type="button" class="first" onClick={() => setAsked({ base: undefined })}>
          New workflow
        </button>
      </header>
      <p class="faint">A call gets exactly one: of those that fit it, the one with the deepest user path; for equal paths, a model comes before a provider.</p>
      <Section title="In force">
        <DataTable label="Workflows" rows={workflows} columns={columns(setAsked)} none="There is none." id={({ id }) => id} />
      </Section>
      <Explained />
      {asked !== undefined && 'base' in asked && (
        <RecordForm
          title={asked.base === undefined ? 'New workflow' : `A new version of ${asked.base.name}`}
          verb="Save"
          fields={fields(asked.base)}
          close={close}
          save={async form => await write('/workflows', asBody(form))}
        />
      )}
      {asked !== undefined && 'stop' in asked && (
        <Confirm
          title={`Deactivate ${asked.stop.name}?`}
          text={`Calls of ${asked.stop.scope_display} get the next workflow that fits.`}
          verb="Deactivate"
          close={close}
          act={async () => await write(`/workflows/${encodeURIComponent(asked.stop.id)}/deactivate`, {})}
        />
      )}
    </>
  )
}

function columns(ask: (what: { readonly base: WorkflowView } | { readonly stop: WorkflowView }) => void): readonly Column<WorkflowView>[] {
  return [
    { title: 'For', show: ({ scope_display: scope }) => scope },
    { title: 'Name', show: ({ name, description, version }) => [<span title={description}>{name}</span>, <small class="faint"> v{version}</small>] },
    {
      title: 'Features',
      show: ({ effective_features: features }) =>
        Object.entries(features).map(([feature, on]) => <Badge kind={on ? 'good' : 'plain'}>{on ? feature : `no ${feature}`}</Badge>),
    },
    {
      title: 'Guardrails',
      show: ({ workflow_payload: { guardrails = [], steps = [] } }) => [...guardrails, ...steps].map(({ ref }) => ref).join(', ') || '–',
    },
    { title: 'Since', show: ({ created_at: at }) => time(at) },
    {
      title: 'State',
      show: ({ compile_error: error, managed }) => [error === undefined ? null : <Badge kind="bad">{error}</Badge>, managed ? <Badge>config</Badge> : null],
    },
    {
      title: 'Actions',
      show: workflow =>
        !workflow.managed && (
          <span class="actions">
            <button type="button" onClick={() => ask({ base: workflow })}>
              New version
            </button>
            {workflow.scope_type !== 'global' && (
              <button type="button" onClick={() => ask({ stop: workflow })}>
                Deactivate
              </button>
            )}
          </span>
        ),
    },
  ]
}

/** Which workflow a call would get, and why. */
function Explained() {
  const [model] = useParam('model')
  const [provider] = useParam('provider')
  const [userPath] = useParam('user_path')
  const { data, error, refetch } = useQuery({
    queryKey: ['workflows', 'explain', model, provider, userPath],
    queryFn: async () => await get<WorkflowExplanation>('/workflows/explain', { model, provider, user_path: userPath }),
  })
  return (
    <Section title="Which one does a call get?">
      <div class="filters">
        <Filter name="user_path" title="User path" />
        <Filter name="model" title="Model" />
        <Filter name="provider" title="Provider" />
      </div>
      {error !== null && <Failed error={error} retry={refetch} />}
      {data !== undefined && (
        <>
          <p>
            <strong>{data.matched.name}</strong> (version {data.matched.version}, {data.matched.scope_display})
          </p>
          <p class="chips">
            {data.candidates.map(({ scope_display: scope, matched, reason }) => (
              <Badge key={scope} kind={matched ? 'good' : 'plain'}>
                {scope}: {reason}
              </Badge>
            ))}
          </p>
          <details>
            <summary>Its steps</summary>
            <ol>
              {data.steps.map(({ phase, step, from }) => (
                <li key={`${phase} ${step}`}>
                  {phase}: <code>{step}</code> <small class="faint">{from}</small>
                </li>
              ))}
            </ol>
          </details>
        </>
      )}
    </Section>
  )
}

const emptyPayload = { schema_version: 2, features: { cache: true, audit: true, usage: true, budget: true, guardrails: true, failover: true }, steps: [] }

function fields(base: WorkflowView | undefined): readonly Field[] {
  return [
    { name: 'name', title: 'Name', required: true, value: base?.name },
    { name: 'scope_user_path', title: 'For user path', value: base?.scope.scope_user_path, hint: 'All if empty.' },
    { name: 'scope_provider_name', title: 'For provider', value: base?.scope.scope_provider_name },
    { name: 'scope_model', title: 'For model', value: base?.scope.scope_model },
    { name: 'description', title: 'Description', value: base?.description },
    {
      name: 'workflow_payload',
      title: 'Features and steps, as JSON',
      type: 'textarea',
      value: JSON.stringify(base?.workflow_payload ?? emptyPayload, undefined, 2),
    },
  ]
}

function asBody(form: FormData): object {
  const texts = ['name', 'scope_user_path', 'scope_provider_name', 'scope_model', 'description'].map(name => [name, textIn(form, name)] as const)
  return { ...Object.fromEntries(texts.filter(([, text]) => text !== '')), workflow_payload: JSON.parse(textIn(form, 'workflow_payload')) as object }
}
